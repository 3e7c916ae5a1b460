//! The layer that processes share: Redis.
//!
//! The generation of a tag is a random token there. A value carries the tokens of its tags as
//! they were before it was loaded, and is only found while they are the same. To invalidate a tag
//! is to delete its token; the next who loads makes another one. So a token that Redis has lost
//! makes values unseen and never seen again, and there is nothing to be counted.
//!
//! Names carry the id of the server's run: after a restart nothing of before is found, also
//! where the server has read an old snapshot. And they carry the name of the database.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use redis::{Cmd, FromRedisValue, Pipeline, aio::ConnectionManager};

use super::{Asked, Kept, Name, Tag, kept, trust::Trust};

/// Longest wait for Redis: whoever asks can go to the database.
const TIMEOUT: Duration = Duration::from_millis(250);

/// How long a process has the right to load a value alone.
const LEASE: Duration = Duration::from_secs(1);

/// A token is to outlive every value under it.
const TOKEN_LIVES: Duration = Duration::from_secs(48 * 3600);

#[derive(Clone, Debug)]
pub struct Shared {
    connection: ConnectionManager,
    database: Arc<str>,
    pub(super) trust: Arc<Trust>,
}

type Token = [u8; 8];

/// A value as Redis has it.
pub struct Found<V> {
    pub value: V,
    pub fresh: Duration,
    pub cost: Duration,
    pub bytes: usize,
}

/// What Redis has of some questions.
pub struct Open<'a> {
    shared: &'a Shared,
    run: Arc<str>,
    tokens: HashMap<String, Token>,
    values: HashMap<Name, Vec<u8>>,
}

impl Shared {
    pub fn new(connection: ConnectionManager, database: Arc<str>) -> Self {
        Self {
            connection,
            database,
            trust: Arc::default(),
        }
    }

    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let mut connection = self.connection.clone();
        let answer = tokio::time::timeout(TIMEOUT, command.query_async(&mut connection));
        self.heed(answer.await)
    }

    async fn pipe<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Option<T> {
        let mut connection = self.connection.clone();
        let answer = tokio::time::timeout(TIMEOUT, pipeline.query_async(&mut connection));
        self.heed(answer.await)
    }

    fn heed<T, E>(&self, answer: Result<redis::RedisResult<T>, E>) -> Option<T> {
        match answer {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::debug!(%error, "Redis does not answer");
                self.trust.pause();
                None
            }
            Err(_) => {
                self.trust.pause();
                None
            }
        }
    }

    /// Deletes the tokens of `tags`; whether it did.
    pub async fn forget(&self, tags: &[Tag], run: &str) -> bool {
        let mut command = redis::cmd("DEL");
        for tag in tags {
            command.arg(self.token_key(run, &tag.to_string()));
        }
        self.query::<i64>(&command).await.is_some()
    }

    /// The id of the server's run.
    pub async fn ask_run(&self) -> Option<Arc<str>> {
        let info: String = self.query(redis::cmd("INFO").arg("server")).await?;
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:"))?;
        Some(run.trim().into())
    }

    fn token_key(&self, run: &str, tag: &str) -> String {
        format!("thali:g:{}:{run}:{tag}", self.database)
    }

    /// Looks for all that is asked, in one round trip. None where Redis is not to be trusted now.
    pub async fn open<K>(&self, asked: &[&Asked<K>]) -> Option<Open<'_>> {
        let mut open = Open {
            shared: self,
            run: self.trust.run()?,
            tokens: HashMap::new(),
            values: HashMap::new(),
        };
        open.look(asked).await?;
        Some(open)
    }
}

impl Open<'_> {
    /// Looks again.
    pub async fn look<K>(&mut self, asked: &[&Asked<K>]) -> Option<()> {
        let mut tags: Vec<String> = asked.iter().flat_map(|asked| tags_of(asked)).collect();
        tags.sort_unstable();
        tags.dedup();
        let mut command = redis::cmd("MGET");
        for asked in asked {
            command.arg(self.value_key(&asked.name));
        }
        for tag in &tags {
            command.arg(self.shared.token_key(&self.run, tag));
        }
        let answer: Vec<Option<Vec<u8>>> = self.shared.query(&command).await?;
        let (values, tokens) = answer.split_at_checked(asked.len())?;
        let values = asked.iter().zip(values);
        self.values = values
            .filter_map(|(asked, value)| Some((asked.name.clone(), value.clone()?)))
            .collect();
        let tokens = tags.into_iter().zip(tokens);
        self.tokens = tokens
            .filter_map(|(tag, token)| Some((tag, token.as_deref()?.try_into().ok()?)))
            .collect();
        Some(())
    }

    /// The value of a question, if it is there and has seen every change.
    pub fn find<K, V: Kept>(&self, asked: &Asked<K>) -> Option<Found<V>> {
        let mut bytes = self.values.get(&asked.name)?.as_slice();
        for tag in tags_of(asked) {
            let (seen, rest) = bytes.split_first_chunk()?;
            (self.tokens.get(&tag)? == seen).then_some(())?;
            bytes = rest;
        }
        let (until, bytes) = bytes.split_first_chunk()?;
        let (cost, bytes) = bytes.split_first_chunk()?;
        let until = Duration::from_millis(u64::from_le_bytes(*until));
        let fresh = until.checked_sub(now())?;
        let value = V::decode(bytes)?;
        Some(Found {
            value,
            fresh,
            cost: Duration::from_millis(u32::from_le_bytes(*cost).into()),
            bytes: bytes.len(),
        })
    }

    /// Takes the right to load, for each question; another process may have it. Where Redis does
    /// not answer, everybody may.
    pub async fn lease<K>(&mut self, asked: &[&Asked<K>]) -> Vec<bool> {
        let taken = match self.make_tokens(asked).await {
            None => None,
            Some(()) => {
                let mut pipeline = redis::pipe();
                for asked in asked {
                    let lease = self.lease_key(asked);
                    let life = LEASE.as_millis() as u64;
                    pipeline
                        .cmd("SET")
                        .arg(lease)
                        .arg(1)
                        .arg("NX")
                        .arg("PX")
                        .arg(life);
                }
                self.shared.pipe::<Vec<Option<String>>>(&pipeline).await
            }
        };
        let taken = taken.filter(|taken| taken.len() == asked.len());
        taken.map_or(vec![true; asked.len()], |taken| {
            taken.iter().map(Option::is_some).collect()
        })
    }

    /// Makes the tokens that are not there. They must be before anything is loaded.
    async fn make_tokens<K>(&mut self, asked: &[&Asked<K>]) -> Option<()> {
        let tags = asked.iter().flat_map(|asked| tags_of(asked));
        let mut tags: Vec<String> = tags.filter(|tag| !self.tokens.contains_key(tag)).collect();
        tags.sort_unstable();
        tags.dedup();
        if tags.is_empty() {
            return Some(());
        }
        let mut pipeline = redis::pipe();
        for tag in &tags {
            let key = self.shared.token_key(&self.run, tag);
            let token = fastrand::u64(..).to_le_bytes();
            let life = TOKEN_LIVES.as_millis() as u64;
            let set = pipeline.cmd("SET").arg(&key).arg(token.as_slice());
            set.arg("NX").arg("PX").arg(life).ignore();
            pipeline.cmd("GET").arg(key);
        }
        let tokens: Vec<Option<Vec<u8>>> = self.shared.pipe(&pipeline).await?;
        for (tag, token) in tags.into_iter().zip(tokens) {
            self.tokens.insert(tag, token?.as_slice().try_into().ok()?);
        }
        Some(())
    }

    /// Keeps values that were loaded after [`lease`](Self::lease).
    pub async fn store<'v, K: 'v>(
        &self,
        values: impl IntoIterator<Item = (&'v Asked<K>, &'v [u8], Duration)>,
        cost: Duration,
    ) {
        let mut pipeline = redis::pipe();
        for (asked, value, fresh) in values {
            let tags = tags_of(asked);
            let tokens: Option<Vec<&Token>> = tags.map(|tag| self.tokens.get(&tag)).collect();
            let Some(tokens) = tokens else { continue };
            let mut bytes = Vec::with_capacity(8 * tokens.len() + 12 + value.len());
            tokens.into_iter().for_each(|token| bytes.extend(token));
            bytes.extend(((now() + fresh).as_millis() as u64).to_le_bytes());
            bytes.extend((cost.as_millis() as u32).to_le_bytes());
            bytes.extend(value);
            let key = self.value_key(&asked.name);
            let life = (fresh.as_millis() as u64).max(1);
            pipeline
                .cmd("SET")
                .arg(key)
                .arg(bytes)
                .arg("PX")
                .arg(life)
                .ignore();
        }
        if !pipeline.is_empty() {
            self.shared.pipe::<()>(&pipeline).await;
        }
    }

    fn value_key(&self, name: &Name) -> Vec<u8> {
        let (database, version) = (&self.shared.database, kept::version());
        let mut key = format!("thali:v:{database}:{}:{version}:", self.run).into_bytes();
        key.extend(&**name);
        key
    }

    /// It is another one after each change, so that nobody waits for what was begun before it.
    fn lease_key<K>(&self, asked: &Asked<K>) -> Vec<u8> {
        let mut key = format!("thali:l:{}:{}:", self.shared.database, self.run).into_bytes();
        for token in tags_of(asked).filter_map(|tag| self.tokens.get(&tag)) {
            key.extend(token);
        }
        key.extend(&*asked.name);
        key
    }
}

/// Everything depends on everything.
fn tags_of<K>(asked: &Asked<K>) -> impl Iterator<Item = String> {
    let everything = std::iter::once(&Tag::Everything);
    everything.chain(&asked.tags).map(Tag::to_string)
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
