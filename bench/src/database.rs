//! Throw-away databases; the first with the rows of the nested query.

use std::collections::BTreeSet;

use anyhow::Context;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

pub struct Scratch {
    pub url: String,
    name: String,
    admin: DatabaseConnection,
}

impl Scratch {
    pub async fn create() -> anyhow::Result<Self> {
        let scratch = Self::empty("menus").await?;
        let database = Database::connect(&scratch.url).await?;
        Migrator::up(&database, None).await?;
        database
            .execute_unprepared(include_str!("fill.sql"))
            .await?;
        database.close().await?;
        Ok(scratch)
    }

    /// One without tables.
    pub async fn empty(what: &str) -> anyhow::Result<Self> {
        Self::like(what, "template1").await
    }

    /// Another one with the same tables and rows. Who is connected to this one is cut off.
    pub async fn copy(&self, what: &str) -> anyhow::Result<Self> {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        let name = self.name.as_str();
        let end = Statement::from_sql_and_values(DbBackend::Postgres, end, [name.into()]);
        self.admin.query_all_raw(end).await?;
        Self::like(what, name).await
    }

    async fn like(what: &str, template: &str) -> anyhow::Result<Self> {
        let admin = std::env::var("TEST_DATABASE_URL")
            .context("TEST_DATABASE_URL is not set: run this through scripts/with-services")?;
        let name = format!("thali_bench_{}_{what}", std::process::id());
        let (server, _) = admin.rsplit_once('/').context("TEST_DATABASE_URL")?;
        let url = format!("{server}/{name}");
        let admin = Database::connect(admin).await?;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        admin.execute_unprepared(&create).await?;
        Ok(Self { url, name, admin })
    }

    pub async fn drop(self) -> anyhow::Result<()> {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.admin.execute_unprepared(&drop).await?;
        Ok(())
    }

    /// The processes of the server that work for this database.
    pub async fn backends(&self) -> anyhow::Result<Vec<u32>> {
        let rows = self.activity("pid").await?;
        let pids = rows.iter().map(|row| row.try_get::<i32>("", "pid"));
        pids.map(|pid| Ok(pid? as u32)).collect()
    }

    /// How many statements have run on this database: outside of transactions each is one.
    pub async fn statements_run(&self) -> anyhow::Result<f64> {
        let sql = "SELECT (xact_commit + xact_rollback)::float8 AS run FROM pg_stat_database
                   WHERE datname = $1";
        let name = self.name.as_str();
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
        let row = self.admin.query_one_raw(statement).await?;
        let row = row.context("the database is gone")?;
        Ok(row.try_get("", "run")?)
    }

    /// The statements that ran last, in one form: blanks are single, and no longer than the
    /// server keeps them.
    pub async fn statements(&self) -> anyhow::Result<BTreeSet<String>> {
        let rows = self.activity("query").await?;
        let texts = rows.iter().map(|row| row.try_get::<String>("", "query"));
        let texts = texts.map(|text| Ok(in_one_form(&text?)));
        texts.collect()
    }

    async fn activity(&self, column: &str) -> anyhow::Result<Vec<sea_orm::QueryResult>> {
        let sql = format!(
            "SELECT {column} FROM pg_stat_activity
             WHERE datname = $1 AND backend_type = 'client backend'"
        );
        let name = self.name.as_str();
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
        Ok(self.admin.query_all_raw(statement).await?)
    }
}

/// Single blanks, and not more than `track_activity_query_size` leaves over.
pub fn in_one_form(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(900).collect()
}
