//! Automatic persisted queries: a client sends the SHA-256 of a document it has sent before.
//!
//! Kept in this process and, where there is Redis, there for all instances. Losing one costs
//! the client a second request and nothing else, so a fault of Redis is only logged.

use std::time::Duration;

use moka::sync::Cache;
use redis::{AsyncCommands, aio::ConnectionManager};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use crate::app::App;

const KEPT_IN_REDIS: Duration = Duration::from_secs(30 * 24 * 3600);
/// A document takes the room of as many usual ones as it is long: many long ones must not fill
/// the memory.
const USUAL_LENGTH: u32 = 4096;
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// The SHA-256 of a document.
pub type Hash = [u8; 32];

pub struct PersistedQueries {
    memory: Cache<Hash, Arc<str>>,
    redis: Option<ConnectionManager>,
}

impl PersistedQueries {
    pub fn new(app: &App) -> Self {
        Self {
            memory: memory(app.config.persisted_queries),
            redis: app.redis.clone(),
        }
    }

    /// The document with this hash, if it was kept.
    pub async fn find(&self, hash: &Hash) -> Option<Arc<str>> {
        if let Some(document) = self.memory.get(hash) {
            return Some(document);
        }
        let mut redis = self.redis.clone()?;
        let document: Option<String> = timely(redis.get(key(hash))).await?;
        let document: Arc<str> = document.filter(|text| hash_of(text) == *hash)?.into();
        self.memory.insert(*hash, document.clone());
        Some(document)
    }

    /// Keeps a document that proved valid.
    pub async fn keep(&self, hash: Hash, document: &str) {
        if self.memory.contains_key(&hash) {
            return;
        }
        self.memory.insert(hash, document.into());
        if let Some(mut redis) = self.redis.clone() {
            timely::<()>(redis.set_ex(key(&hash), document, KEPT_IN_REDIS.as_secs())).await;
        }
    }
}

fn memory(most: u64) -> Cache<Hash, Arc<str>> {
    Cache::builder()
        .max_capacity(most)
        .weigher(|_, document: &Arc<str>| document.len() as u32 / USUAL_LENGTH + 1)
        .build()
}

/// Reads a hash as clients write it: 64 hexadecimal digits, which GraphQL over HTTP marks with
/// `sha256:`.
pub fn read_hash(text: &str) -> Option<Hash> {
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

pub fn hash_of(document: &str) -> Hash {
    Sha256::digest(document.as_bytes()).into()
}

fn key(hash: &Hash) -> String {
    hash.iter().fold("thali:apq:".to_owned(), |key, byte| {
        format!("{key}{byte:02x}")
    })
}

async fn timely<T>(answer: impl Future<Output = redis::RedisResult<T>>) -> Option<T> {
    match tokio::time::timeout(LONGEST_WAIT, answer).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::warn!(%error, "persisted queries: Redis failed");
            None
        }
        Err(_) => {
            tracing::warn!("persisted queries: Redis did not answer in time");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_hash_comes_back_as_it_went(hash: Hash) {
            let digits = key(&hash).replace("thali:apq:", "");
            prop_assert_eq!(read_hash(&digits), Some(hash));
            prop_assert_eq!(read_hash(&digits.to_uppercase()), Some(hash));
            prop_assert_eq!(read_hash(&format!("sha256:{digits}")), Some(hash));
        }

        #[test]
        fn nonsense_is_no_hash(text in ".{64}") {
            prop_assume!(!text.bytes().all(|byte| byte.is_ascii_hexdigit()));
            prop_assert_eq!(read_hash(&text), None);
        }
    }

    #[test]
    fn long_documents_do_not_fill_the_memory() {
        let memory = memory(100);
        for number in 0..200 {
            let document = format!("# {number} {}", "x".repeat(40_000));
            memory.insert(hash_of(&document), document.into());
        }
        memory.run_pending_tasks();
        assert!((1..=10).contains(&memory.entry_count()));
    }

    #[test]
    fn a_hash_has_64_hexadecimal_digits() {
        // `from_str_radix` reads a sign.
        assert_eq!(read_hash(&"+f".repeat(32)), None);
        assert_eq!(read_hash(&"f".repeat(63)), None);
        assert_eq!(read_hash(&"f".repeat(65)), None);
        assert_eq!(read_hash(&"é".repeat(32)), None);
    }
}
