//! Generations: which changes a value has seen.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use super::Tag;

/// Places for the generations of tags. Tags that share one are invalidated together.
const PLACES: usize = 1 << 16;

/// The place of [`Tag::Everything`], on which everything depends and which no other tag has.
const EVERYTHING: u32 = 0;

/// The generation of every tag in this process. It goes up with each change.
#[derive(Debug)]
pub struct Generations {
    places: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// The generations of some tags at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Snapshot(Vec<(u32, u64)>);

impl Default for Generations {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Generations {
    fn place(&self, tag: &Tag) -> u32 {
        match tag {
            Tag::Everything => EVERYTHING,
            tag => 1 + (self.hasher.hash_one(tag) % (PLACES as u64 - 1)) as u32,
        }
    }

    fn at(&self, place: u32) -> u64 {
        self.places[place as usize].load(Ordering::SeqCst)
    }

    /// To be read before the value is.
    pub fn read(&self, tags: &[Tag]) -> Snapshot {
        let places = tags.iter().map(|tag| self.place(tag));
        let places = std::iter::once(EVERYTHING).chain(places);
        Snapshot(places.map(|place| (place, self.at(place))).collect())
    }

    /// Whether nothing changed since.
    pub fn are(&self, snapshot: &Snapshot) -> bool {
        snapshot
            .0
            .iter()
            .all(|(place, was)| self.at(*place) == *was)
    }

    pub fn change(&self, tags: &[Tag]) {
        for tag in tags {
            self.places[self.place(tag) as usize].fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Snapshot {
    /// Bytes that it takes.
    pub fn weight(&self) -> usize {
        self.0.len() * size_of::<(u32, u64)>()
    }

    /// What depends on both.
    pub fn join(&mut self, other: &Self) {
        self.0.extend(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_change_makes_old_what_depends_on_it_and_nothing_else() {
        let generations = Generations::default();
        let (dish, menu) = (Tag::Dish(Uuid::from_u128(1)), Tag::Menu(Uuid::from_u128(2)));
        let of_dish = generations.read(std::slice::from_ref(&dish));
        let of_menu = generations.read(std::slice::from_ref(&menu));
        let mut of_both = of_dish.clone();
        of_both.join(&of_menu);
        assert!(generations.are(&of_both));
        generations.change(&[dish]);
        assert!(!generations.are(&of_dish));
        assert!(generations.are(&of_menu));
        assert!(!generations.are(&of_both));
        generations.change(&[Tag::Everything]);
        assert!(!generations.are(&of_menu));
    }
}
