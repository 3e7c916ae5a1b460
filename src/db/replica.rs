//! The replicas, what is known of each, and which of them answers a request.
//!
//! What is known comes from `watch`; without it none is read from, as in commands.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::DbErr;
use tokio::sync::{Notify, watch};

use super::{pool::Pool, position::Position, watch::Log};
use crate::config::Config;

#[derive(Debug)]
pub struct Replicas {
    pub all: Vec<Arc<Replica>>,
    next: AtomicUsize,
    /// The newest position that this process knows to be committed.
    newest: AtomicU64,
    /// The position up to which it has heard of every change that can make a cached answer old.
    heard: AtomicU64,
    /// Where the primary was when the watch began, which is after the migrations of this process:
    /// what has not replayed them yet has not the tables that its statements name.
    floor: AtomicU64,
    log: Mutex<Log>,
    pub interval: Duration,
    pub most_lag: Duration,
}

#[derive(Debug)]
pub struct Replica {
    /// Its place in the setting, from 1: what logs and metrics call it.
    pub number: usize,
    pub pool: Pool,
    known: watch::Sender<Known>,
    /// Wakes the watch, when a read failed.
    pub doubted: Notify,
}

/// What a replica said last, compared with the primary.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub replayed: Position,
    pub lag_bytes: u64,
    pub lag: Duration,
    pub fault: Option<Fault>,
}

/// Why a replica is not read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Silent,
    NotInRecovery,
    Lags,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "it does not answer",
            Self::NotInRecovery => "it is no replica: it is not in recovery",
            Self::Lags => "it is too far behind the primary (THALI_REPLICA_LAG)",
        })
    }
}

impl Replicas {
    pub async fn open(config: &Config) -> Result<Self, DbErr> {
        let mut all = Vec::new();
        for (index, url) in config.replica_urls.0.iter().enumerate() {
            all.push(Arc::new(Replica {
                number: index + 1,
                pool: Pool::open_lazily(url, config).await?,
                known: watch::Sender::new(Known {
                    replayed: Position::default(),
                    lag_bytes: 0,
                    lag: Duration::ZERO,
                    fault: Some(Fault::Silent),
                }),
                doubted: Notify::new(),
            }));
        }
        Ok(Self {
            all,
            next: AtomicUsize::new(0),
            newest: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            floor: AtomicU64::new(Position::LATEST.0),
            log: Mutex::new(Log::new(config.replica_lag)),
            interval: config.replica_interval,
            most_lag: config.replica_lag,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One that has replayed what is `needed`; each in its turn.
    pub fn choose(&self, needed: Position) -> Option<Arc<Replica>> {
        let count = self.all.len();
        // Wraps around after more requests than there will be.
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut turns = (0..count).map(|turn| &self.all[(first + turn) % count]);
        turns.find(|replica| self.has(replica, needed)).cloned()
    }

    /// Whether `replica` can be read from, and has replayed what is `needed`.
    pub fn has(&self, replica: &Replica, needed: Position) -> bool {
        let known = replica.known.borrow();
        let needed = needed.0.max(self.floor.load(Ordering::Relaxed));
        known.fault.is_none() && known.replayed.0 >= needed
    }

    pub fn newest(&self) -> Position {
        Position(self.newest.load(Ordering::Acquire))
    }

    pub fn saw(&self, position: Position) {
        self.newest.fetch_max(position.0, Ordering::AcqRel);
    }

    /// Whether all was heard of that was committed before `position`.
    pub fn has_heard(&self, position: Position) -> bool {
        self.heard.load(Ordering::Acquire) >= position.0
    }

    /// All was heard of that was committed before `position`, nearly: who is told of a change
    /// when another one was that came after it, has heard of that one within a moment.
    pub fn hear(&self, position: Position) {
        self.saw(position);
        self.heard.fetch_max(position.0, Ordering::AcqRel);
    }

    /// The watch has begun: the primary is at `position`.
    pub fn begin(&self, position: Position) {
        let unset = Position::LATEST.0;
        let (done, tried) = (Ordering::Relaxed, Ordering::Relaxed);
        // Only the first time counts.
        let _ = self.floor.compare_exchange(unset, position.0, done, tried);
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replica {
    pub fn known(&self) -> Known {
        *self.known.borrow()
    }

    /// Takes in what the watch found, and logs when reading from it begins or ends.
    pub fn learn(&self, known: Known) {
        let before = self.known.send_replace(known).fault;
        let server = self.pool.server();
        let (replica, host, port) = (self.number, server.get_host(), server.get_port());
        match known.fault {
            fault if fault == before => {}
            None => tracing::info!(replica, host, port, "reads go to the replica"),
            Some(fault) => {
                tracing::warn!(replica, host, port, %fault, "reads do not go to the replica");
            }
        }
    }

    /// Ends when the replica is known not to answer: what still waits for it waits in vain.
    pub async fn gone(&self) {
        let mut known = self.known.subscribe();
        let is_gone = |known: &Known| known.fault == Some(Fault::Silent);
        // It cannot fail while `self`, which sends, is there.
        let _ = known.wait_for(is_gone).await;
    }
}
