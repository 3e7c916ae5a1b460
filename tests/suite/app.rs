//! `TestApp`: a server with a database of its own.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use thali::{
    app::App,
    auth::SignedIn,
    clock::Clock,
    config::{AdminToken, Config, Switch},
    http,
};
use uuid::Uuid;

/// The database under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Declares a test that runs on both databases.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($app: $crate::app::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn on_sqlite() {
                run($crate::app::TestApp::start($crate::app::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn on_postgres() {
                run($crate::app::TestApp::start($crate::app::Engine::Postgres).await).await;
            }
        }
    };
}

pub struct TestApp {
    pub app: App,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    database: Arc<TestDatabase>,
}

/// The token of the administrator.
pub const TOKEN: &str = "token-of-the-tests";

/// Monday, 23 November 2026, nine in the morning in London.
pub fn monday() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

impl TestApp {
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// Starts with settings changed by `change`.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        let database = Arc::new(TestDatabase::create(engine).await);
        let mut config = Config::defaults();
        config.database_url = Some(thali::config::DatabaseUrl(database.url.clone()));
        config.environment = Some(thali::config::Environment::Development);
        config.admin_token = AdminToken::new(TOKEN);
        config.db_pool = 8;
        config.cache = Switch(false);
        change(&mut config);
        Self::serve(config, database).await
    }

    /// Starts another server on the same database, with settings changed by `change`.
    pub async fn beside(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = (*self.app.config).clone();
        change(&mut config);
        Self::serve(config, self.database.clone()).await
    }

    async fn serve(config: Config, database: Arc<TestDatabase>) -> Self {
        let app = App::start(config, Clock::fixed(monday())).await.unwrap();
        if database.engine == Engine::Sqlite {
            app.migrate().await.unwrap();
        }
        app.db.watch_replicas();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let site = http::Site::new(app.clone()).unwrap();
        let patience = http::Patience::default();
        tokio::spawn(http::serve(
            listener,
            site,
            patience,
            std::future::pending(),
        ));
        Self {
            app,
            address,
            client: reqwest::Client::new(),
            database,
        }
    }

    pub fn engine(&self) -> Engine {
        self.database.engine
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends an operation and returns the whole answer, trace included.
    pub async fn execute(&self, query: &str, variables: Value) -> Value {
        send(self.operation(query, variables)).await
    }

    /// The same in the name of the administrator.
    pub async fn execute_as_administrator(&self, query: &str, variables: Value) -> Value {
        send(self.operation(query, variables).bearer_auth(TOKEN)).await
    }

    /// The same in the name of somebody who has an account.
    pub async fn execute_as(&self, account: Uuid, query: &str, variables: Value) -> Value {
        let token = self.token_of(account).await;
        send(self.operation(query, variables).bearer_auth(token)).await
    }

    /// An access token of a person of the tests, whose session has the id of the account.
    pub async fn token_of(&self, account: Uuid) -> String {
        let who = SignedIn {
            account,
            session: account,
        };
        let keys = self.app.tokens.keys(&self.app.db).await.unwrap();
        let token = keys.issue(who, self.app.clock.now(), DateTime::<Utc>::MAX_UTC);
        token.unwrap().0
    }

    fn operation(&self, query: &str, variables: Value) -> reqwest::RequestBuilder {
        self.client
            .post(self.url("/graphql"))
            .header("x-thali-trace", "1")
            .header("accept", "application/graphql-response+json")
            .json(&json!({ "query": query, "variables": variables }))
    }

    /// The data of what [`Self::execute_as_administrator`] answers.
    pub async fn data_as_administrator(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.execute_as_administrator(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"].take()
    }

    /// Waits until something holds that holds soon.
    pub async fn until(&self, mut holds: impl AsyncFnMut() -> bool) {
        for _ in 0..200 {
            if holds().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("it never holds");
    }

    /// Sends an operation that must succeed and returns its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.execute(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"].take()
    }
}

async fn send(request: reqwest::RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

/// A database that goes when it is dropped.
struct TestDatabase {
    engine: Engine,
    url: String,
    _folder: Option<TempDir>,
}

/// The PostgreSQL server that tests may use. There is always one: `make test` sees to it.
fn postgres() -> String {
    std::env::var("TEST_DATABASE_URL")
        .expect("TEST_DATABASE_URL is not set: run the tests with `make test`")
}

fn named(url: &str, database: &str) -> String {
    let (server, _) = url
        .rsplit_once('/')
        .expect("TEST_DATABASE_URL ends with /DATABASE");
    format!("{server}/{database}")
}

async fn administrate(sql: String) {
    let admin = Database::connect(postgres())
        .await
        .expect("TEST_DATABASE_URL answers");
    admin.execute_unprepared(&sql).await.unwrap();
    admin.close().await.unwrap();
}

/// A migrated database from which the others are copied, once for the whole run.
async fn template() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _making = MAKING.lock().await;
    if let Some(name) = NAME.get() {
        return name;
    }
    let name = format!("thali_template_{}", std::process::id());
    administrate(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    administrate(format!("CREATE DATABASE {name}")).await;
    let database = Database::connect(named(&postgres(), &name)).await.unwrap();
    Migrator::up(&database, None).await.unwrap();
    database.close().await.unwrap();
    NAME.get_or_init(|| name)
}

impl TestDatabase {
    async fn create(engine: Engine) -> Self {
        if engine == Engine::Sqlite {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}", folder.path().join("test.db").display());
            return Self {
                engine,
                url,
                _folder: Some(folder),
            };
        }
        let template = template().await;
        let name = format!("thali_test_{}", Uuid::now_v7().simple());
        // PostgreSQL copies a template for one at a time.
        static COPYING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let copying = COPYING.lock().await;
        administrate(format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        drop(copying);
        Self {
            engine,
            url: named(&postgres(), &name),
            _folder: None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.engine == Engine::Sqlite {
            return;
        }
        let name = self.url.rsplit('/').next().unwrap().to_owned();
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime
                .unwrap()
                .block_on(administrate(format!("DROP DATABASE {name} WITH (FORCE)")));
        };
        std::thread::spawn(drop).join().unwrap();
    }
}
