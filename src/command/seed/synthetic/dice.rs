//! Chance that repeats itself: numbers, choices and ids from a seed.

use chrono::{DateTime, Utc};
use fastrand::Rng;
use uuid::{Builder, Uuid};

/// 2020-01-01T00:00:00Z in milliseconds: no id of a real row is as old.
const EPOCH_MS: u64 = 1_577_836_800_000;

pub struct Dice {
    rng: Rng,
    ids: u64,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            ids: 0,
        }
    }

    /// The next id: a UUIDv7 a millisecond younger than the one before, so that rows made
    /// later sort later.
    pub fn id(&mut self) -> Uuid {
        self.ids += 1;
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        Builder::from_unix_timestamp_millis(EPOCH_MS + self.ids, &random).into_uuid()
    }

    /// A UUIDv7 of a moment.
    pub fn id_at(&mut self, moment: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        let millis = moment.timestamp_millis().unsigned_abs();
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A number from 0 up to `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }

    pub fn between(&mut self, least: i32, most: i32) -> i32 {
        self.rng.i32(least..=most)
    }

    /// A number from -1 to 1.
    pub fn offset(&mut self) -> f64 {
        self.rng.f64() * 2.0 - 1.0
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.rng.shuffle(items);
    }
}
