//! The five ways to ask.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::{Future, ready},
    sync::Arc,
    time::Duration,
};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use dataloader::{BatchFn, cached, non_cached};
use thali::{
    db::Meter,
    error::Result,
    load::{Edge, Loaders, Source, drive},
};

/// Loaders of one request, with one edge for each of three levels.
pub trait Asked: Sync {
    fn ask(&self, level: usize, key: u64) -> impl Future<Output = u64> + Send;

    /// Runs the request.
    fn drive<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        work
    }
}

/// What all of them ask in the end.
fn value(key: u64) -> u64 {
    key * 7 % 1009
}

fn map(keys: &[u64]) -> HashMap<u64, u64> {
    keys.iter().map(|key| (*key, value(*key))).collect()
}

/// No loader: every row asks for itself.
pub struct Direct;

impl Asked for Direct {
    async fn ask(&self, _: usize, key: u64) -> u64 {
        value(key)
    }
}

/// async-graphql's own.
pub struct BuiltIn([DataLoader<Memory, HashMapCache>; 3]);

pub struct Memory;

impl Loader<u64> for Memory {
    type Value = u64;
    type Error = Infallible;

    async fn load(&self, keys: &[u64]) -> Result<HashMap<u64, u64>, Infallible> {
        Ok(map(keys))
    }
}

impl BuiltIn {
    pub fn new(delay: Option<Duration>) -> Self {
        Self([(); 3].map(|()| {
            let loader = DataLoader::with_cache(Memory, tokio::spawn, HashMapCache::default())
                // Its limit would send a level in parts.
                .max_batch_size(100_000);
            match delay {
                Some(delay) => loader.delay(delay),
                None => loader,
            }
        }))
    }
}

impl Asked for BuiltIn {
    async fn ask(&self, level: usize, key: u64) -> u64 {
        self.0[level].load_one(key).await.unwrap().unwrap()
    }
}

impl BatchFn<u64, u64> for Memory {
    async fn load(&mut self, keys: &[u64]) -> HashMap<u64, u64> {
        map(keys)
    }
}

/// The `dataloader` crate with its cache.
pub struct Cached([cached::Loader<u64, u64, Memory>; 3]);

impl Cached {
    pub fn new(yields: usize) -> Self {
        Self([(); 3].map(|()| {
            cached::Loader::new(Memory)
                .with_max_batch_size(100_000)
                .with_yield_count(yields)
        }))
    }
}

impl Asked for Cached {
    async fn ask(&self, level: usize, key: u64) -> u64 {
        self.0[level].try_load(key).await.unwrap()
    }
}

/// The `dataloader` crate without it.
pub struct Uncached([non_cached::Loader<u64, u64, Memory>; 3]);

impl Uncached {
    pub fn new(yields: usize) -> Self {
        Self([(); 3].map(|()| {
            non_cached::Loader::new(Memory)
                .with_max_batch_size(100_000)
                .with_yield_count(yields)
        }))
    }
}

impl Asked for Uncached {
    async fn ask(&self, level: usize, key: u64) -> u64 {
        self.0[level].try_load(key).await.unwrap()
    }
}

/// Ours.
pub struct Ours(Arc<Loaders<Nothing>>);

/// There is nothing to ask: the edge knows the answers.
pub struct Nothing;

impl Source for Nothing {
    fn for_batch(&self) -> (Self, Arc<Meter>) {
        (Self, Meter::new(""))
    }
}

#[derive(Clone, PartialEq)]
struct Level(usize);

impl Edge for Level {
    type Key = u64;
    type Value = u64;
    type Source = Nothing;

    fn load(
        &self,
        keys: &[u64],
        _: &Nothing,
    ) -> impl Future<Output = Result<Vec<Result<u64>>>> + Send {
        ready(Ok(keys.iter().map(|key| Ok(value(*key))).collect()))
    }
}

impl Ours {
    pub fn new() -> Self {
        Self(Loaders::new(Nothing))
    }
}

impl Asked for Ours {
    async fn ask(&self, level: usize, key: u64) -> u64 {
        self.0.load(Level(level), key).await.unwrap()
    }

    async fn drive<T>(&self, work: impl Future<Output = T>) -> T {
        drive(&self.0, work).await
    }
}
