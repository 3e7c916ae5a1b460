//! The handles that everything borrows.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use migration::{Migrator, MigratorTrait};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::{
    auth::{Cookies, Passwords, Throttle, Tokens},
    bus::Bus,
    cache::Cache,
    carts::Carts,
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
    pub cookies: Cookies,
    pub carts: Carts,
    pub passwords: Passwords,
    /// Bounds how often somebody tries to sign in.
    pub sign_ins: Throttle,
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
        // By it the processes of this database find each other in Redis.
        let identity = match redis {
            Some(_) => Some(db.identity().await.context("cannot ask the database")?),
            None => None,
        };
        let stream = config.redis_url.as_ref().zip(identity.as_deref());
        let stream = stream.map(|(url, identity)| (url.0.as_str(), identity));
        let bus = Bus::new(stream, &clock).context("REDIS_URL")?;
        let shared = redis.clone().zip(identity);
        let cache = Cache::new(&config, shared.clone());
        Ok(Self {
            tokens: Tokens::new(config.token_keys.as_ref()),
            cookies: Cookies::new(shared.clone()),
            carts: Carts::new(shared.clone()),
            passwords: Passwords::default(),
            sign_ins: Throttle::new(SIGN_INS_ARE_COUNTED, shared),
            config: Arc::new(config),
            db,
            clock,
            redis,
            cache,
            bus,
            telling: Arc::default(),
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

/// After so long, attempts to sign in are counted anew.
const SIGN_INS_ARE_COUNTED: Duration = Duration::from_secs(15 * 60);
const REDIS_TIMEOUT: Duration = Duration::from_millis(500);
