//! The connection that a request keeps between its batches, and the server that it is one to.
//!
//! The pool asks a connection that is given back whether it still lives: a round trip for
//! every statement. A request that keeps one pays it once.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqlxError, Statement,
    prelude::async_trait::async_trait,
    sqlx::{Postgres, pool::PoolConnection},
};

use super::{
    pool::Pool,
    position::Position,
    replica::{Replica, Replicas},
    unprepared::{exec_error, query_error},
};

/// The primary, or a replica that has replayed what is needed; and on PostgreSQL a connection
/// that waits for the next batch.
#[derive(Clone, Debug)]
pub struct Session {
    primary: Pool,
    replicas: Arc<Replicas>,
    needed: Position,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Chosen with the first statement and then kept, so that a request sees one state: a
    /// replica, or nothing for the primary.
    replica: Option<Option<Arc<Replica>>>,
    idle: Option<Idle>,
    /// Batches that wait for the pool. While there are any, nothing is kept: no request holds
    /// one connection while it waits for another.
    waiting: usize,
}

#[derive(Debug)]
struct Idle {
    connection: PoolConnection<Postgres>,
    is_of_replica: bool,
}

/// A batch that waits for the pool, also when it is given up there.
struct Waiting<'a>(&'a Session);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.kept().waiting -= 1;
    }
}

impl Session {
    pub fn new(primary: &Pool, replicas: &Arc<Replicas>) -> Self {
        Self {
            primary: primary.clone(),
            replicas: replicas.clone(),
            needed: Position::default(),
            kept: Arc::default(),
        }
    }

    /// The same session, for reads that need what was written before `position`.
    pub fn at_least(&self, position: Position) -> Self {
        Self {
            needed: self.needed.max(position),
            ..self.clone()
        }
    }

    pub fn newest(&self) -> Position {
        self.replicas.newest()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The replica that answers the next read; nothing where only the primary can.
    fn replica(&self) -> Option<Arc<Replica>> {
        let mut kept = self.kept();
        let choose = || self.replicas.choose(self.needed);
        let chosen = kept.replica.get_or_insert_with(choose).clone();
        chosen.filter(|replica| self.replicas.has(replica, self.needed))
    }

    /// Reads from the primary from now on.
    fn leave(&self, replica: &Replica) {
        let mut kept = self.kept();
        kept.replica = Some(None);
        if let Some(mut idle) = kept.idle.take_if(|idle| idle.is_of_replica) {
            idle.connection.close_on_drop();
        }
        replica.doubted.notify_one();
    }

    async fn take(&self, from: Option<&Replica>) -> Result<PoolConnection<Postgres>, DbErr> {
        let waiting = {
            let mut kept = self.kept();
            let idle = kept.idle.take();
            if let Some(idle) = idle.filter(|idle| idle.is_of_replica == from.is_some()) {
                return Ok(idle.connection);
            }
            kept.waiting += 1;
            Waiting(self)
        };
        let pool = from.map_or(&self.primary, |replica| &replica.pool);
        let taken = pool.acquire().await;
        drop(waiting);
        taken
    }

    /// Keeps a connection on which nothing runs.
    fn keep(&self, connection: PoolConnection<Postgres>, is_of_replica: bool) {
        let mut kept = self.kept();
        if kept.waiting == 0 && kept.idle.is_none() {
            kept.idle = Some(Idle {
                connection,
                is_of_replica,
            });
        }
    }

    pub fn rest(&self) {
        self.kept().idle = None;
    }

    async fn fetch(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if let Some(replica) = self.replica() {
            match self.fetch_from(&replica, statement.clone()).await {
                Err(error) if !is_timeout(&error) => {
                    let replica = &*replica;
                    tracing::debug!(replica = replica.number, %error, "read again from the primary");
                    self.leave(replica);
                }
                done => return done,
            }
        }
        let mut connection = self.take(None).await?;
        // One that failed goes back to the pool, which looks at it.
        let rows = self.primary.fetch_all(&mut connection, statement).await;
        let rows = rows.map_err(query_error)?;
        self.keep(connection, false);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// Reads from a replica, for as long as that is known to answer.
    async fn fetch_from(
        &self,
        replica: &Replica,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut gone = pin!(replica.gone());
        let given_up = DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        let mut connection = tokio::select! {
            taken = self.take(Some(replica)) => taken?,
            () = &mut gone => return Err(given_up),
        };
        let rows = tokio::select! {
            rows = replica.pool.fetch_all(&mut connection, statement) => rows.map_err(query_error)?,
            () = &mut gone => {
                // The pool would wait for what was asked on it.
                connection.close_on_drop();
                return Err(given_up);
            }
        };
        self.keep(connection, true);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }
}

/// Whether a statement ran for too long. It would on the primary too; whatever else fails on a
/// replica, because it ends, starts, or replays what the statement still reads, does not there.
fn is_timeout(error: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(cause)) = error else {
        return false;
    };
    matches!(&**cause, SqlxError::Database(error) if error.code().as_deref() == Some("57014"))
}

#[async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DbBackend {
        self.primary.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.primary.unprepared {
            None => self.primary.connections.execute_raw(statement).await,
            Some(unprepared) => {
                let mut connection = self.take(None).await?;
                let executed = unprepared.execute(&mut connection, statement).await;
                executed.map_err(exec_error)
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.primary.connections.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.primary.backend() {
            DbBackend::Postgres => Ok(self.fetch(statement).await?.into_iter().next()),
            _ => self.primary.connections.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.primary.backend() {
            DbBackend::Postgres => self.fetch(statement).await,
            _ => self.primary.connections.query_all_raw(statement).await,
        }
    }
}
