//! Random requests against a model: every answer is right, no key is asked twice, and there are
//! no more batches than the request has positions.

use std::{collections::HashSet, pin::Pin};

use futures_util::{
    FutureExt, StreamExt,
    future::{join_all, try_join_all},
    stream::FuturesUnordered,
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use super::*;

/// A position of a request: an edge that is followed from each of `steps`, and what is asked
/// below.
#[derive(Clone, Debug)]
struct Position {
    edge: u64,
    steps: Vec<u64>,
    join: Join,
    /// How often those who ask let others go first, at most.
    lag: u64,
    /// Whether every third gives up after it asked.
    gives_up: bool,
    below: Vec<Position>,
}

#[derive(Clone, Copy, Debug)]
enum Join {
    InOrder,
    All,
    TryAll,
    Unordered,
}

/// An edge whose batches take a while, and whose every eleventh key is an error.
#[derive(Clone, PartialEq)]
struct Path(u64);

impl Edge for Path {
    type Key = u64;
    type Value = u64;
    type Source = Asked;

    async fn load(&self, keys: &[u64], asked: &Asked) -> Result<Vec<Result<u64>>> {
        asked.note(["Path 0", "Path 1", "Path 2"][self.0 as usize], keys);
        for _ in 0..self.0 * 2 {
            tokio::task::yield_now().await;
        }
        let answer = |key: &u64| follow(self.0, *key).ok_or_else(|| Error::bad_input("none"));
        Ok(keys.iter().map(answer).collect())
    }
}

fn follow(edge: u64, key: u64) -> Option<u64> {
    (!key.is_multiple_of(11)).then_some((key * 5 + edge * 3) % 23)
}

impl Position {
    fn key(from: u64, step: u64) -> u64 {
        (from + step) % 23
    }

    fn is_given_up(&self, key: u64) -> bool {
        self.gives_up && key.is_multiple_of(3)
    }

    fn count(&self) -> usize {
        1 + self.below.iter().map(Self::count).sum::<usize>()
    }

    /// What a visit from `from` must return.
    fn expected(&self, from: u64) -> u64 {
        let visit = |step: &u64| {
            let key = Self::key(from, *step);
            if self.is_given_up(key) {
                return 1;
            }
            let Some(value) = follow(self.edge, key) else {
                return 2;
            };
            let below = self.below.iter().map(|position| position.expected(value));
            value + below.sum::<u64>()
        };
        self.steps.iter().map(visit).sum()
    }

    fn visit<'a>(
        &'a self,
        loaders: &'a Loaders<Asked>,
        from: u64,
    ) -> Pin<Box<dyn Future<Output = u64> + 'a>> {
        let steps = self.steps.iter();
        let steps = steps.map(move |step| self.step(loaders, Self::key(from, *step)));
        match self.join {
            Join::InOrder => Box::pin(async move {
                // Asked at once all the same: only the waiting is in order.
                let mut waiting: Vec<_> = steps.collect();
                join_all(waiting.iter_mut()).await.into_iter().sum()
            }),
            Join::All => Box::pin(async move { join_all(steps).await.into_iter().sum() }),
            Join::TryAll => Box::pin(async move {
                let steps = steps.map(|step| step.map(Ok::<_, ()>));
                try_join_all(steps).await.unwrap().into_iter().sum()
            }),
            Join::Unordered => Box::pin(async move {
                let mut steps: FuturesUnordered<_> = steps.collect();
                let mut sum = 0;
                while let Some(value) = steps.next().await {
                    sum += value;
                }
                sum
            }),
        }
    }

    fn step<'a>(
        &'a self,
        loaders: &'a Loaders<Asked>,
        key: u64,
    ) -> Pin<Box<dyn Future<Output = u64> + 'a>> {
        Box::pin(async move {
            for _ in 0..key % (self.lag + 1) {
                let_others_go_first().await;
            }
            let load = loaders.load(Path(self.edge), key);
            if self.is_given_up(key) {
                assert!(load.now_or_never().is_none());
                return 1;
            }
            let Ok(value) = load.await else { return 2 };
            let below = self.below.iter();
            let below = join_all(below.map(|position| position.visit(loaders, value))).await;
            value + below.into_iter().sum::<u64>()
        })
    }
}

fn position() -> impl Strategy<Value = Position> {
    let join = prop_oneof![
        Just(Join::InOrder),
        Just(Join::All),
        Just(Join::TryAll),
        Just(Join::Unordered),
    ];
    let own = (0..3u64, vec(0..23u64, 1..5), join, 0..4u64, any::<bool>());
    let own = own.prop_map(|(edge, steps, join, lag, gives_up)| Position {
        edge,
        steps,
        join,
        lag,
        gives_up,
        below: Vec::new(),
    });
    own.clone().prop_recursive(3, 8, 3, move |below| {
        (own.clone(), vec(below, 0..3)).prop_map(|(own, below)| Position { below, ..own })
    })
}

#[test]
fn ten_thousand_random_requests_agree_with_the_model() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut most = 0;
    let run = |root: Position| {
        let (answer, batches) = runtime.block_on(driven(|loaders| async move {
            let answer = root.visit(&loaders, 1).await;
            (answer, root)
        }));
        let (answer, root) = answer;
        prop_assert_eq!(answer, root.expected(1));
        prop_assert!(
            batches.len() <= root.count(),
            "{} batches for {} positions",
            batches.len(),
            root.count()
        );
        let mut seen = HashSet::new();
        for (edge, keys) in &batches {
            prop_assert!(keys.is_sorted_by(|left, right| left < right), "{keys:?}");
            for key in keys {
                prop_assert!(seen.insert((*edge, *key)), "{key} of {edge} is asked twice");
            }
        }
        most = most.max(batches.len());
        Ok(())
    };
    let run = std::cell::RefCell::new(run);
    TestRunner::new(config)
        .run(&position(), |root| run.borrow_mut()(root))
        .unwrap();
    assert!(
        most > 4,
        "the requests were too plain: {most} batches at most"
    );
}
