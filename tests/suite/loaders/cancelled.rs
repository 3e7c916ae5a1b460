//! What becomes of a batch when one of those who wait for it gives up, as an executor does with
//! the siblings of a field that failed: in our loaders, in async-graphql's, and in the
//! `dataloader` crate's, where another caller gets nothing.

use std::{collections::HashMap, panic::AssertUnwindSafe};

use async_graphql::dataloader::{DataLoader, Loader};
use dataloader::{BatchFn, cached, non_cached};
use futures_util::{FutureExt, future::join};

use super::*;

#[tokio::test]
async fn ours_before_the_batch_is_sent() {
    let (answer, batches) = driven(|loaders| async move {
        let kept = loaders.load(Tenfold, 2);
        let gone = loaders.load(Tenfold, 1).now_or_never();
        assert!(gone.is_none(), "the batch was not sent yet");
        drop(loaders.load(Tenfold, 3));
        kept.await
    })
    .await;
    assert_eq!(answer.unwrap(), 20);
    assert_eq!(batches, [("Tenfold", vec![1, 2, 3])]);
}

#[tokio::test]
async fn ours_while_the_batch_is_under_way() {
    let (answers, batches) = driven(|loaders| async move {
        let gone = tokio::time::timeout(Duration::from_millis(5), loaders.load(Slow, 1));
        let kept = loaders.load(Slow, 2);
        let (gone, kept) = join(gone, kept).await;
        // The batch was not in vain: its answers are there for all who come later.
        (gone.is_err(), kept, loaders.load(Slow, 1).await)
    })
    .await;
    assert!(answers.0);
    assert_eq!((answers.1.unwrap(), answers.2.unwrap()), (20, 10));
    assert_eq!(batches, [("Slow", vec![1, 2])]);
}

/// The slow batch for the others.
struct SlowMap;

impl Loader<u64> for SlowMap {
    type Value = u64;
    type Error = ();

    async fn load(&self, keys: &[u64]) -> Result<HashMap<u64, u64>, ()> {
        tokio::time::sleep(Duration::from_millis(30)).await;
        Ok(keys.iter().map(|key| (*key, key * 10)).collect())
    }
}

impl BatchFn<u64, u64> for SlowMap {
    async fn load(&mut self, keys: &[u64]) -> HashMap<u64, u64> {
        tokio::time::sleep(Duration::from_millis(30)).await;
        keys.iter().map(|key| (*key, key * 10)).collect()
    }
}

#[tokio::test]
async fn async_graphqls_runs_its_batch_in_a_task_and_goes_on() {
    let loader = DataLoader::new(SlowMap, tokio::spawn);
    let gone = tokio::time::timeout(Duration::from_millis(10), loader.load_one(1));
    let (gone, kept) = join(gone, loader.load_one(2)).await;
    assert!(gone.is_err());
    assert_eq!(kept, Ok(Some(20)));
}

// The caller who goes first carries the batch of all, and takes it along.
#[tokio::test]
async fn the_crates_loses_the_keys_of_the_others() {
    let loader = cached::Loader::new(SlowMap).with_yield_count(1);
    let gone = tokio::time::timeout(Duration::from_millis(10), loader.try_load(1));
    let (gone, kept) = join(gone, loader.try_load(2)).await;
    assert!(gone.is_err());
    assert_eq!(kept.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn the_crates_without_cache_panics_for_the_others() {
    let loader = non_cached::Loader::new(SlowMap).with_yield_count(1);
    let gone = tokio::time::timeout(Duration::from_millis(10), loader.try_load(1));
    let kept = AssertUnwindSafe(loader.try_load(2)).catch_unwind();
    let (gone, kept) = join(gone, kept).await;
    assert!(gone.is_err());
    assert!(kept.is_err());
}
