//! Loaders: every edge of the graph is asked in batches, one statement a batch.
//!
//! A resolver asks [`Loaders::load`] and waits. [`drive`] polls the request; when nothing in
//! it can go on, every resolver that is ready has asked, and exactly then the open batches go
//! out. There is no timer. What a row costs is a key in a vector and a value by position; the
//! rest is paid once for a batch.
//!
//! All instances of one position in a query ask in the same round, and a batch answers all of
//! its loads at once, also those whose key was known or already under way. So by induction a
//! query that visits k edges costs at most k statements.

use std::{
    any::{Any, TypeId},
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{db::Meter, error::Result};

use tokio::sync::Semaphore;

mod batch;
mod drive;

pub use batch::Load;
use batch::{Batch, Dispatch};
pub use drive::drive;

/// An edge of the graph. The value itself is what all keys of a batch have in common, such as
/// the arguments of a field.
pub trait Edge: Clone + PartialEq + Send + Sync + 'static {
    /// What a load is asked for, such as the id of the parent.
    type Key: Ord + Clone + Send + Sync;
    /// What a load gets; shared by all who ask for the same key.
    type Value: Clone + Send + Sync;
    /// What runs a batch: the database, or a stand-in in tests.
    type Source: Source;

    /// Answers `keys`, which are sorted and distinct, in their order.
    fn load(
        &self,
        keys: &[Self::Key],
        source: &Self::Source,
    ) -> impl Future<Output = Result<Vec<Result<Self::Value>>>> + Send;

    /// Whether what it answers changes without notice. Where it does not, `load` tells its source
    /// what the answer depends on.
    fn is_live(&self) -> bool {
        true
    }

    /// The edge's name in traces: `DishById`, `ItemsOfMenu`.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }
}

/// What batches are asked of.
pub trait Source: Send + Sync + 'static {
    /// The source for one batch, and the meter on which that batch alone counts.
    fn for_batch(&self) -> (Self, Arc<Meter>)
    where
        Self: Sized;

    /// Gives back what it keeps for the batches to come.
    fn rest(&self) {}

    /// Something is read that changes without notice.
    fn live(&self) {}
}

/// What happened to one batch, for `extensions.trace`.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchTrace {
    pub loader: &'static str,
    /// Loads that were answered.
    pub loads: usize,
    /// Distinct keys that were asked of the source.
    pub keys: usize,
    pub rows: u64,
    pub source: &'static str,
    /// Milliseconds from the start of the request to the start of the batch.
    pub at: f64,
    pub ms: f64,
    /// The statements, where the meter keeps them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<String>,
}

/// The loaders of one request.
pub struct Loaders<S> {
    source: S,
    begun: Instant,
    /// So that no request takes all connections while others wait.
    at_once: Semaphore,
    state: Mutex<State<S>>,
}

/// Batches of one request that run at the same time.
const MOST_AT_ONCE: usize = 4;

struct State<S> {
    /// For each edge type its lanes, one per distinct edge value: a `Vec<Lane<E>>`. A request
    /// has few edge types: looking through them is cheaper than hashing.
    lanes: Vec<(TypeId, Box<dyn Any + Send>)>,
    /// Batches that have keys and were not sent yet.
    open: Vec<Arc<dyn Dispatch<S>>>,
    trace: Vec<BatchTrace>,
    driver: Option<std::task::Waker>,
    polling: bool,
    /// Whether the driver is gone: nobody will send a batch any more.
    ended: bool,
}

/// The batches of one edge value: the one that still takes keys, and those that were sent.
struct Lane<E: Edge> {
    edge: E,
    open: Option<Arc<Batch<E>>>,
    sent: Vec<Arc<Batch<E>>>,
}

impl<S: Source> Loaders<S> {
    pub fn new(source: S) -> Arc<Self> {
        let state = State {
            lanes: Vec::new(),
            open: Vec::new(),
            trace: Vec::new(),
            driver: None,
            polling: false,
            ended: false,
        };
        Arc::new(Self {
            source,
            begun: Instant::now(),
            at_once: Semaphore::new(MOST_AT_ONCE),
            state: Mutex::new(state),
        })
    }

    /// Follows `edge` from `key`.
    pub fn load<E: Edge<Source = S>>(&self, edge: E, key: E::Key) -> Load<E> {
        let mut state = self.state();
        let State {
            lanes,
            open,
            driver,
            polling,
            ended,
            ..
        } = &mut *state;
        if *ended {
            // A task that outlived its request.
            let batch = Arc::new(Batch::new(edge));
            let load = Load::ask(&batch, key);
            batch.give_up();
            return load;
        }
        let lane = lane(lanes, edge);
        let batch = lane.open.get_or_insert_with(|| {
            let batch = Arc::new(Batch::new(lane.edge.clone()));
            open.push(batch.clone());
            // Asked from outside of the request's own poll: the driver does not know yet.
            if let Some(driver) = driver.as_ref().filter(|_| !*polling) {
                driver.wake_by_ref();
            }
            batch
        });
        Load::ask(batch, key)
    }

    /// Forgets every answer, so that what is asked from now on is read anew: something changed.
    pub fn forget(&self) {
        self.state().lanes.clear();
    }

    /// Has the source give back what it keeps between batches: none will come for a while.
    pub fn rest(&self) {
        self.source.rest();
    }

    /// What the batches did so far, in the order in which they ended.
    pub fn trace(&self) -> Vec<BatchTrace> {
        self.state().trace.clone()
    }

    /// Closes the lane's open batch and tells which batches were sent before it.
    fn close<E: Edge<Source = S>>(&self, batch: &Arc<Batch<E>>) -> Vec<Arc<Batch<E>>> {
        let mut state = self.state();
        let lane = lane(&mut state.lanes, batch.edge.clone());
        lane.open = None;
        let before = lane.sent.clone();
        lane.sent.push(batch.clone());
        before
    }

    fn begin(&self) {
        self.state().ended = false;
    }

    /// Nothing is sent any more: what still waits, in tasks of its own, waits no longer.
    fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.driver = None;
        let open = std::mem::take(&mut state.open);
        drop(state);
        open.iter().for_each(|batch| batch.give_up());
    }

    // A panic while the lock is held cannot leave the state half-changed: nothing in here
    // calls foreign code but comparisons of edges.
    fn state(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lane<E: Edge>(lanes: &mut Vec<(TypeId, Box<dyn Any + Send>)>, edge: E) -> &mut Lane<E> {
    let of = TypeId::of::<E>();
    let index = lanes
        .iter()
        .position(|(id, _)| *id == of)
        .unwrap_or_else(|| {
            lanes.push((of, Box::new(Vec::<Lane<E>>::new())));
            lanes.len() - 1
        });
    // The id is that of the type with which the value was made.
    let Some(lanes) = lanes[index].1.downcast_mut::<Vec<Lane<E>>>() else {
        unreachable!("lanes of another edge")
    };
    let index = lanes
        .iter()
        .position(|lane| lane.edge == edge)
        .unwrap_or_else(|| {
            lanes.push(Lane {
                edge,
                open: None,
                sent: Vec::new(),
            });
            lanes.len() - 1
        });
    &mut lanes[index]
}
