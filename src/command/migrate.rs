//! `thali migrate`: the schema up to date, back, or as it stands.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use migration::{MigrationStatus, Migrator, MigratorTrait};

use crate::{app::App, ordering::make_months};

#[derive(Args)]
pub struct Migrate {
    /// Take the newest N migrations back, with all data in their tables
    #[arg(long, value_name = "N")]
    down: Option<u32>,

    /// Only list the migrations and whether each was applied
    #[arg(long, conflicts_with = "down")]
    status: bool,
}

impl Migrate {
    pub async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        if let Some(steps) = self.down {
            let down = async {
                let migrating = app.db.migrating().await?;
                Migrator::down(migrating.executor(), Some(steps)).await?;
                migrating.end().await
            };
            down.await.context("cannot take the migrations back")?;
        } else if !self.status {
            app.migrate().await?;
        }
        print(app).await?;
        if self.down.is_none() && !self.status {
            print_months(app).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[expect(clippy::print_stdout, reason = "the list is what was asked for")]
async fn print(app: &App) -> anyhow::Result<()> {
    let migrating = app.db.migrating().await?;
    let migrations = Migrator::get_migration_with_status(&migrating.executor()).await?;
    migrating.end().await?;
    for migration in migrations {
        let status = match migration.status() {
            MigrationStatus::Applied => "applied",
            MigrationStatus::Pending => "pending",
        };
        println!("{status}  {}", migration.name());
    }
    Ok(())
}

/// Says what the default partitions hold, which should be nothing.
#[expect(clippy::print_stdout, reason = "who migrates has to know")]
async fn print_months(app: &App) -> anyhow::Result<()> {
    for (table, rows) in make_months(app).await? {
        println!(
            "{table}: {rows} rows or more are in the default partition; \
             docs/operations/partitions.md says what to do"
        );
    }
    Ok(())
}
