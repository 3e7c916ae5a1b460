//! What the cache did, for operations.

use std::sync::atomic::{AtomicU64, Ordering};

use super::HotKind;

/// From where an answer came. Who joins what is being loaded is answered from where that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// This process.
    Memory,
    Redis,
    Database,
}

impl Layer {
    pub const ALL: [Self; 3] = [Self::Memory, Self::Redis, Self::Database];

    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Database => "database",
        }
    }
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Facts {
    found: [[AtomicU64; Layer::ALL.len()]; HotKind::ALL.len()],
    pub(super) changes: AtomicU64,
    pub(super) stale: AtomicU64,
}

impl Facts {
    pub(super) fn count(&self, kind: HotKind, layer: Layer, many: usize) {
        let count = &self.found[kind as usize][layer as usize];
        count.fetch_add(many as u64, Ordering::Relaxed);
    }

    /// Answers of a kind that came from a layer.
    pub fn found(&self, kind: HotKind, layer: Layer) -> u64 {
        self.found[kind as usize][layer as usize].load(Ordering::Relaxed)
    }

    /// Tags that were invalidated.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Answers that were too old, given because none could be loaded.
    pub fn stale(&self) -> u64 {
        self.stale.load(Ordering::Relaxed)
    }
}
