//! The connection that a request keeps between its batches.
//!
//! The pool asks a connection that is given back whether it still lives: a round trip for
//! every statement. A request that keeps one pays it once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
    sqlx::{Postgres, pool::PoolConnection},
};

use super::unprepared::{Unprepared, acquire_error, bound, exec_error, query_error};

/// The pool, and on PostgreSQL a connection that waits for the next batch.
#[derive(Clone, Debug)]
pub struct Session {
    pool: DatabaseConnection,
    unprepared: Option<Unprepared>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    idle: Option<PoolConnection<Postgres>>,
    /// Batches that wait for the pool. While there are any, nothing is kept: no request holds
    /// one connection while it waits for another.
    waiting: usize,
}

/// A batch that waits for the pool, also when it is given up there.
struct Waiting<'a>(&'a Session);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.kept().waiting -= 1;
    }
}

impl Session {
    pub fn new(pool: DatabaseConnection, unprepared: Option<Unprepared>) -> Self {
        Self {
            pool,
            unprepared,
            kept: Arc::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) -> Result<PoolConnection<Postgres>, DbErr> {
        let waiting = {
            let mut kept = self.kept();
            if let Some(idle) = kept.idle.take() {
                return Ok(idle);
            }
            kept.waiting += 1;
            Waiting(self)
        };
        let taken = self.pool.get_postgres_connection_pool().acquire().await;
        drop(waiting);
        taken.map_err(acquire_error)
    }

    /// Keeps a connection on which nothing runs.
    fn keep(&self, connection: PoolConnection<Postgres>) {
        let mut kept = self.kept();
        if kept.waiting == 0 && kept.idle.is_none() {
            kept.idle = Some(connection);
        }
    }

    pub fn rest(&self) {
        self.kept().idle = None;
    }

    async fn fetch(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut connection = self.take().await?;
        let rows = match &self.unprepared {
            None => bound(statement).fetch_all(&mut *connection).await,
            Some(unprepared) => unprepared.fetch_all(&mut connection, statement).await,
        };
        // One that failed goes back to the pool, which looks at it.
        let rows = rows.map_err(query_error)?;
        self.keep(connection);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }
}

#[async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.unprepared {
            None => self.pool.execute_raw(statement).await,
            Some(unprepared) => {
                let mut connection = self.take().await?;
                let executed = unprepared.execute(&mut connection, statement).await;
                executed.map_err(exec_error)
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.pool.get_database_backend() {
            DbBackend::Postgres => Ok(self.fetch(statement).await?.into_iter().next()),
            _ => self.pool.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.pool.get_database_backend() {
            DbBackend::Postgres => self.fetch(statement).await,
            _ => self.pool.query_all_raw(statement).await,
        }
    }
}
