//! The way of a question: memory, else whoever asks already, else Redis, else the database.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{
    Cache, HotKind, Kept, Layer, Name, Snapshot, Tag,
    flight::{Flight, Joined, Lead},
    kept::is_nothing,
    memory::Entry,
    shared::Open,
};
use crate::{
    db::Meter,
    error::{Error, Result},
};

/// How long a process waits for another one to load a value, and how often it looks.
const WAIT: Duration = Duration::from_millis(900);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What is stale is fresh again for so long when nothing newer could be loaded.
const FRESH_AGAIN: Duration = Duration::from_secs(2);

/// How often a load is tried that ends without an answer.
const TRIES: usize = 3;

/// One thing that is asked for.
#[derive(Clone, Debug)]
pub struct Asked<K> {
    pub key: K,
    /// By which all processes know it.
    pub name: Name,
    /// What it depends on, beside everything.
    pub tags: Vec<Tag>,
}

/// For whom something is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// A request that waits.
    Request,
    /// Those to come: what there is is still fresh.
    Later,
}

/// How answers are loaded: for sorted and distinct keys, in their order.
pub type Load<K, V> = Arc<dyn Fn(Vec<K>, For) -> Loading<V> + Send + Sync>;
pub type Loading<V> = Pin<Box<dyn Future<Output = Result<Vec<Result<V>>>> + Send>>;

/// Questions of one edge that this process answers for all who ask.
struct Filling<K, V> {
    cache: Cache,
    kind: HotKind,
    whom: For,
    load: Load<K, V>,
}

type Leads<K> = Vec<(Lead, Asked<K>)>;

impl Cache {
    /// Answers what is asked, each from the nearest layer that has it. The keys are sorted and
    /// distinct.
    pub async fn through<K, V>(
        &self,
        kind: HotKind,
        asked: &[Asked<K>],
        meter: &Meter,
        load: Load<K, V>,
    ) -> Vec<Result<V>>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Kept,
    {
        let mut answers: Vec<Option<Result<V>>> = vec![None; asked.len()];
        let mut open: Vec<usize> = (0..asked.len()).collect();
        for _ in 0..TRIES {
            open = self
                .ask(kind, asked, open, &mut answers, meter, &load)
                .await;
            if open.is_empty() {
                break;
            }
        }
        let lost = || {
            let cause = anyhow::anyhow!("{kind:?}: a load ended without an answer");
            Err(Error::internal(cause))
        };
        let answers = answers.into_iter();
        answers.map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    /// Answers those of `asked` that are open; which of them were joined to a load that was given
    /// up, as one ahead of need is when another process has the lease.
    async fn ask<K, V>(
        &self,
        kind: HotKind,
        asked: &[Asked<K>],
        open: Vec<usize>,
        answers: &mut [Option<Result<V>>],
        meter: &Meter,
        load: &Load<K, V>,
    ) -> Vec<usize>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Kept,
    {
        let now = Instant::now();
        let (mut due, mut begun, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        let mut flights: Vec<(usize, Flight)> = Vec::new();
        let asked_for = open.len();
        let known = |entry: &Entry| entry.value::<V>().map(Ok);
        let fresh = |asked: &Asked<K>, snapshot: &Snapshot| {
            let entry = self.memory.get(&asked.name, snapshot)?;
            entry.is_fresh(now).then_some(entry)
        };
        for index in open {
            let asked = &asked[index];
            let snapshot = self.generations.read(&asked.tags);
            let Some(entry) = fresh(asked, &snapshot) else {
                missing.push((index, snapshot));
                continue;
            };
            if entry.is_due(now) {
                let joined = self.flights.board().join(&asked.name, &snapshot, || None);
                if let Joined::<()>::Begun(lead, _) = joined {
                    due.push((lead, asked.clone()));
                }
            }
            answers[index] = known(&entry);
        }
        if !missing.is_empty() {
            let mut boarding = self.flights.board();
            for (index, snapshot) in missing {
                let asked = &asked[index];
                match boarding.join(&asked.name, &snapshot, || fresh(asked, &snapshot)) {
                    Joined::Landed(entry) => answers[index] = known(&entry),
                    Joined::Under(flight) => flights.push((index, flight)),
                    Joined::Begun(lead, flight) => {
                        begun.push((lead, asked.clone()));
                        flights.push((index, flight));
                    }
                }
            }
        }
        self.found(kind, meter, Layer::Memory, asked_for - flights.len());
        self.fill(kind, due, For::Later, load);
        self.fill(kind, begun, For::Request, load);
        let mut lost = Vec::new();
        for (index, flight) in flights {
            match flight.land::<(V, Layer)>().await {
                None => lost.push(index),
                Some(landed) => {
                    answers[index] = Some(landed.map(|(value, layer)| {
                        self.found(kind, meter, layer, 1);
                        value
                    }));
                }
            }
        }
        lost
    }

    fn found(&self, kind: HotKind, meter: &Meter, layer: Layer, many: usize) {
        meter.found(layer, many);
        self.facts.count(kind, layer, many);
    }

    /// In a task of its own: who asked first may be gone before the others have their answer.
    fn fill<K, V>(&self, kind: HotKind, leads: Leads<K>, whom: For, load: &Load<K, V>)
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Kept,
    {
        if leads.is_empty() {
            return;
        }
        let filling = Filling {
            cache: self.clone(),
            kind,
            whom,
            load: load.clone(),
        };
        tokio::spawn(filling.run(leads));
    }
}

impl<K: Ord + Clone + Send + Sync + 'static, V: Kept> Filling<K, V> {
    async fn run(self, mut leads: Leads<K>) {
        let cache = self.cache.clone();
        let mut open = match &cache.shared {
            Some(shared) => shared.open(&questions(&leads)).await,
            None => None,
        };
        if let Some(open) = &mut open {
            leads = self.without_those_of_others(leads, open).await;
        }
        if leads.is_empty() {
            return;
        }
        let begun = Instant::now();
        let keys = leads.iter().map(|(_, asked)| asked.key.clone()).collect();
        let loaded = (self.load)(keys, self.whom).await;
        let cost = begun.elapsed();
        let values = match loaded {
            Ok(values) => values,
            Err(error) => vec![Err(error); leads.len()],
        };
        let mut stored = Vec::new();
        for ((lead, asked), value) in leads.into_iter().zip(values) {
            match value {
                Ok(value) => {
                    if let Some((bytes, fresh)) = self.keep(&lead, &value, cost) {
                        stored.push((asked, bytes, fresh));
                    }
                    lead.land(Ok((value, Layer::Database)));
                }
                Err(error) => {
                    let stale = self
                        .stale(&lead)
                        .filter(|_| matches!(error, Error::Unavailable));
                    lead.land(stale.map(|value| (value, Layer::Memory)).ok_or(error));
                }
            }
        }
        if let Some(open) = &open {
            let stored = stored.iter();
            let stored = stored.map(|(asked, bytes, fresh)| (asked, bytes.as_slice(), *fresh));
            open.store(stored, cost).await;
        }
    }

    /// Lands what Redis has, also what other processes are loading, and leaves the rest.
    async fn without_those_of_others(&self, mut leads: Leads<K>, open: &mut Open<'_>) -> Leads<K> {
        if self.whom == For::Request {
            leads = self.land_found(leads, open);
        }
        if leads.is_empty() {
            return leads;
        }
        let leased = open.lease(&questions(&leads)).await;
        let mut leased = leased.into_iter();
        let (mut mine, mut others): (Leads<K>, Leads<K>) = leads
            .into_iter()
            .partition(|_| leased.next().unwrap_or(true));
        if self.whom == For::Later {
            // Another process sees to those.
            return mine;
        }
        let begun = Instant::now();
        while !others.is_empty() && begun.elapsed() < WAIT {
            tokio::time::sleep(LOOK_EVERY).await;
            if open.look(&questions(&others)).await.is_none() {
                break;
            }
            others = self.land_found(others, open);
        }
        mine.extend(others);
        mine.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
        mine
    }

    fn land_found(&self, leads: Leads<K>, open: &Open<'_>) -> Leads<K> {
        let mut left = Vec::new();
        for (lead, asked) in leads {
            let Some(found) = open.find::<K, V>(&asked) else {
                left.push((lead, asked));
                continue;
            };
            if self.is_current(&lead) {
                let fresh = self.cache.fresh(self.kind, false).min(found.fresh);
                let (stale, bytes) = (self.cache.stale, found.bytes);
                let entry = Entry::new(
                    &found.value,
                    lead.snapshot(),
                    fresh,
                    stale,
                    found.cost,
                    bytes,
                );
                self.cache.memory.put(lead.name().clone(), entry);
            }
            lead.land(Ok((found.value, Layer::Redis)));
        }
        left
    }

    /// Whether nothing changed since the question.
    fn is_current(&self, lead: &Lead) -> bool {
        self.cache.generations.are(lead.snapshot())
    }

    /// Keeps a value in memory, unless it changed meanwhile; its bytes, for Redis.
    fn keep(&self, lead: &Lead, value: &V, cost: Duration) -> Option<(Vec<u8>, Duration)> {
        let bytes = value.encode().filter(|_| self.is_current(lead))?;
        let fresh = self.cache.fresh(self.kind, is_nothing(&bytes));
        let stale = self.cache.stale;
        let entry = Entry::new(value, lead.snapshot(), fresh, stale, cost, bytes.len());
        self.cache.memory.put(lead.name().clone(), entry);
        Some((bytes, fresh))
    }

    /// What there was, when nothing newer is to be had. It is too old, but it has seen every
    /// change.
    fn stale(&self, lead: &Lead) -> Option<V> {
        let memory = &self.cache.memory;
        let entry = memory.get(lead.name(), lead.snapshot())?;
        let value = entry.value()?;
        memory.put(lead.name().clone(), entry.again(FRESH_AGAIN));
        self.cache.facts.stale.fetch_add(1, Ordering::Relaxed);
        Some(value)
    }
}

fn questions<K>(leads: &Leads<K>) -> Vec<&Asked<K>> {
    leads.iter().map(|(_, asked)| asked).collect()
}
