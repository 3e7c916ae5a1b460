//! The layer in this process: values as they are, bounded in bytes.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::{Expiry, sync::Cache};

use super::{Name, Snapshot};

/// What one entry takes beside its value: name, snapshot, and moka's own.
const OVERHEAD: u32 = 300;

/// How eagerly a value is loaded again before it is old. With 1, on average by the time that
/// loading it takes (XFetch: Vattani, Chierichetti, Lowenstein 2015).
const EAGERNESS: f64 = 1.0;

#[derive(Debug)]
pub struct Memory {
    entries: Cache<Name, Arc<Entry>>,
    evicted: Arc<AtomicU64>,
}

/// A value that was loaded.
#[derive(Debug)]
pub struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    /// What it has seen.
    snapshot: Snapshot,
    fresh_until: Instant,
    stale_until: Instant,
    /// How long it took to load.
    cost: Duration,
    bytes: u32,
}

struct UntilTooOld;

impl Expiry<Name, Arc<Entry>> for UntilTooOld {
    fn expire_after_create(&self, _: &Name, entry: &Arc<Entry>, now: Instant) -> Option<Duration> {
        Some(entry.stale_until.saturating_duration_since(now))
    }

    fn expire_after_update(
        &self,
        _: &Name,
        entry: &Arc<Entry>,
        now: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.stale_until.saturating_duration_since(now))
    }
}

impl Memory {
    pub fn new(bytes: usize) -> Self {
        let evicted = Arc::new(AtomicU64::new(0));
        let counted = evicted.clone();
        let entries = Cache::builder()
            .eviction_listener(move |_, _, cause| {
                if cause.was_evicted() {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .max_capacity(bytes as u64)
            .weigher(|name: &Name, entry: &Arc<Entry>| OVERHEAD + name.len() as u32 + entry.bytes)
            .expire_after(UntilTooOld)
            .build();
        Self { entries, evicted }
    }

    /// The value by this name that has seen what `snapshot` has, fresh or not.
    pub fn get(&self, name: &Name, snapshot: &Snapshot) -> Option<Arc<Entry>> {
        let entry = self.entries.get(name)?;
        (entry.snapshot == *snapshot).then_some(entry)
    }

    pub fn put(&self, name: Name, entry: Entry) {
        self.entries.insert(name, Arc::new(entry));
    }

    /// Entries that were too old, or that there was no room for.
    pub fn evictions(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// How many entries there are, and how many bytes they take: both only nearly.
    pub fn size(&self) -> (u64, u64) {
        (self.entries.entry_count(), self.entries.weighted_size())
    }
}

impl Entry {
    pub fn new<V: Clone + Send + Sync + 'static>(
        value: &V,
        snapshot: &Snapshot,
        fresh: Duration,
        stale: Duration,
        cost: Duration,
        bytes: usize,
    ) -> Self {
        let fresh_until = Instant::now() + fresh;
        Self {
            value: Arc::new(value.clone()),
            snapshot: snapshot.clone(),
            fresh_until,
            stale_until: fresh_until + stale,
            cost,
            // A value in memory has pointers and spare room beside what its encoding has.
            bytes: (2 * bytes).try_into().unwrap_or(u32::MAX),
        }
    }

    /// The same, fresh for a while more, and stale for no longer.
    pub fn again(&self, fresh: Duration) -> Self {
        Self {
            value: self.value.clone(),
            snapshot: self.snapshot.clone(),
            fresh_until: (Instant::now() + fresh).min(self.stale_until),
            ..*self
        }
    }

    pub fn value<V: Clone + 'static>(&self) -> Option<V> {
        self.value.downcast_ref::<V>().cloned()
    }

    pub fn is_fresh(&self, now: Instant) -> bool {
        now < self.fresh_until
    }

    /// Whether somebody is to load it again although it is still fresh: by chance, and more
    /// probably the nearer its end is, so that not all do at once.
    pub fn is_due(&self, now: Instant) -> bool {
        // In (0, 1], of which the logarithm is no more than 0.
        let chance = 1.0 - fastrand::f64();
        let ahead = self.cost.mul_f64(EAGERNESS * -chance.ln());
        now + ahead >= self.fresh_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fresh: Duration, cost: Duration) -> Entry {
        Entry::new(&7u64, &Snapshot::default(), fresh, fresh, cost, 8)
    }

    #[test]
    fn only_what_is_near_its_end_is_due() {
        let now = Instant::now();
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
        assert!(!entry(hour, second).is_due(now), "an hour early");
        assert!(entry(Duration::ZERO, second).is_due(now), "at the end");
        let near = entry(second, second);
        let due = (0..1000).filter(|_| near.is_due(now)).count();
        // e^-1 of the times.
        assert!((250..500).contains(&due), "{due}");
    }

    #[test]
    fn memory_keeps_what_fits_and_forgets_the_rest() {
        let memory = Memory::new(100_000);
        for n in 0..1000u64 {
            let name = Name::from(n.to_be_bytes().as_slice());
            let second = Duration::from_secs(1);
            let entry = Entry::new(&n, &Snapshot::default(), second, second, second, 500);
            memory.put(name, entry);
        }
        memory.entries.run_pending_tasks();
        let (entries, bytes) = memory.size();
        assert!(bytes <= 100_000, "{bytes}");
        assert!(entries > 50, "{entries}");
    }
}
