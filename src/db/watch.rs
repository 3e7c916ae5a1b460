//! Asks the primary and every replica, again and again, how far they are.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use sea_orm::{
    SqlxError,
    sqlx::{
        ConnectOptions, Executor, PgConnection, Row,
        postgres::{PgConnectOptions, PgRow},
    },
};
use tokio::time::{sleep, timeout};

use super::{
    Db,
    position::Position,
    replica::{Fault, Known, Replica, Replicas},
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

// Only what is flushed is sent to replicas: none is late for what they cannot have.
const ASK_PRIMARY: &str = "SELECT
    pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

const ASK_REPLICA: &str = "SELECT
    pg_is_in_recovery(),
    coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint";

impl Db {
    /// Watches the replicas from now on, until the database is closed: from now on they are
    /// read from. To be called when the tables are there.
    pub fn watch_replicas(&self) {
        if self.replicas.is_empty() {
            return;
        }
        let (replicas, server) = (self.replicas.clone(), self.primary.server());
        let pool = self.primary.connections.get_postgres_connection_pool();
        let mut closed = pool.close_event();
        tokio::spawn(async move {
            let all = replicas.all.iter();
            let watched = all.map(|replica| watch_replica(&replicas, replica));
            let watching = join(watch_primary(&replicas, server), join_all(watched));
            // It ends only when they are closed.
            let _ = closed.do_until(watching).await;
        });
    }
}

async fn watch_primary(replicas: &Replicas, server: Arc<PgConnectOptions>) {
    let mut line = Line::to(server);
    loop {
        match line.ask(ASK_PRIMARY).await.and_then(|row| positions(&row)) {
            Ok((flushed, inserted)) => {
                replicas.log().note(Instant::now(), flushed);
                replicas.begin(inserted);
            }
            Err(error) => tracing::debug!(%error, "the primary does not say how far it is"),
        }
        sleep(replicas.interval).await;
    }
}

fn positions(row: &PgRow) -> Result<(Position, Position), SqlxError> {
    let at = |index: usize| row.try_get(index).map(Position::from_bytes);
    Ok((at(0)?, at(1)?))
}

async fn watch_replica(replicas: &Replicas, replica: &Replica) {
    let mut line = Line::to(replica.pool.server());
    loop {
        let answered = line.ask(ASK_REPLICA).await.and_then(|row| {
            let replayed = row.try_get(1).map(Position::from_bytes)?;
            Ok((row.try_get(0)?, replayed))
        });
        let known = match answered {
            Ok((is_in_recovery, replayed)) => {
                let (lag_bytes, lag) = replicas.log().lag(replayed);
                let fault = match is_in_recovery {
                    false => Some(Fault::NotInRecovery),
                    true => (lag > replicas.most_lag).then_some(Fault::Lags),
                };
                Known {
                    replayed,
                    lag_bytes,
                    lag,
                    fault,
                }
            }
            Err(error) => {
                tracing::debug!(replica = replica.number, %error, "no answer");
                Known {
                    fault: Some(Fault::Silent),
                    ..replica.known()
                }
            }
        };
        replica.learn(known);
        // Whichever comes first.
        let _ = timeout(replicas.interval, replica.doubted.notified()).await;
    }
}

/// A connection that is in no pool: a pool that has none left is not a server that does not
/// answer.
struct Line {
    server: Arc<PgConnectOptions>,
    connection: Option<PgConnection>,
}

impl Line {
    fn to(server: Arc<PgConnectOptions>) -> Self {
        Self {
            server,
            connection: None,
        }
    }

    /// Asks within the time-out; anew where the connection is not there or no longer good.
    async fn ask(&mut self, sql: &'static str) -> Result<PgRow, SqlxError> {
        let asked = async {
            if let Some(mut known) = self.connection.take()
                && let Ok(row) = known.fetch_one(sql).await
            {
                self.connection = Some(known);
                return Ok(row);
            }
            let mut new = self.server.connect().await?;
            let row = new.fetch_one(sql).await?;
            self.connection = Some(new);
            Ok(row)
        };
        let answered = timeout(PATIENCE, asked).await;
        answered.unwrap_or(Err(SqlxError::PoolTimedOut))
    }
}

/// Where the end of the primary's log was at which moment, as far back as lag is told.
///
/// PostgreSQL's own measure, the time of the last transaction that was replayed, takes a primary
/// that was idle for a replica that is late, and two clocks for one.
#[derive(Debug)]
pub struct Log {
    ends: VecDeque<(Instant, Position)>,
    /// When the primary answered last. While it does not, lag stands still: a replica that has
    /// what was sent to it is the best there is.
    asked: Option<Instant>,
    kept: Duration,
}

impl Log {
    pub fn new(most_lag: Duration) -> Self {
        Self {
            ends: VecDeque::new(),
            asked: None,
            kept: most_lag.max(Duration::from_secs(900)),
        }
    }

    /// The log ends at `end` now.
    fn note(&mut self, now: Instant, end: Position) {
        self.asked = Some(now);
        // After a crash it may end before what was there already.
        self.ends.retain(|(_, noted)| *noted <= end);
        if self.ends.back().is_none_or(|(_, noted)| *noted < end) {
            self.ends.push_back((now, end));
        }
        let is_old = |(noted, _): &(Instant, Position)| now - *noted > self.kept;
        // The oldest that is left is what a replica has missed for longest.
        while self.ends.get(1).is_some_and(is_old) {
            self.ends.pop_front();
        }
    }

    /// How many bytes are missing after `replayed`, and since when the first of them.
    fn lag(&self, replayed: Position) -> (u64, Duration) {
        let end = self.ends.back().map_or(0, |(_, end)| end.0);
        let missing = self.ends.iter().find(|(_, end)| *end > replayed);
        let since = self
            .asked
            .zip(missing)
            .map(|(now, (noted, _))| now - *noted);
        (end.saturating_sub(replayed.0), since.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lag(log: &Log, replayed: u64) -> (u64, u64) {
        let (bytes, time) = log.lag(Position(replayed));
        (bytes, time.as_secs())
    }

    #[test]
    fn lag_is_counted_from_when_the_first_missing_byte_was_there() {
        let (mut log, start) = (Log::new(SECOND), Instant::now());
        assert_eq!(lag(&log, 0), (0, 0));
        for (second, end) in [(0, 100), (1, 100), (600, 150), (602, 200), (603, 200)] {
            log.note(start + SECOND * second, Position(end));
        }
        assert_eq!(lag(&log, 200), (0, 0));
        assert_eq!(lag(&log, 250), (0, 0));
        assert_eq!(lag(&log, 199), (1, 1));
        // The idle minutes before are no lag.
        assert_eq!(lag(&log, 100), (100, 3));
        assert_eq!(lag(&log, 99), (101, 603));
    }

    #[test]
    fn lag_never_shrinks_because_it_was_long_ago() {
        let (mut log, start) = (Log::new(SECOND), Instant::now());
        log.note(start, Position(100));
        for second in 1..4000 {
            log.note(start + SECOND * second, Position(100));
            assert_eq!(lag(&log, 0), (100, u64::from(second)));
        }
        for second in 4000..6000 {
            log.note(start + SECOND * second, Position(u64::from(second)));
            let (_, lag) = lag(&log, 0);
            assert!((900..=6000).contains(&lag), "{second}: {lag}");
        }
        assert!(log.ends.len() < 1000);
    }

    #[test]
    fn what_a_crash_took_from_the_primary_is_not_missing() {
        let (mut log, start) = (Log::new(SECOND), Instant::now());
        log.note(start, Position(100));
        log.note(start + SECOND, Position(200));
        log.note(start + 2 * SECOND, Position(150));
        assert_eq!(lag(&log, 150), (0, 0));
        assert_eq!(lag(&log, 120), (30, 0));
    }
}
