//! One batch: the keys that were asked together, and the answer to each by its position.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};

use futures_util::FutureExt;

use super::{BatchTrace, Edge, Loaders, Source};
use crate::error::{Error, Result};

pub(super) struct Batch<E: Edge> {
    pub(super) edge: E,
    state: Mutex<BatchState<E>>,
}

enum BatchState<E: Edge> {
    /// Takes keys; the position of a load is the index of its key.
    Open {
        keys: Vec<E::Key>,
        waiting: Vec<Waker>,
    },
    /// `slot` maps the position of a load to the index of its distinct key.
    Sent {
        slot: Vec<u32>,
        keys: Arc<[E::Key]>,
        waiting: Vec<Waker>,
    },
    Done {
        slot: Vec<u32>,
        keys: Arc<[E::Key]>,
        values: Arc<[Result<E::Value>]>,
    },
}

/// The answer to one load. Dropping it harms nobody: its key stays in the batch.
pub struct Load<E: Edge> {
    batch: Arc<Batch<E>>,
    position: u32,
}

/// A batch whose edge type is forgotten, ready to go out.
pub(super) trait Dispatch<S>: Send + Sync {
    fn send(self: Arc<Self>, loaders: Arc<Loaders<S>>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Answers with an error, unless it was answered.
    fn give_up(&self);
}

/// A batch on its way: if it is dropped there, nobody waits for it in vain.
struct Sent<E: Edge>(Arc<Batch<E>>);

impl<E: Edge> Drop for Sent<E> {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

impl<E: Edge> Load<E> {
    pub(super) fn ask(batch: &Arc<Batch<E>>, key: E::Key) -> Self {
        let mut state = batch.state();
        let BatchState::Open { keys, .. } = &mut *state else {
            // `Loaders::close` takes a batch out of its lane before it is sent.
            unreachable!("a key came to a batch that was sent");
        };
        keys.push(key);
        let position = keys.len() as u32 - 1;
        drop(state);
        Self {
            batch: batch.clone(),
            position,
        }
    }
}

impl<E: Edge> Future for Load<E> {
    type Output = Result<E::Value>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self.batch.state() {
            BatchState::Done { slot, values, .. } => {
                Poll::Ready(values[slot[self.position as usize] as usize].clone())
            }
            BatchState::Open { waiting, .. } | BatchState::Sent { waiting, .. } => {
                park(waiting, context.waker());
                Poll::Pending
            }
        }
    }
}

/// Remembers whom to wake. Siblings mostly share a waker and then cost nothing.
fn park(waiting: &mut Vec<Waker>, waker: &Waker) {
    if !waiting.last().is_some_and(|last| last.will_wake(waker)) {
        waiting.push(waker.clone());
    }
}

impl<E: Edge> Batch<E> {
    pub(super) fn new(edge: E) -> Self {
        let state = BatchState::Open {
            keys: Vec::new(),
            waiting: Vec::new(),
        };
        Self {
            edge,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, BatchState<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops taking keys: sorts them, drops duplicates, and keeps for each load its slot.
    fn seal(&self) -> Arc<[E::Key]> {
        let mut state = self.state();
        let BatchState::Open { keys, waiting } = &mut *state else {
            unreachable!("a batch is sent once");
        };
        let (asked, waiting) = (std::mem::take(keys), std::mem::take(waiting));
        let mut order: Vec<u32> = (0..asked.len() as u32).collect();
        order.sort_unstable_by(|a, b| asked[*a as usize].cmp(&asked[*b as usize]));
        let mut slot = vec![0; asked.len()];
        let mut keys: Vec<E::Key> = Vec::with_capacity(asked.len());
        for position in order {
            let key = &asked[position as usize];
            if keys.last() != Some(key) {
                keys.push(key.clone());
            }
            slot[position as usize] = keys.len() as u32 - 1;
        }
        let keys: Arc<[E::Key]> = keys.into();
        *state = BatchState::Sent {
            slot,
            keys: keys.clone(),
            waiting,
        };
        keys
    }

    fn index_of(&self, key: &E::Key) -> Option<usize> {
        match &*self.state() {
            BatchState::Open { .. } => None,
            BatchState::Sent { keys, .. } | BatchState::Done { keys, .. } => {
                keys.binary_search(key).ok()
            }
        }
    }

    async fn value(&self, index: usize) -> Result<E::Value> {
        poll_fn(|context| match &mut *self.state() {
            BatchState::Done { values, .. } => Poll::Ready(values[index].clone()),
            BatchState::Open { waiting, .. } | BatchState::Sent { waiting, .. } => {
                park(waiting, context.waker());
                Poll::Pending
            }
        })
        .await
    }

    fn answer(&self, answers: Vec<Result<E::Value>>) -> usize {
        let mut state = self.state();
        let BatchState::Sent {
            slot,
            keys,
            waiting,
        } = &mut *state
        else {
            unreachable!("a batch is answered once, after it was sent");
        };
        let (slot, keys, waiting) = (std::mem::take(slot), keys.clone(), std::mem::take(waiting));
        let loads = slot.len();
        *state = BatchState::Done {
            slot,
            keys,
            values: answers.into(),
        };
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        loads
    }

    /// Asks the source and checks that every key got its answer. A panic fails the keys of the
    /// batch and nothing else of the request.
    async fn fetch(&self, keys: &[E::Key], source: &E::Source) -> Vec<Result<E::Value>> {
        if self.edge.is_live() {
            source.live();
        }
        let load = AssertUnwindSafe(async { self.edge.load(keys, source).await });
        let error = match load.catch_unwind().await {
            Ok(Ok(answers)) if answers.len() == keys.len() => return answers,
            Ok(Ok(answers)) => Error::internal(anyhow::anyhow!(
                "{} answered {} of {} keys",
                self.edge.name(),
                answers.len(),
                keys.len()
            )),
            Ok(Err(error)) => error,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                let text = text.unwrap_or("unknown");
                Error::internal(anyhow::anyhow!("panic in {}: {text}", self.edge.name()))
            }
        };
        vec![Err(error); keys.len()]
    }
}

impl<E: Edge> Dispatch<E::Source> for Batch<E> {
    fn send(
        self: Arc<Self>,
        loaders: Arc<Loaders<E::Source>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let before = loaders.close(&self);
        let keys = self.seal();
        let sent = Sent(self);
        Box::pin(async move {
            let Sent(batch) = &sent;
            let begun = Instant::now();
            let (source, meter) = loaders.source.for_batch();
            let found = |key| {
                before
                    .iter()
                    .find_map(|batch| Some((batch, batch.index_of(key)?)))
            };
            let missing: Vec<E::Key> = match before.is_empty() {
                true => keys.to_vec(),
                false => keys
                    .iter()
                    .filter(|key| found(key).is_none())
                    .cloned()
                    .collect(),
            };
            let asked = missing.len();
            let mut fetched = match asked {
                0 => Vec::new(),
                _ => {
                    // The semaphore is never closed.
                    let _permit = loaders.at_once.acquire().await;
                    batch.fetch(&missing, &source).await
                }
            };
            let answers = if before.is_empty() {
                fetched
            } else {
                let mut fetched = fetched.drain(..);
                let mut answers = Vec::with_capacity(keys.len());
                for key in keys.iter() {
                    answers.push(match found(key) {
                        Some((batch, index)) => batch.value(index).await,
                        None => fetched.next().unwrap_or_else(|| {
                            Err(Error::internal(anyhow::anyhow!("a key was not asked")))
                        }),
                    });
                }
                answers
            };
            let loads = batch.answer(answers);
            let ms = |time: std::time::Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
            let statements = meter.kept().into_iter();
            loaders.state().trace.push(BatchTrace {
                loader: batch.edge.name(),
                loads,
                keys: asked,
                rows: meter.rows(),
                source: if asked == 0 {
                    "request"
                } else {
                    meter.source()
                },
                at: ms(begun - loaders.begun),
                ms: ms(begun.elapsed()),
                sql: statements.map(|statement| statement.sql).collect(),
            });
        })
    }

    fn give_up(&self) {
        let mut state = self.state();
        let (loads, waiting) = match &mut *state {
            BatchState::Open { keys, waiting } => (keys.len(), std::mem::take(waiting)),
            BatchState::Sent { slot, waiting, .. } => (slot.len(), std::mem::take(waiting)),
            BatchState::Done { .. } => return,
        };
        *state = BatchState::Done {
            slot: vec![0; loads],
            keys: Arc::new([]),
            // The request has ended: nobody is left to be told, nor is it a fault to log.
            values: Arc::new([Err(Error::Internal)]),
        };
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}
