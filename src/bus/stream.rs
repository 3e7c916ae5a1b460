//! The bus in Redis: one stream with an end, which every process reads for itself.

use std::{collections::HashMap, time::Duration};

use redis::{
    AsyncConnectionConfig, Client, Cmd, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    cmd, pipe,
};
use uuid::Uuid;

use super::{Bus, BusError, Sequence, Told};

/// About so many are kept for those who were away.
const KEPT: usize = 100_000;
/// How many are read at once.
const MOST: usize = 1_000;
/// How long is waited for something to be told. A connection that is silent for longer is dead.
const SILENCE: Duration = Duration::from_millis(400);
const TIMEOUT: Duration = Duration::from_millis(500);
const BETWEEN_TRIES: Duration = Duration::from_millis(200);

pub struct Stream {
    /// Its key in Redis.
    key: String,
    client: Client,
    writer: ConnectionManager,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.key)
    }
}

/// What XREAD answers: nothing, or for each stream its entries.
type Read = Option<Vec<(String, Vec<Entry>)>>;
type Entry = (String, HashMap<String, String>);

impl Stream {
    /// Opens nothing yet: Redis may come and go.
    pub fn new(url: &str, database: &str) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let writer = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        Ok(Self {
            key: format!("thali:bus:{database}"),
            client,
            writer,
        })
    }

    pub async fn add(&self, told: &[Told]) -> Result<(), BusError> {
        let mut pipe = pipe();
        for told in told {
            pipe.add_command(add(&self.key, told)).ignore();
        }
        let mut writer = self.writer.clone();
        let added = pipe.query_async::<()>(&mut writer);
        // A manager that connects again waits for longer than anybody here can.
        let added = tokio::time::timeout(TIMEOUT, added).await;
        Ok(added.map_err(|_| BusError::TimedOut)??)
    }

    /// Tells `bus` what is in the stream, from now on. Never ends.
    pub async fn read(&self, bus: &Bus) {
        let mut reader = Reader {
            stream: self,
            bus,
            last: None,
        };
        loop {
            bus.lose();
            let error = match reader.run().await {
                Err(error) => error,
                Ok(never) => match never {},
            };
            tracing::warn!(%error, "the bus is lost");
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }
}

fn add(stream: &str, told: &Told) -> Cmd {
    let mut add = cmd("XADD");
    add.arg(stream).arg("MAXLEN").arg("~").arg(KEPT).arg("*");
    add.arg("id").arg(told.id.to_string());
    add.arg("topic").arg(&told.topic);
    add.arg("name").arg(&told.name);
    add.arg("payload").arg(&told.payload);
    add.arg("by").arg(told.by.to_string());
    if let Some(position) = &told.position {
        add.arg("position").arg(position);
    }
    add
}

/// What an entry tells. One that cannot be read tells something that is not known here.
fn told(mut entry: HashMap<String, String>) -> Told {
    let mut field = |name| entry.remove(name).unwrap_or_default();
    Told {
        id: field("id").parse().unwrap_or_default(),
        topic: field("topic"),
        name: field("name"),
        payload: field("payload"),
        by: field("by").parse().unwrap_or(Uuid::nil()),
        position: entry.remove("position"),
    }
}

/// One process's place in the stream.
struct Reader<'a> {
    stream: &'a Stream,
    bus: &'a Bus,
    /// The last entry that was read; none before the stream had any.
    last: Option<Sequence>,
}

impl Reader<'_> {
    /// Catches up with what was told meanwhile, and then goes on.
    async fn run(&mut self) -> RedisResult<std::convert::Infallible> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(SILENCE + TIMEOUT));
        let client = &self.stream.client;
        let mut redis = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        match self.last {
            Some(_) => while self.take(&mut redis, None).await? > 0 {},
            None => self.last = newest(&self.stream.key, &mut redis).await?,
        }
        tracing::info!("the bus is found");
        self.bus.find();
        loop {
            self.take(&mut redis, Some(SILENCE)).await?;
        }
    }

    /// Reads what follows the last entry; how many there were.
    async fn take(
        &mut self,
        redis: &mut MultiplexedConnection,
        silence: Option<Duration>,
    ) -> RedisResult<usize> {
        let after = self.last.unwrap_or_default();
        let mut read = cmd("XREAD");
        read.arg("COUNT").arg(MOST);
        if let Some(silence) = silence {
            read.arg("BLOCK").arg(silence.as_millis() as u64);
        }
        read.arg("STREAMS")
            .arg(&self.stream.key)
            .arg(after.to_string());
        let read: Read = read.query_async(redis).await?;
        let entries = read.unwrap_or_default().into_iter().flat_map(|(_, of)| of);
        let entries: Vec<Entry> = entries.collect();
        // What was read last is there still: so is all that followed it. It is not when the
        // stream was cut meanwhile, or is another one: of a Redis that forgot.
        if self.last.is_some() && !is_there(&self.stream.key, redis, after).await? {
            tracing::warn!("the bus has lost events");
            self.bus.lose();
            self.last = newest(&self.stream.key, redis).await?;
            self.bus.find();
            return Ok(0);
        }
        let count = entries.len();
        for (id, entry) in entries {
            let sequence = Sequence::parse(&id).unwrap_or(after);
            self.last = Some(sequence);
            self.bus.hear(sequence, told(entry));
        }
        Ok(count)
    }
}

async fn newest(stream: &str, redis: &mut MultiplexedConnection) -> RedisResult<Option<Sequence>> {
    let mut last = cmd("XREVRANGE");
    last.arg(stream).arg("+").arg("-").arg("COUNT").arg(1);
    let last: Vec<Entry> = last.query_async(redis).await?;
    Ok(last.first().and_then(|(id, _)| Sequence::parse(id)))
}

async fn is_there(
    stream: &str,
    redis: &mut MultiplexedConnection,
    at: Sequence,
) -> RedisResult<bool> {
    let mut range = cmd("XRANGE");
    range.arg(stream).arg(at.to_string()).arg(at.to_string());
    let entries: Vec<Entry> = range.query_async(redis).await?;
    Ok(!entries.is_empty())
}
