//! What operations ask of the database: how full its pools are, and how far its replicas.

use std::time::Duration;

use super::{Db, pool::PoolFacts, position::Position};

/// What is known of a replica, some time before now.
#[derive(Clone, Copy, Debug)]
pub struct ReplicaFacts {
    /// Its place in DATABASE_REPLICA_URLS, from 1.
    pub number: usize,
    /// Whether reads go to it.
    pub is_healthy: bool,
    pub replayed: Position,
    /// Behind the primary.
    pub lag_bytes: u64,
    /// For how long it has been without the first byte that it lacks.
    pub lag: Duration,
    pub pool: PoolFacts,
}

impl Db {
    pub fn primary_pool(&self) -> PoolFacts {
        self.primary.facts()
    }

    pub fn replicas(&self) -> Vec<ReplicaFacts> {
        let all = self.replicas.all.iter();
        let facts = all.map(|replica| {
            let known = replica.known();
            ReplicaFacts {
                number: replica.number,
                is_healthy: self.replicas.has(replica, Position::default()),
                replayed: known.replayed,
                lag_bytes: known.lag_bytes,
                lag: known.lag,
                pool: replica.pool.facts(),
            }
        });
        facts.collect()
    }
}
