//! When a batch goes out, and what is in it.

use futures_util::{
    StreamExt,
    future::{join, join_all, try_join_all},
    stream::FuturesUnordered,
};

use super::*;

fn sorted(range: std::ops::Range<u64>) -> Vec<u64> {
    range.collect()
}

#[tokio::test]
async fn a_batch_holds_every_load_that_is_ready() {
    let (sum, batches) = driven(|loaders| async move {
        let load = |key| loaders.load(Tenfold, key);
        // As executors nest them: more than 30 in a `try_join_all` are a `FuturesUnordered`.
        let rows = (0..10).map(|row| async move {
            let cells = (0..50).map(|cell| async move { load(row * 50 + cell).await });
            try_join_all(cells).await.map(|cells| cells.len())
        });
        let pairs = (0..10).map(|row| async move {
            let keys = (0..25).map(|cell| 500 + row * 25 + cell);
            let mut cells: FuturesUnordered<_> = keys.map(load).collect();
            let mut count = 0;
            while let Some(cell) = cells.next().await {
                cell.unwrap();
                count += 1;
            }
            count
        });
        let late = (0..250).map(|cell| async move {
            for _ in 0..cell % 7 {
                let_others_go_first().await;
            }
            load(750 + cell).await
        });
        let (rows, (pairs, late)) =
            join(join_all(rows), join(join_all(pairs), join_all(late))).await;
        let rows: usize = rows.into_iter().map(|row| row.unwrap()).sum();
        rows + pairs.into_iter().sum::<usize>() + late.len()
    })
    .await;
    assert_eq!(sum, 1000);
    assert_eq!(batches, [("Tenfold", sorted(0..1000))]);
}

#[tokio::test]
async fn keys_are_sorted_and_asked_once() {
    let (answers, batches) = driven(|loaders| async move {
        join_all([7, 3, 7, 1, 3].map(|key| loaders.load(Tenfold, key))).await
    })
    .await;
    let answers: Vec<u64> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, [70, 30, 70, 10, 30]);
    assert_eq!(batches, [("Tenfold", vec![1, 3, 7])]);
}

#[tokio::test]
async fn a_key_that_is_under_way_is_not_asked_again() {
    let (answers, batches) = driven(|loaders| async move {
        join(loaders.load(Slow, 1), async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            join(loaders.load(Slow, 1), loaders.load(Slow, 2)).await
        })
        .await
    })
    .await;
    let (first, (again, other)) = answers;
    assert_eq!(
        (first.unwrap(), again.unwrap(), other.unwrap()),
        (10, 10, 20)
    );
    assert_eq!(batches, [("Slow", vec![1]), ("Slow", vec![2])]);
}

#[tokio::test]
async fn a_key_that_was_answered_is_not_asked_again() {
    let (answers, batches) = driven(|loaders| async move {
        let mut answers = Vec::new();
        for keys in [[1, 2], [2, 3], [1, 3]] {
            let round = join_all(keys.map(|key| loaders.load(Tenfold, key))).await;
            answers.extend(round.into_iter().map(Result::unwrap));
        }
        answers
    })
    .await;
    assert_eq!(answers, [10, 20, 20, 30, 10, 30]);
    assert_eq!(batches, [("Tenfold", vec![1, 2]), ("Tenfold", vec![3])]);
}

#[derive(Clone, PartialEq)]
struct Times(u64);

impl Edge for Times {
    type Key = u64;
    type Value = u64;
    type Source = Asked;

    async fn load(&self, keys: &[u64], asked: &Asked) -> Result<Vec<Result<u64>>> {
        asked.note("Times", keys);
        Ok(keys.iter().map(|key| Ok(key * self.0)).collect())
    }
}

#[tokio::test]
async fn other_arguments_are_another_batch() {
    let (answers, batches) = driven(|loaders| async move {
        join_all([2, 3, 2].map(|times| loaders.load(Times(times), 7))).await
    })
    .await;
    let answers: Vec<u64> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, [14, 21, 14]);
    assert_eq!(batches, [("Times", vec![7]), ("Times", vec![7])]);
}

// Were known keys answered at once, the third position would be asked in two parts.
#[tokio::test]
async fn a_batch_answers_all_at_once_so_that_positions_stay_whole() {
    let (answers, batches) = driven(|loaders| async move {
        let loaders = &loaders;
        let rows = (0..10).map(|key| async move {
            let first = loaders.load(Slow, key).await.unwrap();
            // Half of these keys were asked above.
            let second = loaders.load(Slow, first / 10 + 5).await.unwrap();
            loaders.load(Tenfold, second).await.unwrap()
        });
        join_all(rows).await
    })
    .await;
    let expected: Vec<u64> = (0..10).map(|key| (key + 5) * 100).collect();
    assert_eq!(answers, expected);
    let tens: Vec<u64> = (5..15).map(|key| key * 10).collect();
    assert_eq!(
        batches,
        [
            ("Slow", sorted(0..10)),
            ("Slow", sorted(10..15)),
            ("Tenfold", tens),
        ]
    );
}

#[tokio::test]
async fn batches_of_one_round_run_together() {
    let begun = std::time::Instant::now();
    let (answers, batches) = driven(|loaders| async move {
        let slow = loaders.load(Slow, 1);
        let tenfold = async {
            // Answered while the slow batch runs.
            let first = loaders.load(Tenfold, 1).await.unwrap();
            loaders.load(Tenfold, first).await.unwrap()
        };
        let (slow, tenfold) = join(slow, tenfold).await;
        (slow.unwrap(), tenfold, begun.elapsed())
    })
    .await;
    assert_eq!((answers.0, answers.1), (10, 100));
    assert_eq!(batches.len(), 3);
}

#[tokio::test]
async fn the_trace_tells_loads_and_keys_of_each_batch() {
    let asked = Asked::default();
    let loaders = Loaders::new(asked);
    let keys = [1, 1, 2];
    drive(&loaders, async {
        join_all(keys.map(|key| loaders.load(Tenfold, key))).await;
        join_all(keys.map(|key| loaders.load(Tenfold, key))).await;
    })
    .await;
    let trace = loaders.trace();
    let trace: Vec<_> = trace
        .iter()
        .map(|batch| (batch.loader, batch.loads, batch.keys, batch.source))
        .collect();
    assert_eq!(
        trace,
        [("Tenfold", 3, 2, "database"), ("Tenfold", 3, 0, "request")]
    );
}
