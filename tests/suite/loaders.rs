//! Loaders: what a batch holds, who is answered when, and what goes wrong with one alone.

use std::{
    future::{Future, poll_fn},
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use thali::{
    db::Meter,
    error::{Error, Result},
    load::{Edge, Loaders, Source, drive},
};

/// The batches that were asked: (edge, keys).
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Batch>>>);

/// The name of an edge, and the keys it was asked.
type Batch = (&'static str, Vec<u64>);

impl Asked {
    fn batches(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.0.lock().unwrap().clone()
    }

    fn note(&self, edge: &'static str, keys: &[u64]) {
        self.0.lock().unwrap().push((edge, keys.to_vec()));
    }
}

impl Source for Asked {
    fn for_batch(&self) -> (Self, Arc<Meter>) {
        (self.clone(), Meter::new("test"))
    }
}

/// Declares an edge from numbers to numbers by what it does to a batch.
macro_rules! edge {
    ($(#[$meta:meta])* $name:ident, $keys:ident => $load:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        struct $name;

        impl Edge for $name {
            type Key = u64;
            type Value = u64;
            type Source = Asked;

            async fn load(&self, $keys: &[u64], asked: &Asked) -> Result<Vec<Result<u64>>> {
                asked.note(stringify!($name), $keys);
                $load
            }
        }
    };
}

mod cancelled;
mod dispatch;
mod failures;
mod schedules;
mod tasks;

fn tenfold(keys: &[u64]) -> Result<Vec<Result<u64>>> {
    Ok(keys.iter().map(|key| Ok(key * 10)).collect())
}

edge!(
    /// Ten times the key.
    Tenfold, keys => tenfold(keys)
);

edge!(
    /// The same, but it takes a while.
    Slow, keys => {
        tokio::time::sleep(Duration::from_millis(30)).await;
        tenfold(keys)
    }
);

/// Runs `work` with loaders of its own; says what it returned and which batches were asked.
/// Nothing in here may take long: what hangs fails.
async fn driven<F: Future>(
    work: impl FnOnce(Arc<Loaders<Asked>>) -> F,
) -> (F::Output, Vec<(&'static str, Vec<u64>)>) {
    let asked = Asked::default();
    let loaders = Loaders::new(asked.clone());
    let output = in_time(drive(&loaders, work(loaders.clone()))).await;
    (output, asked.batches())
}

/// Waits, but is ready again at once: others of the same task go first. (A yield of tokio's
/// waits for the runtime, as for any other event, and no batch waits for that.)
async fn let_others_go_first() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, work).await.expect("it hangs")
}

fn code(answer: Result<u64>) -> &'static str {
    match answer {
        Ok(value) => panic!("{value} is not an error"),
        Err(error) => error.code(),
    }
}
