//! What was answered once is not computed twice, and what changed is not served again.
//!
//! Cached values depend on [`Tag`]s, and a change names the tags of what it changed. Each tag has
//! a [generation](Generations): it is read before a value is loaded and compared whenever the
//! value is about to be served, so that a load that raced a change is never served.
//!
//! The order of an invalidation matters. Redis forgets first, then this process; the change is
//! acknowledged after both, and other processes are told last. Whoever still finds the old value
//! in Redis has asked for the generations here before they changed, and keeps nothing.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use redis::aio::ConnectionManager;

mod facts;
mod flight;
mod generations;
mod kept;
mod kind;
mod memory;
mod shared;
mod tag;
mod through;
mod touched;
mod trust;

pub use facts::{Facts, Layer};
pub use generations::{Generations, Snapshot};
pub use kept::Kept;
pub use kind::{HotKind, Lives};
pub use tag::Tag;
pub use through::{Asked, For, Load};
pub use touched::Touched;

use crate::config::Config;
use flight::Flights;
use memory::Memory;
use shared::Shared;

/// By which all processes know a value: the edge with its arguments, and the key.
pub type Name = Arc<[u8]>;

/// While changes of others are not heard, what is loaded is fresh for so long.
const FRESH_WHILE_DEAF: Duration = Duration::from_secs(1);

/// The caches of this process, and what they share with the others.
#[derive(Clone, Debug)]
pub struct Cache {
    generations: Arc<Generations>,
    memory: Arc<Memory>,
    flights: Arc<Flights>,
    shared: Option<Shared>,
    facts: Arc<Facts>,
    is_on: bool,
    lives: Lives,
    stale: Duration,
}

impl Cache {
    /// With Redis it takes the name of the database whose answers are kept there.
    pub fn new(config: &Config, redis: Option<(ConnectionManager, Arc<str>)>) -> Self {
        Self {
            generations: Arc::default(),
            memory: Arc::new(Memory::new(config.cache_memory.0)),
            flights: Arc::default(),
            shared: redis.map(|(redis, database)| Shared::new(redis, database)),
            facts: Arc::default(),
            is_on: config.cache.0,
            lives: config.cache_lives,
            stale: config.cache_stale,
        }
    }

    /// Whether anything is cached.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    pub fn generations(&self) -> &Generations {
        &self.generations
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether Redis is believed now.
    pub fn is_sharing(&self) -> bool {
        self.shared
            .as_ref()
            .is_some_and(|shared| shared.trust.run().is_some())
    }

    /// Entries in memory and their bytes: both only nearly.
    pub fn size(&self) -> (u64, u64) {
        self.memory.size()
    }

    /// Entries that memory has dropped since the start.
    pub fn evictions(&self) -> u64 {
        self.memory.evictions()
    }

    /// Something changed in a transaction of this process, which was committed: from now on
    /// nothing of before is served, neither here nor from Redis. To be awaited before the change
    /// is acknowledged, and before others are told.
    pub async fn invalidate(&self, tags: &[Tag]) {
        if let Some(shared) = self.shared.as_ref().filter(|_| !tags.is_empty()) {
            shared.invalidate(tags).await;
        }
        self.change(tags);
    }

    /// Another process changed something, and Redis has forgotten it.
    pub fn hear(&self, tags: &[Tag]) {
        self.change(tags);
    }

    fn change(&self, tags: &[Tag]) {
        self.generations.change(tags);
        self.facts
            .changes
            .fetch_add(tags.len() as u64, Ordering::Relaxed);
    }

    /// Changes of other processes are not heard from now on.
    pub fn lose_bus(&self) {
        // What was loaded since it was lost is fresh for a moment only.
        let was_heard = self
            .shared
            .as_ref()
            .is_none_or(|shared| shared.trust.lose_bus());
        if was_heard {
            self.change(&[Tag::Everything]);
        }
    }

    /// Every change from now on is heard again; those in between were not.
    pub fn find_bus(&self) {
        if let Some(shared) = &self.shared {
            shared.trust.find_bus();
            shared.mend();
        }
        self.change(&[Tag::Everything]);
    }

    /// For how long what is loaded now is fresh: not all of it ends at once.
    fn fresh(&self, kind: HotKind, is_nothing: bool) -> Duration {
        let life = self.lives.of(kind, is_nothing);
        self.bounded(life.mul_f64(0.9 + 0.2 * fastrand::f64()))
    }

    /// `life`, or less while changes of others are not heard.
    pub fn bounded(&self, life: Duration) -> Duration {
        match &self.shared {
            Some(shared) if !shared.trust.is_hearing() => life.min(FRESH_WHILE_DEAF),
            _ => life,
        }
    }
}
