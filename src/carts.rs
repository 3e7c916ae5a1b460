//! Carts: what somebody is about to order, kept for a day after its last change. In Redis for all
//! processes, or in this one where there is no Redis.
//!
//! A mechanism: what may be in a cart and what speaks against it is for `ordering` to say. Each
//! change is one step for all who change the cart at the same time.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use redis::aio::ConnectionManager;
use uuid::Uuid;

mod memory;
mod redis_store;

use crate::{auth::secret, error::Result};
use memory::Memory;
use redis_store::RedisStore;

/// For how long a cart is kept after its last change.
pub const LIFE: TimeDelta = TimeDelta::hours(24);
/// How many items are in a cart or an order, and portions of one of them: more are a party, or a
/// slip.
pub const MOST_LINES: usize = 50;
pub const MOST_PORTIONS: i32 = 20;
/// How many idempotency keys a cart remembers: those that came last.
const MOST_KEYS: usize = 50;

/// Whose cart it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    Account(Uuid),
    /// Of who has the token, which is known here by its hash alone.
    Token(String),
}

impl Whose {
    pub fn token(token: &str) -> Self {
        Self::Token(secret::hash(token))
    }
}

/// Portions of an item in a cart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub item: Uuid,
    pub quantity: i32,
    /// What a portion cost when it was put in.
    pub unit_price_minor: i64,
    pub currency: String,
    pub added_at: DateTime<Utc>,
}

/// A cart as it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// 0 where there is none.
    pub version: i32,
    /// In the order in which their items were first put in.
    pub lines: Vec<Line>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A change of a cart.
#[derive(Clone, Debug)]
pub struct Change {
    pub what: What,
    /// Whether a cart that is not there is made.
    pub makes: bool,
    /// The version that it must have, unless nothing is left to be changed.
    pub expected_version: Option<i32>,
    pub key: Option<Key>,
}

#[derive(Clone, Debug)]
pub enum What {
    /// Adds the portions to those of the item that are there. The price is the new one.
    Add(Line),
    /// Puts the line in place of that of the item.
    Set(Line),
    Remove(Uuid),
    Clear,
    /// Takes so many portions out, as far as they are there.
    Take(Vec<(Uuid, i32)>),
}

/// An idempotency key: under it the same is done once.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    name: String,
    print: String,
}

impl Key {
    pub fn new(key: &str, what: &str) -> Self {
        let short = |text: &str| secret::hash(text)[..32].to_owned();
        Self {
            name: short(key),
            print: short(what),
        }
    }
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The cart is as it was to be.
    Done,
    /// It was made before, under the same key.
    Again,
    /// There is no such cart.
    Missing,
    /// It has another version than was expected.
    Version(i32),
    /// The key was used for something else.
    KeyReused(DateTime<Utc>),
    /// No more items go in.
    Full,
    /// No more portions of the item go in than these and those that are there.
    TooMany { has: i32 },
}

/// Where carts are kept.
#[derive(Clone, Debug)]
pub enum Carts {
    Here(Arc<Memory>),
    Redis(RedisStore),
}

impl Carts {
    /// Keeps them in Redis, below the name of the database, where there is one.
    pub fn new(redis: Option<(ConnectionManager, Arc<str>)>) -> Self {
        match redis {
            Some((connection, database)) => Self::Redis(RedisStore::new(connection, database)),
            None => Self::Here(Arc::default()),
        }
    }

    /// The carts of these, in their order; an error where Redis does not answer.
    pub async fn read(&self, of: &[Whose], now: DateTime<Utc>) -> Result<Vec<Option<Kept>>> {
        match self {
            Self::Here(memory) => Ok(memory.read(of, now)),
            Self::Redis(redis) => redis.read(of).await,
        }
    }

    /// Changes a cart. After an error it may have been changed or not: what is sent again under
    /// its key is done once.
    pub async fn change(&self, of: &Whose, change: &Change, now: DateTime<Utc>) -> Result<Outcome> {
        match self {
            Self::Here(memory) => Ok(memory.change(of, change, now)),
            Self::Redis(redis) => redis.change(of, change, now).await,
        }
    }

    /// Puts the lines of a cart into another one, as far as they fit, and removes it: so what is
    /// merged twice is there once. Where both have an item, the price stays that of `into`.
    pub async fn merge(&self, from: &Whose, into: &Whose, now: DateTime<Utc>) -> Result<()> {
        match self {
            Self::Here(memory) => {
                memory.merge(from, into, now);
                Ok(())
            }
            Self::Redis(redis) => redis.merge(from, into, now).await,
        }
    }
}
