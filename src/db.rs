//! The database: one way to it, on which every statement is counted and timed.
//!
//! `Db` runs nothing itself. `Db::reader` and `Db::begin` give a connection that
//! belongs to a [`Meter`]; there is no other, so no statement escapes the count.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, ExecResult,
    QueryResult, Statement, TransactionTrait, prelude::async_trait::async_trait,
};

mod identity;
mod meter;
mod migrating;
mod server;
mod session;
mod transaction;
mod unprepared;

use crate::{config::Config, search::LEAST_LIKENESS};
pub use meter::Meter;
use migrating::Migrating;
use session::Session;
use transaction::Inner;
use unprepared::Unprepared;

/// The handle of the database.
#[derive(Clone, Debug)]
pub struct Db {
    pool: DatabaseConnection,
    /// How statements run where none are prepared.
    unprepared: Option<Unprepared>,
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
        let url = config.database();
        let mut options = ConnectOptions::new(match url.strip_prefix("sqlite://") {
            Some(file) => sqlite_file(file)?,
            None => url.clone(),
        });
        options
            .max_connections(config.db_pool)
            .acquire_timeout(config.db_acquire_timeout)
            .connect_timeout(config.db_acquire_timeout)
            .idle_timeout(config.db_idle_timeout)
            .max_lifetime(config.db_lifetime)
            .test_before_acquire(false)
            .test_before_acquire_if_idle_for(Duration::from_secs(30))
            .sqlx_logging(false)
            .set_application_name("thali")
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(10))
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "NORMAL")
                    .pragma("cache_size", "-16384")
            });
        let is_unprepared = url.starts_with("postgres") && !config.db_prepare.0;
        if is_unprepared {
            options.map_sqlx_postgres_opts(unprepared::connect);
        } else {
            options
                .statement_timeout(config.db_statement_timeout)
                .map_sqlx_postgres_opts(|postgres| {
                    postgres.options([("pg_trgm.word_similarity_threshold", LEAST_LIKENESS)])
                });
        }
        Ok(Self {
            pool: Database::connect(options).await?,
            unprepared: is_unprepared.then(|| Unprepared::new(config)),
            slow: config.db_slow_statement,
        })
    }

    pub fn backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    /// Statements outside a transaction.
    pub fn reader(&self, meter: &Arc<Meter>) -> Reader {
        Metered {
            inner: Session::new(self.pool.clone(), self.unprepared.clone()),
            meter: meter.clone(),
            slow: self.slow,
        }
    }

    /// A transaction that may write. On SQLite it takes the write lock at once, so that
    /// it cannot fail half-way for want of it.
    pub async fn begin(&self, meter: &Arc<Meter>) -> Result<Transaction, DbErr> {
        let inner = match &self.unprepared {
            None => Inner::prepared(&self.pool).await?,
            Some(unprepared) => Inner::unprepared(&self.pool, unprepared).await?,
        };
        Ok(Metered {
            inner,
            meter: meter.clone(),
            slow: self.slow,
        })
    }

    /// What commands give to `migration`, which brings its own statements.
    pub async fn migrating(&self) -> Result<Migrating<'_>, DbErr> {
        match (&self.unprepared, self.backend()) {
            (Some(_), _) => Migrating::forgetting(self.pool.begin().await?).await,
            (None, DbBackend::Sqlite) => Ok(Migrating::Whole(self.pool.begin().await?)),
            (None, _) => Ok(Migrating::Pool(&self.pool)),
        }
    }

    /// The pool itself, for tests of `migration` and of the server's plans.
    pub fn for_migration(&self) -> &DatabaseConnection {
        &self.pool
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
    }
}

impl Reader {
    /// Gives the connection back that waits for the next statement.
    pub fn rest(&self) {
        self.inner.rest();
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
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
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

/// The address of a SQLite file, whose folder is made when it is not there.
fn sqlite_file(file: &str) -> Result<String, DbErr> {
    let path = file.split('?').next().unwrap_or(file);
    if let Some(folder) = Path::new(path)
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| DbErr::Custom(format!("cannot make {}: {error}", folder.display())))?;
    }
    Ok(format!("sqlite://{file}"))
}
