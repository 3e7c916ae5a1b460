//! How often somebody may try: counted in Redis, for all processes, or in this one where there is
//! no Redis or it does not answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use redis::aio::ConnectionManager;

use super::secret;
use crate::error::{Error, Result};

/// Longest wait for Redis: this process can count too.
const TIMEOUT: Duration = Duration::from_millis(250);
/// From how many names on those that are over are thrown away.
const MANY_NAMES: usize = 100_000;

/// Counts names until one has more than it may (what is taken back, for all), and answers with the counts and the milliseconds
/// until they begin anew.
const COUNT: &str = "
local counts = {}
for i, key in ipairs(KEYS) do
    local count = redis.call('INCRBY', key, ARGV[1])
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[2]) end
    counts[#counts + 1] = count
    counts[#counts + 1] = redis.call('PTTL', key)
    if tonumber(ARGV[1]) > 0 and count > tonumber(ARGV[2 + i]) then break end
end
return counts";

/// A bound of attempts under a name.
#[derive(Clone, Debug)]
pub struct Bound {
    /// A hash: neither Redis nor a log has to know who tries.
    name: String,
    most: i64,
}

impl Bound {
    pub fn new(name: &str, most: i64) -> Self {
        let name = secret::hash(name);
        Self { name, most }
    }
}

#[derive(Clone, Debug)]
pub struct Throttle {
    redis: Option<(ConnectionManager, Arc<str>)>,
    here: Arc<Mutex<Here>>,
    /// After which time it is counted anew.
    window: Duration,
}

#[derive(Debug, Default)]
struct Here {
    names: HashMap<String, Counted>,
    /// How many names there were when what is over was last thrown away.
    left: usize,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    count: i64,
    until: DateTime<Utc>,
}

impl Throttle {
    /// Counts in Redis, below the name of the database, where there is one.
    pub fn new(window: Duration, redis: Option<(ConnectionManager, Arc<str>)>) -> Self {
        Self {
            redis,
            here: Arc::default(),
            window,
        }
    }

    /// Counts an attempt against the bounds, until one is passed, which is an error.
    pub async fn attempt(&self, bounds: &[Bound], now: DateTime<Utc>) -> Result<()> {
        let counts = self.count(bounds, 1, now).await;
        let pairs = bounds.iter().zip(counts);
        let passed = pairs.filter(|(bound, (count, _))| *count > bound.most);
        match passed.map(|(_, (_, wait))| wait).max() {
            None => Ok(()),
            Some(wait) => Err(Error::RateLimited {
                seconds: wait.as_secs() + 1,
            }),
        }
    }

    /// Takes an attempt back that was a right one.
    pub async fn forgive(&self, bounds: &[Bound], now: DateTime<Utc>) {
        self.count(bounds, -1, now).await;
    }

    async fn count(&self, bounds: &[Bound], by: i64, now: DateTime<Utc>) -> Vec<(i64, Duration)> {
        match self.count_in_redis(bounds, by).await {
            Some(counts) => counts,
            None => self.count_here(bounds, by, now),
        }
    }

    async fn count_in_redis(&self, bounds: &[Bound], by: i64) -> Option<Vec<(i64, Duration)>> {
        let (redis, database) = self.redis.as_ref()?;
        let mut command = redis::cmd("EVAL");
        command.arg(COUNT).arg(bounds.len());
        for bound in bounds {
            command.arg(format!("thali:t:{database}:{}", bound.name));
        }
        command.arg(by).arg(self.window.as_millis() as u64);
        for bound in bounds {
            command.arg(bound.most);
        }
        let mut redis = redis.clone();
        let counts = tokio::time::timeout(TIMEOUT, command.query_async::<Vec<i64>>(&mut redis));
        let counts = counts.await.ok()?.ok()?;
        let pairs = counts.chunks_exact(2);
        let left = |millis: i64| Duration::from_millis(millis.max(0).unsigned_abs());
        Some(pairs.map(|pair| (pair[0], left(pair[1]))).collect())
    }

    fn count_here(&self, bounds: &[Bound], by: i64, now: DateTime<Utc>) -> Vec<(i64, Duration)> {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let Here { names, left } = &mut *here;
        // Not again before there are twice as many: so a name costs little, however many there are.
        if names.len() > MANY_NAMES.max(2 * *left) {
            names.retain(|_, counted| now < counted.until);
            *left = names.len();
        }
        let mut counts = Vec::with_capacity(bounds.len());
        for bound in bounds {
            let new = Counted {
                count: 0,
                until: now + self.window,
            };
            let counted = names.entry(bound.name.clone()).or_insert(new);
            if now >= counted.until {
                *counted = new;
            }
            counted.count += by;
            let left = (counted.until - now).to_std().unwrap_or_default();
            counts.push((counted.count, left));
            if by > 0 && counted.count > bound.most {
                break;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn too_many_attempts_wait_until_the_window_ends() {
        let throttle = Throttle::new(Duration::from_secs(60), None);
        let bounds = [Bound::new("one", 3), Bound::new("all", 100)];
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let seconds =
            async |bounds: &[Bound], second| match throttle.attempt(bounds, at(second)).await {
                Ok(()) => 0,
                Err(Error::RateLimited { seconds }) => seconds,
                Err(error) => panic!("{error:?}"),
            };
        for second in 0..3 {
            assert_eq!(seconds(&bounds, second).await, 0);
        }
        assert_eq!(seconds(&bounds, 20).await, 41);
        let other = [Bound::new("two", 3), Bound::new("all", 100)];
        assert_eq!(seconds(&other, 20).await, 0);
        assert_eq!(seconds(&bounds, 60).await, 0);
    }

    #[tokio::test]
    async fn what_is_refused_leaves_no_names() {
        let throttle = Throttle::new(Duration::from_secs(60), None);
        for number in 0..20 {
            let bounds = [Bound::new("from", 3), Bound::new(&number.to_string(), 3)];
            let _ = throttle.attempt(&bounds, DateTime::UNIX_EPOCH).await;
        }
        assert_eq!(throttle.here.lock().unwrap().names.len(), 1 + 3);
    }

    #[tokio::test]
    async fn right_ones_are_taken_back_whatever_others_did() {
        let throttle = Throttle::new(Duration::from_secs(60), None);
        let (from, own) = (Bound::new("from", 2), Bound::new("own", 1));
        let (both, now) = ([from.clone(), own.clone()], DateTime::UNIX_EPOCH);
        throttle.attempt(&both, now).await.unwrap();
        for _ in 0..3 {
            let _ = throttle.attempt(std::slice::from_ref(&from), now).await;
        }
        throttle.forgive(&both, now).await;
        throttle.attempt(&[own], now).await.unwrap();
    }

    #[tokio::test]
    async fn right_ones_are_not_counted() {
        let throttle = Throttle::new(Duration::from_secs(60), None);
        let (bounds, now) = ([Bound::new("one", 2)], DateTime::UNIX_EPOCH);
        for _ in 0..10 {
            throttle.attempt(&bounds, now).await.unwrap();
            throttle.forgive(&bounds, now).await;
        }
    }
}
