//! The database: one way to it, on which every statement is counted and timed.
//!
//! `Db` runs nothing itself. `Db::reader` and `Db::begin` give a connection that
//! belongs to a [`Meter`]; there is no other, so no statement escapes the count.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait, prelude::async_trait::async_trait,
};

mod copy;
mod facts;
mod identity;
mod meter;
mod migrating;
mod pool;
mod position;
mod replica;
mod server;
mod session;
mod transaction;
mod unprepared;
mod watch;

use crate::config::Config;
pub use facts::ReplicaFacts;
pub use meter::Meter;
use migrating::Migrating;
use pool::Pool;
pub use pool::PoolFacts;
pub use position::Position;
use replica::Replicas;
use session::Session;
use transaction::Inner;

/// The handle of the database: the primary, and replicas of it that answer reads.
#[derive(Clone, Debug)]
pub struct Db {
    primary: Pool,
    replicas: Arc<Replicas>,
    slow: Duration,
}

/// A connection whose statements are counted: a session's, or a transaction's.
#[derive(Clone, Debug)]
pub struct Metered<C> {
    inner: C,
    meter: Arc<Meter>,
    slow: Duration,
}

pub type Reader = Metered<Session>;
pub type Transaction = Metered<Inner>;

impl Db {
    pub async fn connect(config: &Config) -> Result<Self, DbErr> {
        Ok(Self {
            primary: Pool::open(&config.database(), config).await?,
            replicas: Arc::new(Replicas::open(config).await?),
            slow: config.db_slow_statement,
        })
    }

    pub fn backend(&self) -> DbBackend {
        self.primary.backend()
    }

    /// Statements outside a transaction. A replica answers reads, where one can; what they have
    /// to see is for [`Reader::at_least`] to say.
    pub fn reader(&self, meter: &Arc<Meter>) -> Reader {
        Metered {
            inner: Session::new(&self.primary, &self.replicas),
            meter: meter.clone(),
            slow: self.slow,
        }
    }

    /// The newest position that this process knows to be committed: by a transaction of its own,
    /// or because it was told so. What is shared is to be read at least from there.
    pub fn newest(&self) -> Position {
        self.replicas.newest()
    }

    /// Whether this process has heard of all that was committed before `position`.
    pub fn has_heard(&self, position: Position) -> bool {
        self.replicas.has_heard(position)
    }

    /// A change was heard of, which was committed before `position`. Where that is not known it
    /// was before now: the primary is asked. From then on what is read for all is at least so new.
    pub async fn hear(&self, position: Option<Position>) -> Result<(), DbErr> {
        if self.replicas.is_empty() {
            return Ok(());
        }
        let position = match position {
            Some(position) => position,
            None => self.ask_position().await?,
        };
        self.replicas.hear(position);
        Ok(())
    }

    async fn ask_position(&self) -> Result<Position, DbErr> {
        let primary = self
            .reader(&Meter::new("position"))
            .at_least(Position::LATEST);
        let ask = Statement::from_string(DbBackend::Postgres, position::ASK);
        let row = primary.query_one_raw(ask).await?;
        let row = row.ok_or_else(|| DbErr::Custom("no position".into()))?;
        row.try_get_by_index(0).map(Position::from_bytes)
    }

    /// Whether something else than the primary answers reads.
    pub fn has_replicas(&self) -> bool {
        !self.replicas.is_empty()
    }

    /// A transaction that may write. On SQLite it takes the write lock at once, so that
    /// it cannot fail half-way for want of it.
    pub async fn begin(&self, meter: &Arc<Meter>) -> Result<Transaction, DbErr> {
        Ok(Metered {
            inner: Inner::begin(&self.primary, &self.replicas).await?,
            meter: meter.clone(),
            slow: self.slow,
        })
    }

    /// What commands give to `migration`, which brings its own statements.
    pub async fn migrating(&self) -> Result<Migrating, DbErr> {
        let pool = &self.primary.connections;
        match (&self.primary.unprepared, self.backend()) {
            (Some(_), _) => Migrating::forgetting(pool.begin().await?).await,
            (None, DbBackend::Sqlite) => Ok(Migrating::Whole(pool.begin().await?)),
            (None, _) => Migrating::patient(pool.begin().await?).await,
        }
    }

    /// The pool itself, for tests of `migration` and of the server's plans.
    pub fn for_migration(&self) -> &DatabaseConnection {
        &self.primary.connections
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.primary.connections.close().await?;
        for replica in &self.replicas.all {
            replica.pool.connections.clone().close().await?;
        }
        Ok(())
    }
}

impl Reader {
    /// Gives the connection back that waits for the next statement.
    pub fn rest(&self) {
        self.inner.rest();
    }

    /// The same session, for reads that see at least what was committed before `position`: from
    /// its replica where that has replayed so much, else from the primary. It never waits.
    pub fn at_least(&self, position: Position) -> Self {
        Self {
            inner: self.inner.at_least(position),
            meter: self.meter.clone(),
            slow: self.slow,
        }
    }

    /// The same session, for what others will see too: at least all of which this process knows
    /// that it is committed.
    pub fn newest(&self) -> Self {
        self.at_least(self.inner.newest())
    }

    /// The same session, counted by another meter.
    pub fn on(&self, meter: &Arc<Meter>) -> Self {
        Self {
            inner: self.inner.clone(),
            meter: meter.clone(),
            slow: self.slow,
        }
    }
}

impl Transaction {
    /// Where there are replicas, the meter then knows what to read in order to see the change.
    pub async fn commit(self) -> Result<(), DbErr> {
        if let Some(position) = self.inner.commit().await? {
            self.meter.note_commit(position);
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

impl<C> Metered<C> {
    async fn run<T>(
        &self,
        sql: &str,
        run: impl Future<Output = Result<T, DbErr>>,
        rows: impl Fn(&T) -> u64,
    ) -> Result<T, DbErr> {
        let begun = Instant::now();
        let result = run.await;
        self.meter.count(result.as_ref().map_or(0, rows));
        let took = begun.elapsed();
        if took > self.slow {
            tracing::warn!(owner = %self.meter.owner, ms = took.as_millis() as u64, sql, "slow statement");
        }
        result
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send + Sync> ConnectionTrait for Metered<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.meter.keep(&stmt);
        let sql = stmt.sql.clone();
        self.run(
            &sql,
            self.inner.execute_raw(stmt),
            ExecResult::rows_affected,
        )
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(
            sql,
            self.inner.execute_unprepared(sql),
            ExecResult::rows_affected,
        )
        .await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.meter.keep(&stmt);
        let sql = stmt.sql.clone();
        self.run(&sql, self.inner.query_one_raw(stmt), |row| {
            row.is_some() as u64
        })
        .await
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.meter.keep(&stmt);
        let sql = stmt.sql.clone();
        self.run(&sql, self.inner.query_all_raw(stmt), |rows| {
            rows.len() as u64
        })
        .await
    }
}
