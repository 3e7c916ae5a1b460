//! A pool of connections to one server, and how statements run on them.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, SqlxError, Statement,
    sqlx::{
        Postgres,
        pool::PoolConnection,
        postgres::{PgConnectOptions, PgRow},
    },
};

use super::unprepared::{self, Unprepared, acquire_error, bound};
use crate::{config::Config, search::LEAST_LIKENESS};

/// A statement has one text for any keys, and every month of orders in its plan: planned anew for
/// its values it takes longer than it runs.
pub const PLANS: (&str, &str) = ("plan_cache_mode", "force_generic_plan");
/// Such a plan is taken for dearer than it is, and would be compiled.
pub const JIT: (&str, &str) = ("jit", "off");

#[derive(Clone, Debug)]
pub struct Pool {
    pub connections: DatabaseConnection,
    /// How statements run where none are prepared.
    pub unprepared: Option<Unprepared>,
    waiting: Arc<AtomicU32>,
}

/// What a pool has and does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFacts {
    /// Connections on which something runs, or that a request keeps.
    pub in_use: u32,
    pub idle: u32,
    /// Connections at most.
    pub max: u32,
    /// Those who wait for a connection (PostgreSQL).
    pub waiting: u32,
}

/// Somebody who waits for a connection, also when that is given up.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// Connects once, to see that the server is there.
    pub async fn open(url: &str, config: &Config) -> Result<Self, DbErr> {
        Self::connect(url, config, false).await
    }

    /// Connects when there is something to run.
    pub async fn open_lazily(url: &str, config: &Config) -> Result<Self, DbErr> {
        Self::connect(url, config, true).await
    }

    async fn connect(url: &str, config: &Config, is_lazy: bool) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(match url.strip_prefix("sqlite://") {
            Some(file) => sqlite_file(file)?,
            None => url.to_owned(),
        });
        options
            .connect_lazy(is_lazy)
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
                    let least = [("pg_trgm.word_similarity_threshold", LEAST_LIKENESS)];
                    postgres.options(least).options([PLANS, JIT])
                });
        }
        Ok(Self {
            connections: Database::connect(options).await?,
            unprepared: is_unprepared.then(|| Unprepared::new(config)),
            waiting: Arc::default(),
        })
    }

    pub fn backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    /// How its connections are made (PostgreSQL).
    pub fn server(&self) -> Arc<PgConnectOptions> {
        let pool = self.connections.get_postgres_connection_pool();
        pool.connect_options()
    }

    /// A connection to PostgreSQL, for which the pool lets wait for so long as the settings say.
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, DbErr> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let pool = self.connections.get_postgres_connection_pool();
        pool.acquire().await.map_err(acquire_error)
    }

    /// Reads on a connection of this pool.
    pub async fn fetch_all(
        &self,
        connection: &mut PoolConnection<Postgres>,
        statement: Statement,
    ) -> Result<Vec<PgRow>, SqlxError> {
        match &self.unprepared {
            None => bound(statement).fetch_all(&mut **connection).await,
            Some(unprepared) => unprepared.fetch_all(connection, statement).await,
        }
    }

    pub fn facts(&self) -> PoolFacts {
        let (size, idle, max) = match self.backend() {
            DbBackend::Postgres => {
                let pool = self.connections.get_postgres_connection_pool();
                let max = pool.options().get_max_connections();
                (pool.size(), pool.num_idle(), max)
            }
            _ => {
                let pool = self.connections.get_sqlite_connection_pool();
                let max = pool.options().get_max_connections();
                (pool.size(), pool.num_idle(), max)
            }
        };
        // They are not counted at the same moment.
        let idle = u32::try_from(idle).unwrap_or(size).min(size);
        PoolFacts {
            in_use: size - idle,
            idle,
            max,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
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
