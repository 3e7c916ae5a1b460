//! PostgreSQL without prepared statements, as a pooler in transaction mode needs it.
//!
//! Such a pooler may give every transaction another connection to the server, and what was
//! prepared under a name stays behind on the last one. So statements have no names here; and as
//! sqlx sends Parse and Bind in two round trips, each runs in a transaction, which keeps the two
//! together. The settings of a connection are those of each transaction.

use std::{borrow::BorrowMut, sync::Arc};

use sea_orm::{
    ConnAcquireErr, DbErr, ExecResult, RuntimeErr, SqlxError, Statement, Values,
    sqlx::{
        AssertSqlSafe, Executor, PgConnection, Postgres, Row, SqlSafeStr,
        pool::PoolConnection,
        postgres::{PgConnectOptions, PgRow},
        query::Query,
        query_with,
    },
};
use sea_query_sqlx::SqlxValues;

use super::{pool::JIT, position::Position};
use crate::{config::Config, search::LEAST_LIKENESS};

/// How a transaction begins: statements that are sent as one message.
#[derive(Clone, Debug)]
pub struct Unprepared(Arc<str>);

/// Sent as one message: to ask costs no round trip, and no other connection.
const COMMIT_AND_ASK: &str =
    "COMMIT; SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

impl Unprepared {
    pub fn new(config: &Config) -> Self {
        let timeout = config.db_statement_timeout.as_millis();
        let begin = format!(
            "BEGIN; SET LOCAL statement_timeout = {timeout}; \
             SET LOCAL pg_trgm.word_similarity_threshold = {LEAST_LIKENESS}; \
             SET LOCAL {} = {}",
            JIT.0, JIT.1
        );
        Self(begin.into())
    }

    pub async fn begin<C: BorrowMut<PoolConnection<Postgres>>>(
        &self,
        connection: C,
    ) -> Result<Open<C>, SqlxError> {
        Open::begin(connection, AssertSqlSafe(self.0.clone())).await
    }

    /// Reads in a transaction of its own.
    pub async fn fetch_all(
        &self,
        connection: &mut PoolConnection<Postgres>,
        statement: Statement,
    ) -> Result<Vec<PgRow>, SqlxError> {
        let mut open = self.begin(connection).await?;
        let rows = unnamed(statement).fetch_all(open.connection()).await;
        let ended = open.end("COMMIT").await;
        let rows = rows?;
        ended.map(|()| rows)
    }

    /// Executes in a transaction of its own.
    pub async fn execute(
        &self,
        connection: &mut PoolConnection<Postgres>,
        statement: Statement,
    ) -> Result<ExecResult, SqlxError> {
        let mut open = self.begin(connection).await?;
        let executed = unnamed(statement).execute(open.connection()).await;
        let ended = open.end("COMMIT").await;
        let executed = executed?.into();
        ended.map(|()| executed)
    }
}

/// A transaction that is open, or may be. sqlx would leave one open that is given up while it
/// begins, as it is when a request runs out of time, and behind a pooler that takes a connection
/// to the server from everybody. So what is dropped takes its connection with it.
#[derive(Debug)]
pub struct Open<C: BorrowMut<PoolConnection<Postgres>>> {
    connection: C,
    is_over: bool,
}

impl<C: BorrowMut<PoolConnection<Postgres>>> Open<C> {
    pub async fn begin(connection: C, begin: impl SqlSafeStr) -> Result<Self, SqlxError> {
        let mut open = Self {
            connection,
            is_over: false,
        };
        open.connection().execute(begin.into_sql_str()).await?;
        Ok(open)
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        self.connection.borrow_mut()
    }

    /// Ends it with COMMIT or ROLLBACK. After a statement that failed both are the same.
    pub async fn end(mut self, how: &'static str) -> Result<(), SqlxError> {
        self.connection().execute(how).await?;
        self.is_over = true;
        Ok(())
    }

    /// Commits, and tells where the log is behind the commit.
    pub async fn commit_and_ask(mut self) -> Result<Position, SqlxError> {
        let rows = self.connection().fetch_all(COMMIT_AND_ASK).await?;
        self.is_over = true;
        let row = rows.first().ok_or(SqlxError::RowNotFound)?;
        row.try_get(0).map(Position::from_bytes)
    }
}

impl<C: BorrowMut<PoolConnection<Postgres>>> Drop for Open<C> {
    fn drop(&mut self) {
        if !self.is_over {
            self.connection.borrow_mut().close_on_drop();
        }
    }
}

/// Sends nothing at the start that a pooler does not know.
pub fn connect(options: PgConnectOptions) -> PgConnectOptions {
    options.extra_float_digits(None).statement_cache_capacity(0)
}

/// A statement with its values.
pub fn bound(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

/// The same, which leaves nothing on the server.
pub fn unnamed(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    bound(statement).persistent(false)
}

pub fn exec_error(error: SqlxError) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

pub fn query_error(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

/// Why there is no connection.
pub fn acquire_error(error: SqlxError) -> DbErr {
    match error {
        SqlxError::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        SqlxError::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
    }
}
