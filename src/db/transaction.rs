//! A transaction, with statements that are prepared or not.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    prelude::async_trait::async_trait,
    sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres, pool::PoolConnection, query::Query},
};
use sea_query_sqlx::SqlxValues;
use tokio::{runtime::Handle, sync::Mutex};

use super::{
    pool::Pool,
    position::Position,
    replica::Replicas,
    unprepared::{Open, bound, exec_error, query_error, unnamed},
};

#[derive(Debug)]
pub enum Inner {
    Sqlite(DatabaseTransaction),
    Postgres(OnPostgres),
}

#[derive(Debug)]
pub struct OnPostgres {
    open: Mutex<Owned>,
    is_prepared: bool,
    replicas: Arc<Replicas>,
}

/// A transaction on a connection of its own; nothing once it is over.
#[derive(Debug)]
struct Owned(Option<Open<PoolConnection<Postgres>>>);

impl Owned {
    fn connection(&mut self) -> Result<&mut PgConnection, DbErr> {
        let open = self.0.as_mut().ok_or_else(over)?;
        Ok(open.connection())
    }

    fn take(mut self) -> Result<Open<PoolConnection<Postgres>>, DbErr> {
        self.0.take().ok_or_else(over)
    }
}

fn over() -> DbErr {
    DbErr::Custom("the transaction is over".to_owned())
}

/// For how long one that was given up may take to end; then its connection goes with it.
const GIVING_UP: Duration = Duration::from_secs(1);

impl Drop for Owned {
    fn drop(&mut self) {
        if let (Some(open), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(GIVING_UP, open.end("ROLLBACK")));
        }
    }
}

impl Inner {
    /// On SQLite it takes the write lock at once.
    pub async fn begin(pool: &Pool, replicas: &Arc<Replicas>) -> Result<Self, DbErr> {
        if pool.backend() == DbBackend::Sqlite {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let begun = pool.connections.begin_with_options(options).await;
            return begun.map(Self::Sqlite);
        }
        let connection = pool.acquire().await?;
        let begun = match &pool.unprepared {
            None => Open::begin(connection, "BEGIN").await,
            Some(unprepared) => unprepared.begin(connection).await,
        };
        Ok(Self::Postgres(OnPostgres {
            open: Mutex::new(Owned(Some(begun.map_err(exec_error)?))),
            is_prepared: pool.unprepared.is_none(),
            replicas: replicas.clone(),
        }))
    }

    /// Tells what to read at least in order to see what was written, where there are replicas.
    pub async fn commit(self) -> Result<Option<Position>, DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await.map(|()| None),
            Self::Postgres(OnPostgres { open, replicas, .. }) => {
                let open = open.into_inner().take()?;
                if replicas.is_empty() {
                    return open.end("COMMIT").await.map(|()| None).map_err(exec_error);
                }
                let position = open.commit_and_ask().await.map_err(exec_error)?;
                replicas.saw(position);
                Ok(Some(position))
            }
        }
    }

    /// `COPY … FROM STDIN`, which only PostgreSQL has.
    pub async fn copy(&self, statement: &str, rows: Vec<u8>) -> Result<u64, DbErr> {
        let Self::Postgres(postgres) = self else {
            return Err(DbErr::Custom("only PostgreSQL has COPY".to_owned()));
        };
        let mut open = postgres.open.lock().await;
        let connection = open.connection()?;
        let copied = async {
            // Dropped before its end it tells the server that it failed.
            let mut copy = connection.copy_in_raw(statement).await?;
            copy.send(rows).await?;
            copy.finish().await
        };
        copied.await.map_err(exec_error)
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await,
            Self::Postgres(OnPostgres { open, .. }) => {
                let ended = open.into_inner().take()?.end("ROLLBACK").await;
                ended.map_err(exec_error)
            }
        }
    }
}

impl OnPostgres {
    fn query(&self, statement: Statement) -> Query<'static, Postgres, SqlxValues> {
        match self.is_prepared {
            true => bound(statement),
            false => unnamed(statement),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Inner {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.execute_raw(statement).await,
            Self::Postgres(postgres) => {
                let mut open = postgres.open.lock().await;
                let executed = postgres.query(statement).execute(open.connection()?).await;
                executed.map(Into::into).map_err(exec_error)
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.execute_unprepared(sql).await,
            Self::Postgres(postgres) => {
                let mut open = postgres.open.lock().await;
                let sql = AssertSqlSafe(sql.to_owned());
                let executed = open.connection()?.execute(sql).await;
                executed.map(Into::into).map_err(exec_error)
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.query_one_raw(statement).await,
            Self::Postgres(postgres) => {
                let mut open = postgres.open.lock().await;
                let row = postgres
                    .query(statement)
                    .fetch_optional(open.connection()?)
                    .await;
                Ok(row.map_err(query_error)?.map(Into::into))
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(transaction) => transaction.query_all_raw(statement).await,
            Self::Postgres(postgres) => {
                let mut open = postgres.open.lock().await;
                let rows = postgres
                    .query(statement)
                    .fetch_all(open.connection()?)
                    .await;
                let rows = rows.map_err(query_error)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        }
    }
}
