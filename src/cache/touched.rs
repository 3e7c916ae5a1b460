//! What an answer depends on: collected while a request runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Snapshot;

/// What one request has read so far. Whatever reads adds the generations from before it read, or
/// says that it cannot: that what it read is live, and changes without notice.
#[derive(Clone, Debug, Default)]
pub struct Touched(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    seen: Snapshot,
    is_live: bool,
}

impl Touched {
    /// Something was read whose generations were these before.
    pub fn add(&self, generations: &Snapshot) {
        self.state().seen.join(generations);
    }

    /// Something was read of whose changes nobody tells.
    pub fn make_live(&self) {
        self.state().is_live = true;
    }

    /// The generations that must still be for the answer to be true; nothing where that is not
    /// enough.
    pub fn snapshot(&self) -> Option<Snapshot> {
        let state = self.state();
        (!state.is_live).then(|| state.seen.clone())
    }

    // Whoever panics while holding the lock leaves nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cache::{Generations, Tag};

    #[test]
    fn a_change_between_two_reads_of_the_same_thing_is_not_missed() {
        let generations = Generations::default();
        let dish = [Tag::Dish(Uuid::from_u128(1))];
        let slow = generations.read(&dish);
        generations.change(&dish);
        let quick = generations.read(&dish);
        for order in [[&slow, &quick], [&quick, &slow]] {
            let touched = Touched::default();
            order.iter().for_each(|read| touched.add(read));
            let seen = touched.snapshot().unwrap();
            assert!(!generations.are(&seen), "{seen:?}");
        }
    }

    #[test]
    fn one_live_read_is_enough() {
        let touched = Touched::default();
        assert!(touched.snapshot().is_some());
        touched.clone().make_live();
        touched.add(&Generations::default().read(&[Tag::Dishes]));
        assert_eq!(touched.snapshot(), None);
    }
}
