//! A transaction, with statements that are prepared or not.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    prelude::async_trait::async_trait,
    sqlx::{AssertSqlSafe, Executor, Postgres, pool::PoolConnection},
};
use tokio::sync::Mutex;

use super::unprepared::{Open, Unprepared, acquire_error, exec_error, query_error, unnamed};

#[derive(Debug)]
pub enum Inner {
    Prepared(DatabaseTransaction),
    Unprepared(Mutex<Open<PoolConnection<Postgres>>>),
}

impl Inner {
    /// On SQLite it takes the write lock at once.
    pub async fn prepared(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        pool.begin_with_options(options).await.map(Self::Prepared)
    }

    pub async fn unprepared(
        pool: &DatabaseConnection,
        unprepared: &Unprepared,
    ) -> Result<Self, DbErr> {
        let connection = pool.get_postgres_connection_pool().acquire().await;
        let begun = unprepared.begin(connection.map_err(acquire_error)?).await;
        begun
            .map(Mutex::new)
            .map(Self::Unprepared)
            .map_err(exec_error)
    }

    pub async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.commit().await,
            Self::Unprepared(open) => {
                let ended = open.into_inner().end("COMMIT").await;
                ended.map_err(exec_error)
            }
        }
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.rollback().await,
            Self::Unprepared(open) => {
                let ended = open.into_inner().end("ROLLBACK").await;
                ended.map_err(exec_error)
            }
        }
    }
}

#[async_trait]
impl ConnectionTrait for Inner {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Prepared(transaction) => transaction.get_database_backend(),
            Self::Unprepared(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.execute_raw(statement).await,
            Self::Unprepared(open) => {
                let mut open = open.lock().await;
                let executed = unnamed(statement).execute(open.connection()).await;
                executed.map(Into::into).map_err(exec_error)
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.execute_unprepared(sql).await,
            Self::Unprepared(open) => {
                let mut open = open.lock().await;
                let sql = AssertSqlSafe(sql.to_owned());
                let executed = open.connection().execute(sql).await;
                executed.map(Into::into).map_err(exec_error)
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.query_one_raw(statement).await,
            Self::Unprepared(open) => {
                let mut open = open.lock().await;
                let row = unnamed(statement).fetch_optional(open.connection()).await;
                Ok(row.map_err(query_error)?.map(Into::into))
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Prepared(transaction) => transaction.query_all_raw(statement).await,
            Self::Unprepared(open) => {
                let mut open = open.lock().await;
                let rows = unnamed(statement).fetch_all(open.connection()).await;
                let rows = rows.map_err(query_error)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        }
    }
}
