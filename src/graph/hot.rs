//! Hot edges: those whose answers are kept beyond the request that asked first.

use std::{
    fmt::{Debug, Write},
    future::Future,
    sync::Arc,
};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::Reads;
use crate::{
    cache::{Asked, For, HotKind, Kept, Load, Name, Tag},
    error::Result,
    load::Edge,
};

/// An edge whose answers are the same for everybody until something changes that they depend on.
/// Its name and `Debug` text, with the key, are what an answer is known by.
pub trait Hot: Clone + Debug + PartialEq + Send + Sync + 'static {
    type Key: HotKey;
    type Value: Kept;

    /// What it is, or None where it is live for these arguments.
    fn kind(&self) -> Option<HotKind>;

    /// What an answer depends on. A change names the same tags, so nothing that it shows may
    /// come from elsewhere.
    fn tags(&self, key: &Self::Key) -> Vec<Tag>;

    /// Answers `keys`, which are sorted and distinct, in their order, from the database.
    fn read(
        &self,
        keys: &[Self::Key],
        reads: &Reads,
    ) -> impl Future<Output = Result<Vec<Result<Self::Value>>>> + Send;

    /// The edge's name in traces.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }
}

/// The key of a hot edge, as the bytes by which all processes know it.
pub trait HotKey: Ord + Clone + Send + Sync + 'static {
    fn write(&self, name: &mut Vec<u8>);
}

impl HotKey for () {
    fn write(&self, _: &mut Vec<u8>) {}
}

impl HotKey for Uuid {
    fn write(&self, name: &mut Vec<u8>) {
        name.extend(self.as_bytes());
    }
}

impl HotKey for String {
    fn write(&self, name: &mut Vec<u8>) {
        name.extend(self.as_bytes());
    }
}

impl HotKey for (Uuid, NaiveDate) {
    fn write(&self, name: &mut Vec<u8>) {
        self.0.write(name);
        name.extend(self.1.num_days_from_ce().to_be_bytes());
    }
}

impl<E: Hot> Edge for E {
    type Key = E::Key;
    type Value = E::Value;
    type Source = Reads;

    async fn load(&self, keys: &[Self::Key], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let Some(kind) = self.kind().filter(|_| reads.may_be_cached()) else {
            reads.touched.make_live();
            return self.read(keys, reads).await;
        };
        let mut name = std::any::type_name::<Self>().as_bytes().to_vec();
        // Writing to a vector of bytes cannot fail.
        let _ = write!(Text(&mut name), " {self:?} ");
        let of_edge = name.len();
        let asked: Vec<Asked<Self::Key>> = keys
            .iter()
            .map(|key| {
                name.truncate(of_edge);
                key.write(&mut name);
                Asked {
                    key: key.clone(),
                    name: Name::from(name.as_slice()),
                    tags: self.tags(key),
                }
            })
            .collect();
        let tags = asked.iter().flat_map(|asked| asked.tags.clone());
        let tags: Vec<Tag> = tags.collect();
        reads.touched.add(&reads.cache().generations().read(&tags));
        let load: Load<Self::Key, Self::Value> = {
            let (edge, reads) = (self.clone(), reads.clone());
            Arc::new(move |keys, whom| {
                let edge = edge.clone();
                // Only now, after the generations were read, it is known what is to be seen.
                let reads = match whom {
                    For::Request => reads.whole(),
                    For::Later => reads.whole().aside(),
                };
                Box::pin(async move { edge.read(&keys, &reads).await })
            })
        };
        let cache = reads.cache();
        Ok(cache.through(kind, &asked, reads.meter(), load).await)
    }

    /// It knows when it is asked: there may be no cache.
    fn is_live(&self) -> bool {
        false
    }

    fn name(&self) -> &'static str {
        Hot::name(self)
    }
}

struct Text<'a>(&'a mut Vec<u8>);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend(text.as_bytes());
        Ok(())
    }
}
