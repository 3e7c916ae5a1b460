//! Finished answers to operations that are public in every field: found by the bytes of the
//! request, before anything of it is read, or by what these mean.
//!
//! Nothing is kept of errors, of operations with a field that is live or not public, of batches,
//! nor of requests that ask for a trace. Who asks has no part in a key because it has none in
//! such an answer: it is computed without looking at the viewer.

use std::{
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

use ahash::RandomState;
use moka::{Equivalent, sync};

use super::{answer::Media, kept::Kept, request::Sent};
use crate::{app::App, cache::Cache, schema::Operation};

/// For how long an answer is taken for true, though nobody said that it changed: a bound to what
/// a change could do that went past the caches, such as one with SQL by hand.
const KEPT: Duration = Duration::from_secs(60);

pub struct Responses {
    cache: Cache,
    /// None when it is switched off.
    kept: Option<sync::Cache<Key, Arc<Kept>, RandomState>>,
}

/// What an answer is found by: the bytes are the request's own where it is only looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key<Bytes = Box<[u8]>> {
    way: Way,
    media: Media,
    bytes: Bytes,
}

/// What the bytes of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Url,
    Body,
    Meaning,
}

impl<'a> Key<&'a [u8]> {
    /// A request as it came.
    pub fn sent(media: Media, sent: &'a Sent) -> Self {
        let (way, bytes) = match sent {
            Sent::Url(query) => (Way::Url, query.as_bytes()),
            Sent::Body(body) => (Way::Body, &**body),
        };
        Self { way, media, bytes }
    }

    pub fn to_owned(self) -> Key {
        Key {
            way: self.way,
            media: self.media,
            bytes: self.bytes.into(),
        }
    }
}

impl Equivalent<Key> for Key<&[u8]> {
    fn equivalent(&self, kept: &Key) -> bool {
        let Key { way, media, bytes } = kept;
        (self.way, self.media, self.bytes) == (*way, *media, bytes)
    }
}

impl Key {
    /// What an operation means, however it was sent.
    pub fn meant(media: Media, operation: &Operation) -> Self {
        let Operation {
            query,
            operation_name,
            variables,
            ..
        } = operation;
        // Names and JSON values: they can always be written.
        let bytes = serde_json::to_vec(&(operation_name, variables, query));
        Self {
            way: Way::Meaning,
            media,
            bytes: bytes.unwrap_or_default().into(),
        }
    }
}

impl Responses {
    pub fn new(app: &App) -> Self {
        // What nothing below has kept changes without notice.
        let room = app.config.response_cache.filter(|_| app.cache.is_on());
        let kept = room.map(|room| {
            sync::Cache::builder()
                .max_capacity(room.0 as u64)
                .weigher(|key: &Key, kept: &Arc<Kept>| {
                    let bytes = size_of::<Key>() + key.bytes.len() + kept.weight();
                    bytes.try_into().unwrap_or(u32::MAX)
                })
                // Requests are long, and one that is chosen to collide is only looked at twice.
                .build_with_hasher(RandomState::new())
        });
        Self {
            cache: app.cache.clone(),
            kept,
        }
    }

    pub fn are_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// The answer with this key, if it still is true.
    pub fn find<K: Equivalent<Key> + Hash>(&self, key: &K) -> Option<Arc<Kept>> {
        let kept = self.kept.as_ref()?.get(key)?;
        let is_true =
            Instant::now() < kept.until && self.cache.generations().are(&kept.public.generations);
        is_true.then_some(kept)
    }

    /// Until when an answer that is made now is taken for true.
    pub fn until(&self) -> Instant {
        Instant::now() + self.cache.bounded(KEPT)
    }

    pub fn keep(&self, key: Key, answer: &Arc<Kept>) {
        if let Some(kept) = &self.kept {
            kept.insert(key, answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use serde_json::json;

    use super::*;
    use crate::{cache::Tag, config::Config, schema::Public};

    fn meant(query: &str, name: Option<&str>, variables: serde_json::Value) -> Key {
        let operation = Operation {
            query: query.to_owned(),
            operation_name: name.map(str::to_owned),
            variables: Variables::from_json(variables),
            ..Operation::default()
        };
        Key::meant(Media::Json, &operation)
    }

    #[test]
    fn an_answer_is_found_until_it_is_old_or_something_changed() {
        let responses = Responses {
            cache: Cache::new(&Config::defaults(), None),
            kept: Some(sync::Cache::builder().build_with_hasher(RandomState::new())),
        };
        let key = meant("{ a }", None, json!({}));
        let dishes = [Tag::Dishes];
        let keep = |until| {
            let public = Public {
                max_age: 10,
                generations: responses.cache.generations().read(&dishes),
            };
            let kept = Kept::new(Media::Json, b"{}".to_vec(), public, until);
            responses.keep(key.clone(), &Arc::new(kept));
        };
        let is_found = || responses.find(&key).is_some();
        assert!(!is_found());
        keep(responses.until());
        assert!(is_found());
        responses.cache.generations().change(&[Tag::Hospitals]);
        assert!(is_found());
        responses.cache.generations().change(&dishes);
        assert!(!is_found());
        keep(responses.until());
        assert!(is_found());
        keep(Instant::now());
        assert!(!is_found());
    }

    #[test]
    fn what_means_the_same_has_the_same_key() {
        let one = meant("{ a }", None, json!({ "a": 1, "b": { "c": 2, "d": 3 } }));
        let other = meant("{ a }", None, json!({ "b": { "d": 3, "c": 2 }, "a": 1 }));
        assert_eq!(one, other);
    }

    #[test]
    fn what_differs_in_anything_has_another_key() {
        let sent = |media, sent: Sent| Key::sent(media, &sent).to_owned();
        let keys = [
            meant("{ a }", None, json!({})),
            meant("{ b }", None, json!({})),
            meant("{ a }", Some("a"), json!({})),
            meant("{ a }", None, json!({ "a": null })),
            meant("{ a }", None, json!({ "a": 1 })),
            meant("{ a }", None, json!({ "a": "1" })),
            meant("{ a }", None, json!({ "a": ["1"] })),
            sent(Media::Json, Sent::Url("{ a }".to_owned())),
            sent(Media::Json, Sent::Body(b"{ a }".as_slice().into())),
            sent(Media::GraphQl, Sent::Body(b"{ a }".as_slice().into())),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
    }
}
