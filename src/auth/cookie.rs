//! Cookies of sessions: whose one is, kept in Redis or in this process for a while, and what an
//! operation does to that of its sender. The session itself is in the database, and who ended it
//! is seen there whenever it matters (`Scope`).

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::session;
use moka::sync::Cache;
use redis::aio::ConnectionManager;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{SignedIn, secret};
use crate::{
    db::{Db, Meter, Position},
    error::Result,
};

/// Longest wait for Redis: the database knows too.
const TIMEOUT: Duration = Duration::from_millis(250);
/// For how long the database is not asked again.
const KEPT: TimeDelta = TimeDelta::minutes(5);
const MOST_HERE: u64 = 50_000;

/// Whose cookies are whose.
#[derive(Clone, Debug)]
pub struct Cookies {
    redis: Option<(ConnectionManager, Arc<str>)>,
    here: Cache<String, Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    who: SignedIn,
    until: DateTime<Utc>,
}

impl Cookies {
    /// Keeps them in Redis, below the name of the database, where there is one.
    pub fn new(redis: Option<(ConnectionManager, Arc<str>)>) -> Self {
        Self {
            redis,
            here: Cache::new(MOST_HERE),
        }
    }

    /// Whose cookie it is, if that session is not over.
    pub async fn find(
        &self,
        cookie: &str,
        db: &Db,
        now: DateTime<Utc>,
    ) -> Result<Option<SignedIn>> {
        let hash = secret::hash(cookie);
        if let Some(who) = self.recall(&hash, now).await {
            return Ok(Some(who));
        }
        let session = session::Entity::find()
            .filter(session::Column::CookieHash.eq(&hash))
            .filter(session::Column::EndedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now));
        let reader = db.reader(&Meter::new("cookie"));
        let mut found = session.clone().one(&reader).await?;
        if found.is_none() && db.has_replicas() {
            // A replica may not know yet who has just signed in.
            found = session.one(&reader.at_least(Position::LATEST)).await?;
        }
        let Some(session) = found else {
            return Ok(None);
        };
        let known = Known {
            who: SignedIn {
                account: session.account_id,
                session: session.id,
            },
            until: session.expires_at.min(now + KEPT),
        };
        self.keep(hash, known, now).await;
        Ok(Some(known.who))
    }

    async fn recall(&self, hash: &str, now: DateTime<Utc>) -> Option<SignedIn> {
        let Some((redis, database)) = &self.redis else {
            let known = self.here.get(hash)?;
            return (now < known.until).then_some(known.who);
        };
        let mut command = redis::cmd("GET");
        command.arg(key(database, hash));
        let mut redis = redis.clone();
        let asked = tokio::time::timeout(TIMEOUT, command.query_async(&mut redis)).await;
        let ids: Vec<u8> = asked.ok()?.ok()?;
        let (account, session) = ids.split_at_checked(16)?;
        Some(SignedIn {
            account: Uuid::from_slice(account).ok()?,
            session: Uuid::from_slice(session).ok()?,
        })
    }

    async fn keep(&self, hash: String, known: Known, now: DateTime<Utc>) {
        let Some((redis, database)) = &self.redis else {
            self.here.insert(hash, known);
            return;
        };
        let ids = [
            known.who.account.into_bytes(),
            known.who.session.into_bytes(),
        ]
        .concat();
        let life = (known.until - now).num_milliseconds().max(1);
        let mut command = redis::cmd("SET");
        let command = command
            .arg(key(database, &hash))
            .arg(ids)
            .arg("PX")
            .arg(life);
        let mut redis = redis.clone();
        let kept = tokio::time::timeout(TIMEOUT, command.query_async::<()>(&mut redis));
        if !matches!(kept.await, Ok(Ok(()))) {
            tracing::debug!("Redis does not keep a session");
        }
    }
}

fn key(database: &str, hash: &str) -> String {
    format!("thali:s:{database}:{hash}")
}

/// What becomes of the sender's cookie.
#[derive(Clone, PartialEq, Eq)]
pub enum CookieChange {
    Set { value: String, life: TimeDelta },
    Clear,
}

// A cookie is as good as a password.
impl fmt::Debug for CookieChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set { .. } => "Set(***)",
            Self::Clear => "Clear",
        })
    }
}

/// Where an operation leaves what becomes of the cookie. In its context only where its answer can
/// bring one.
#[derive(Clone, Debug, Default)]
pub struct Jar(Arc<Mutex<Option<CookieChange>>>);

impl Jar {
    pub fn put(&self, change: CookieChange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(change);
    }

    pub fn take(&self) -> Option<CookieChange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
