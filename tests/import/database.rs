//! A database of its own for each test, on each kind of server.

use std::{env, future::Future};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tempfile::TempDir;
use thali::{
    app::App,
    clock::Clock,
    config::{Config, DatabaseUrl},
    db::Meter,
};

/// When every test begins: a Saturday.
pub fn today() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// Runs `test` on SQLite and on PostgreSQL at once, each with an empty, migrated database.
pub async fn on_both<F: Future<Output = ()> + Send + 'static>(test: impl Fn(App) -> F) {
    let sqlite = TestDb::sqlite().await;
    let postgres = TestDb::postgres().await;
    let (first, second) = tokio::join!(
        tokio::spawn(test(sqlite.app.clone())),
        tokio::spawn(test(postgres.app.clone()))
    );
    sqlite.drop().await;
    postgres.drop().await;
    first.expect("on SQLite");
    second.expect("on PostgreSQL");
}

/// A database that is gone when the test is.
pub struct TestDb {
    pub app: App,
    folder: TempDir,
    server: Option<(String, String)>,
}

impl TestDb {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        Self::start(config, folder, None).await
    }

    pub async fn postgres() -> Self {
        let server = env::var("TEST_DATABASE_URL").expect(
            "TEST_DATABASE_URL must name a PostgreSQL server on which databases can be made, \
             such as postgres://postgres@127.0.0.1:5432/postgres",
        );
        let name = format!("thali_import_{}", uuid::Uuid::now_v7().simple());
        let (base, _) = server
            .rsplit_once('/')
            .expect("a database in TEST_DATABASE_URL");
        let mut config = Config::defaults();
        config.database_url = Some(DatabaseUrl(format!("{base}/{name}")));
        config.db_pool = 4;
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Self::start(config, TempDir::new().unwrap(), Some((server, name))).await
    }

    async fn start(config: Config, folder: TempDir, server: Option<(String, String)>) -> Self {
        let app = App::start(config, Clock::fixed(today())).await.unwrap();
        app.migrate().await.unwrap();
        Self {
            app,
            folder,
            server,
        }
    }

    pub async fn drop(self) {
        self.app.db.close().await.unwrap();
        if let Some((server, name)) = self.server {
            run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        self.folder.close().unwrap();
    }
}

async fn run(server: &str, sql: &str) {
    let server = Database::connect(server).await.expect("TEST_DATABASE_URL");
    server.execute_unprepared(sql).await.unwrap();
    server.close().await.unwrap();
}

/// The first column of the answer, as numbers.
pub async fn numbers(app: &App, sql: &str) -> Vec<i64> {
    query(app, sql)
        .await
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// The first column of the answer, as texts.
pub async fn texts(app: &App, sql: &str) -> Vec<String> {
    query(app, sql)
        .await
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

pub async fn rows_of(app: &App, table: &str) -> i64 {
    numbers(app, &format!("SELECT COUNT(*) FROM {table}")).await[0]
}

async fn query(app: &App, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(app.db.backend(), sql);
    let rows = app
        .db
        .reader(&Meter::new("test"))
        .query_all_raw(statement)
        .await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

const TABLES: [&str; 14] = [
    "hospital",
    "ward",
    "meal_window",
    "delivery_slot",
    "kitchen",
    "kitchen_hours",
    "kitchen_hospital",
    "dish",
    "dish_allergen",
    "menu",
    "menu_section",
    "menu_item",
    "menu_item_price",
    "availability",
];

/// Every value of every row, table by table.
pub async fn dump(app: &App) -> Vec<(&'static str, Vec<String>)> {
    let mut dump = Vec::new();
    for table in TABLES {
        let row = match app.db.backend() {
            DbBackend::Postgres => format!("{table}::text"),
            _ => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let columns = texts(app, &columns).await;
                let quoted: Vec<String> = columns
                    .iter()
                    .map(|column| format!("quote({column})"))
                    .collect();
                quoted.join(" || ',' || ")
            }
        };
        let rows = texts(app, &format!("SELECT {row} FROM {table} ORDER BY 1")).await;
        dump.push((table, rows));
    }
    dump
}

/// Fails with the rows that differ.
pub fn assert_same(before: &[(&str, Vec<String>)], after: &[(&str, Vec<String>)]) {
    for ((table, before), (_, after)) in before.iter().zip(after) {
        assert_eq!(before.len(), after.len(), "rows of {table}");
        let differing = before
            .iter()
            .zip(after)
            .find(|(before, after)| before != after);
        assert_eq!(differing, None, "a row of {table}");
    }
}
