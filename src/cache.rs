//! What was answered once is not computed twice, and what changed is not served again.
//!
//! Cached values depend on [`Tag`]s, and a change names the tags of what it changed. Each tag has
//! a [generation](Generations): it is read before a value is loaded and compared whenever the
//! value is about to be served, so that a load that raced a change is never served.
//!
//! The order of an invalidation matters. Redis forgets first, then this process; the change is
//! acknowledged after both, and other processes are told last. Whoever still finds the old value
//! in Redis has asked for the generations here before they changed, and keeps nothing.

use std::sync::Arc;

mod generations;
mod tag;

pub use generations::{Generations, Snapshot};
pub use tag::Tag;

/// The caches of this process, and what they share with the others.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    generations: Arc<Generations>,
}

impl Cache {
    pub fn generations(&self) -> &Generations {
        &self.generations
    }

    /// Something changed in a transaction of this process, which was committed: from now on
    /// nothing of before is served, neither here nor from Redis. To be awaited before the change
    /// is acknowledged, and before others are told.
    pub async fn invalidate(&self, tags: &[Tag]) {
        self.generations.change(tags);
    }

    /// Another process changed something, and Redis has forgotten it.
    pub fn hear(&self, tags: &[Tag]) {
        self.generations.change(tags);
    }

    /// Changes of other processes are not heard from now on.
    pub fn lose_bus(&self) {
        self.generations.change(&[Tag::Everything]);
    }

    /// Every change from now on is heard again; those in between were not.
    pub async fn find_bus(&self) {
        self.generations.change(&[Tag::Everything]);
    }
}
