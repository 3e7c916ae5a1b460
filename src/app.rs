//! The handles that everything borrows.

use std::sync::Arc;

use anyhow::Context;
use migration::{Migrator, MigratorTrait};

use crate::{clock::Clock, config::Config, db::Db};

#[derive(Clone, Debug)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub clock: Clock,
}

impl App {
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::connect(&config)
            .await
            .with_context(|| format!("DATABASE_URL: cannot open {:?}", config.shown_database()))?;
        Ok(Self {
            config: Arc::new(config),
            db,
            clock,
        })
    }

    /// Brings the database's schema up to date.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        Migrator::up(self.db.for_migration(), None)
            .await
            .context("cannot migrate the database")
    }
}
