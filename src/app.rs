//! The handles that everything borrows.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use migration::{Migrator, MigratorTrait};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use uuid::Uuid;

use crate::{
    auth::Tokens,
    bus::Bus,
    cache::Cache,
    clock::Clock,
    config::Config,
    db::Db,
    ordering::{MonthsSeen, make_months},
    outbox::Telling,
};

#[derive(Clone, Debug)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub clock: Clock,
    pub redis: Option<ConnectionManager>,
    pub cache: Cache,
    pub bus: Bus,
    pub telling: Arc<Telling>,
    pub tokens: Tokens,
    pub months: Arc<MonthsSeen>,
}

impl App {
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let replicas = !config.replica_urls.0.is_empty();
        ensure!(
            !replicas || config.database().starts_with("postgres"),
            "DATABASE_REPLICA_URLS: only PostgreSQL has replicas, and DATABASE_URL is {:?}",
            config.shown_database()
        );
        let db = Db::connect(&config)
            .await
            .with_context(|| format!("DATABASE_URL: cannot open {:?}", config.shown_database()))?;
        let redis = config
            .redis_url
            .as_ref()
            .map(|url| open_redis(&url.0))
            .transpose()?;
        let identity = db.identity().await.context("cannot ask the database")?;
        let bus = Bus::new(&config, &identity, &clock).context("REDIS_URL")?;
        let cache = Cache::new(&config, redis.clone().map(|redis| (redis, identity)));
        Ok(Self {
            config: Arc::new(config),
            db,
            clock,
            redis,
            cache,
            bus,
            telling: Arc::default(),
            tokens: Tokens::new(Uuid::now_v7().as_bytes()),
            months: Arc::default(),
        })
    }

    /// Brings the database's schema up to date, and makes the months of orders. Orders are kept
    /// without their month too, so that only the log hears when one cannot be made.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let migrate = async {
            let migrating = self.db.migrating().await?;
            Migrator::up(migrating.executor(), None).await?;
            migrating.end().await
        };
        migrate.await.context("cannot migrate the database")?;
        if let Err(error) = make_months(self).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "orders have no month of their own"
            );
        }
        Ok(())
    }
}

/// Opens Redis lazily: it may come and go while we serve.
fn open_redis(url: &str) -> anyhow::Result<ConnectionManager> {
    let client = redis::Client::open(url).context("REDIS_URL")?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(REDIS_TIMEOUT))
        .set_response_timeout(Some(REDIS_TIMEOUT));
    ConnectionManager::new_lazy_with_config(client, config).context("REDIS_URL")
}

const REDIS_TIMEOUT: Duration = Duration::from_millis(500);
