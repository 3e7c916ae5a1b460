//! What a request or command costs in statements and rows, and how far it wrote.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::Statement;

use super::position::Position;
use crate::cache::Layer;

/// Counts the statements of one request or command.
#[derive(Debug, Default)]
pub struct Meter {
    /// What the log names when a statement is slow: request id and operation.
    pub owner: Arc<str>,
    statements: AtomicU64,
    rows: AtomicU64,
    /// Answers by the layer of the cache that had them.
    found: [AtomicU64; Layer::ALL.len()],
    /// Behind its last commit, or 0.
    wrote: AtomicU64,
    whole: Option<Arc<Meter>>,
    kept: Option<Mutex<Vec<Statement>>>,
}

impl Meter {
    pub fn new(owner: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            owner: owner.into(),
            ..Self::default()
        })
    }

    /// A meter that also keeps what it counts, so that the plans of statements can be seen.
    pub fn keeping(owner: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            owner: owner.into(),
            kept: Some(Mutex::default()),
            ..Self::default()
        })
    }

    /// The statements so far, if they are kept.
    pub fn kept(&self) -> Vec<Statement> {
        let kept = self.kept.as_ref().map(Mutex::lock);
        kept.map_or(Vec::new(), |kept| {
            kept.unwrap_or_else(PoisonError::into_inner).clone()
        })
    }

    pub(super) fn keep(&self, statement: &Statement) {
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(statement.clone());
        }
        if let Some(whole) = &self.whole {
            whole.keep(statement);
        }
    }

    /// A meter of a part, whose counts are also the whole's; it keeps what the whole keeps.
    pub fn part(self: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self {
            owner: self.owner.clone(),
            whole: Some(self.clone()),
            kept: self.kept.as_ref().map(|_| Mutex::default()),
            ..Self::default()
        })
    }

    pub(super) fn count(&self, rows: u64) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.count(rows);
        }
    }

    /// Counts answers that came from a layer of the cache.
    pub fn found(&self, layer: Layer, many: usize) {
        self.found[layer as usize].fetch_add(many as u64, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.found(layer, many);
        }
    }

    pub fn found_in(&self, layer: Layer) -> u64 {
        self.found[layer as usize].load(Ordering::Relaxed)
    }

    /// From where the answers came: the farthest layer of those that were asked.
    pub fn source(&self) -> &'static str {
        let farthest = Layer::ALL
            .into_iter()
            .rfind(|layer| self.found_in(*layer) > 0);
        farthest.unwrap_or(Layer::Database).name()
    }

    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub(super) fn note_commit(&self, position: Position) {
        self.wrote.fetch_max(position.0, Ordering::Relaxed);
    }

    /// What to read at least in order to see what was written here; nothing where nothing was,
    /// or where there are no replicas that might not have it.
    pub fn wrote(&self) -> Option<Position> {
        let position = self.wrote.load(Ordering::Relaxed);
        (position > 0).then_some(Position(position))
    }
}
