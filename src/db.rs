//! The database: one way to it, on which every statement is counted and timed.
//!
//! `Db` runs nothing itself. `Db::reader` and `Db::begin` give a connection that
//! belongs to a [`Meter`]; there is no other, so no statement escapes the count.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, prelude::async_trait::async_trait,
};

use crate::{config::Config, search::LEAST_LIKENESS};

/// Counts the statements of one request or command.
#[derive(Debug, Default)]
pub struct Meter {
    /// What the log names when a statement is slow: request id and operation.
    pub owner: Arc<str>,
    statements: AtomicU64,
    rows: AtomicU64,
    whole: Option<Arc<Meter>>,
    kept: Option<Mutex<Vec<Statement>>>,
}

impl Meter {
    pub fn new(owner: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            owner: owner.into(),
            ..Self::default()
        })
    }

    /// A meter that also keeps what it counts, so that the plans of statements can be seen.
    pub fn keeping(owner: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            owner: owner.into(),
            kept: Some(Mutex::default()),
            ..Self::default()
        })
    }

    /// The statements so far, if they are kept.
    pub fn kept(&self) -> Vec<Statement> {
        let kept = self.kept.as_ref().map(Mutex::lock);
        kept.map_or(Vec::new(), |kept| {
            kept.unwrap_or_else(PoisonError::into_inner).clone()
        })
    }

    fn keep(&self, statement: &Statement) {
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(statement.clone());
        }
        if let Some(whole) = &self.whole {
            whole.keep(statement);
        }
    }

    /// A meter of a part, whose counts are also the whole's.
    pub fn part(self: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self {
            owner: self.owner.clone(),
            whole: Some(self.clone()),
            ..Self::default()
        })
    }

    fn count(&self, rows: u64) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.count(rows);
        }
    }

    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }
}

/// The handle of the database.
#[derive(Clone, Debug)]
pub struct Db {
    pool: DatabaseConnection,
    slow: Duration,
}

/// A connection whose statements are counted: the pool's, or a transaction's.
#[derive(Debug)]
pub struct Metered<C> {
    inner: C,
    meter: Arc<Meter>,
    slow: Duration,
}

pub type Reader = Metered<DatabaseConnection>;
pub type Transaction = Metered<DatabaseTransaction>;

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
            .idle_timeout(Duration::from_secs(300))
            .max_lifetime(Duration::from_secs(1800))
            .test_before_acquire(false)
            .test_before_acquire_if_idle_for(Duration::from_secs(30))
            .sqlx_logging(false)
            .set_application_name("thali")
            .statement_timeout(config.db_statement_timeout)
            .map_sqlx_postgres_opts(|postgres| {
                postgres.options([("pg_trgm.word_similarity_threshold", LEAST_LIKENESS)])
            })
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(10))
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "NORMAL")
                    .pragma("cache_size", "-16384")
            });
        Ok(Self {
            pool: Database::connect(options).await?,
            slow: config.db_slow_statement,
        })
    }

    pub fn backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    /// Statements outside a transaction.
    pub fn reader(&self, meter: &Arc<Meter>) -> Reader {
        Metered {
            inner: self.pool.clone(),
            meter: meter.clone(),
            slow: self.slow,
        }
    }

    /// A transaction that may write. On SQLite it takes the write lock at once, so that
    /// it cannot fail half-way for want of it.
    pub async fn begin(&self, meter: &Arc<Meter>) -> Result<Transaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.pool.begin_with_options(options).await?;
        Ok(Metered {
            inner,
            meter: meter.clone(),
            slow: self.slow,
        })
    }

    /// The pool itself, for `migration`, which brings its own statements.
    pub fn for_migration(&self) -> &DatabaseConnection {
        &self.pool
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
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
