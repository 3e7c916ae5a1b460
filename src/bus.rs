//! The bus: what happened, told to every process that listens.
//!
//! Without Redis it is in this process alone; with Redis it is a stream that all processes
//! share ([`stream`]). What is told comes at least once, and within a topic in the order in
//! which it happened, as far as `outbox` is the one who publishes.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use thiserror::Error;
use tokio::sync::broadcast;
use uuid::Uuid;

mod stream;

use crate::{clock::Clock, event::Event};
use stream::Stream;

/// How much a subscriber of this process may be behind.
const BEHIND: usize = 4096;

#[derive(Debug, Error)]
pub enum BusError {
    /// The connection is known to be lost: it was not tried.
    #[error("the bus is lost")]
    Lost,
    #[error("Redis: {0}")]
    Redis(#[from] redis::RedisError),
    #[error("Redis did not answer in time")]
    TimedOut,
}

/// Where in the stream something was told. It grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(u64, u64);

/// Something that happened, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// That of its row in the outbox: told twice, it is the same.
    pub id: Uuid,
    pub topic: String,
    pub name: String,
    pub payload: String,
    /// The process that told it, which need not be the one where it happened.
    pub by: Uuid,
    /// How far a replica must have come to show it, where that is known.
    pub position: Option<String>,
}

impl Told {
    pub fn event(&self) -> Event {
        Event::read(&self.name, &self.payload)
    }
}

/// What a subscriber hears.
#[derive(Clone, Debug)]
pub enum Heard {
    Told(Sequence, Arc<Told>),
    /// From here on something may have been missed.
    Lost,
    /// From here on nothing is missed again.
    Found,
}

#[derive(Clone, Debug)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    instance: Uuid,
    heard: broadcast::Sender<Heard>,
    stream: Option<Stream>,
    is_lost: AtomicBool,
    /// The last sequence of a bus that is in this process alone.
    last: AtomicU64,
    begun: u64,
}

impl Bus {
    /// With the address of a Redis it takes the name of the database: installations may share one.
    pub fn new(redis: Option<(&str, &str)>, clock: &Clock) -> Result<Self, redis::RedisError> {
        let stream = redis.map(|(url, database)| Stream::new(url, database));
        Ok(Self(Arc::new(Inner {
            instance: Uuid::now_v7(),
            heard: broadcast::Sender::new(BEHIND),
            stream: stream.transpose()?,
            is_lost: AtomicBool::new(false),
            last: AtomicU64::new(0),
            begun: clock.now().timestamp_millis().unsigned_abs(),
        })))
    }

    /// The name of this process on the bus.
    pub fn instance(&self) -> Uuid {
        self.0.instance
    }

    /// Whether nothing can be told now.
    pub fn is_lost(&self) -> bool {
        self.0.is_lost.load(Ordering::Relaxed)
    }

    /// Tells everybody, in this order. After an error nobody, some or all have heard it.
    pub async fn publish(&self, told: &[Told]) -> Result<(), BusError> {
        match &self.0.stream {
            _ if told.is_empty() => Ok(()),
            Some(_) if self.is_lost() => Err(BusError::Lost),
            Some(stream) => stream.add(told).await,
            None => {
                for told in told {
                    let last = self.0.last.fetch_add(1, Ordering::Relaxed);
                    self.hear(Sequence(self.0.begun, last + 1), told.clone());
                }
                Ok(())
            }
        }
    }

    /// What is heard from now on. Who is too slow gets an error, and has missed something.
    pub fn subscribe(&self) -> broadcast::Receiver<Heard> {
        self.0.heard.subscribe()
    }

    /// Listens to the other processes, where there are any, for as long as it is polled.
    pub async fn listen(&self) {
        match &self.0.stream {
            Some(stream) => stream.read(self).await,
            None => std::future::pending().await,
        }
    }

    fn hear(&self, sequence: Sequence, told: Told) {
        // It is no error that nobody listens.
        let _ = self.0.heard.send(Heard::Told(sequence, Arc::new(told)));
    }

    fn lose(&self) {
        self.0.is_lost.store(true, Ordering::Relaxed);
        let _ = self.0.heard.send(Heard::Lost);
    }

    fn find(&self) {
        self.0.is_lost.store(false, Ordering::Relaxed);
        let _ = self.0.heard.send(Heard::Found);
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

impl Sequence {
    pub fn parse(text: &str) -> Option<Self> {
        let (time, number) = text.split_once('-')?;
        Some(Self(time.parse().ok()?, number.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(number: u128) -> Told {
        Told {
            id: Uuid::from_u128(number),
            topic: "data".to_owned(),
            name: "DataImported".to_owned(),
            payload: "{}".to_owned(),
            by: Uuid::nil(),
            position: None,
        }
    }

    #[tokio::test]
    async fn without_redis_this_process_hears_all_in_order() {
        let bus = Bus::new(None, &Clock::default()).unwrap();
        let mut heard = bus.subscribe();
        bus.publish(&[told(1), told(2)]).await.unwrap();
        bus.publish(&[told(3)]).await.unwrap();
        let mut before = Sequence::default();
        for number in 1..=3 {
            let Heard::Told(sequence, told) = heard.recv().await.unwrap() else {
                panic!("lost")
            };
            assert_eq!(told.id, Uuid::from_u128(number));
            assert!(sequence > before);
            assert_eq!(Sequence::parse(&sequence.to_string()), Some(sequence));
            before = sequence;
        }
        assert!(heard.is_empty());
    }

    #[test]
    fn sequences_are_compared_as_numbers() {
        let of = |text| Sequence::parse(text).unwrap();
        assert!(of("9-1") < of("10-0"));
        assert!(of("10-2") < of("10-10"));
        for wrong in ["", "10", "10-", "-1", "a-b", "1-2-3"] {
            assert_eq!(Sequence::parse(wrong), None, "{wrong:?}");
        }
    }
}
