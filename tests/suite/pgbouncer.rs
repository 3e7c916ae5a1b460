//! Through a real PgBouncer everything is as it is without.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::{Value, json};
use thali::{
    command::{import::report::Progress, seed::seed_demo},
    config::{Config, DatabaseUrl, Switch},
    db::Meter,
};

use crate::{
    app::{Engine, TestApp},
    ask, operations,
};

pub mod process;
use process::PgBouncer;

/// A server that reaches the database of `direct` through `pgbouncer`.
async fn behind(
    pgbouncer: &PgBouncer,
    direct: &TestApp,
    change: impl FnOnce(&mut Config),
) -> TestApp {
    TestApp::with(Engine::Postgres, |config| {
        let url = pgbouncer.url(&direct.app.config.database());
        config.database_url = Some(DatabaseUrl(url));
        config.db_acquire_timeout = Duration::from_secs(60);
        change(config);
    })
    .await
}

fn unprepared(config: &mut Config) {
    config.db_prepare = Switch(false);
    config.db_pool = 12;
}

/// The example operations and searches with misspellings, each with its answer.
async fn asked(app: &TestApp) -> Vec<(String, Value, Value)> {
    let known = operations::placeholders(app).await;
    let examples = operations::all().into_iter();
    let mut asked: Vec<_> = examples
        .map(|operation| (operation.text.clone(), operation.variables(&known)))
        .collect();
    let search = "query ($text: String) { dishes(search: $text) { totalCount nodes { name } } }";
    // The last is so much misspelt that PostgreSQL's own threshold would not find it.
    for text in ["lentil", "chikpea", "spinnach shorba", "lentul"] {
        asked.push((search.to_owned(), json!({ "text": text })));
    }
    let mut answered = Vec::new();
    for (query, variables) in asked {
        let answer = app.data(&query, variables.clone()).await;
        answered.push((query, variables, answer));
    }
    let (_, _, misspelt) = answered.last().unwrap();
    assert_ne!(misspelt["dishes"]["totalCount"], 0);
    answered
}

/// Asks everything `rounds` times, all at once.
async fn answers_the_same(app: &TestApp, asked: &[(String, Value, Value)], rounds: usize) {
    let all = (0..rounds).flat_map(|_| asked);
    let asked = all.map(|(query, variables, answer)| async move {
        assert_eq!(app.data(query, variables.clone()).await, *answer, "{query}");
    });
    join_all(asked).await;
}

/// The connections that the server has for the database of `app`, other than this one.
async fn server_connections(app: &TestApp) -> i64 {
    let own = Database::connect(app.app.config.database()).await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let count = own.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
    let count = count.await.unwrap().unwrap().try_get_by_index(0).unwrap();
    own.close().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_everything_works_without_prepared_statements() {
    let direct = TestApp::start(Engine::Postgres).await;
    let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    let database = direct.app.db.for_migration();
    database.execute_unprepared(empty).await.unwrap();
    let pgbouncer = PgBouncer::start(&direct.app.config.database(), "transaction", 3);
    let through = behind(&pgbouncer, &direct, unprepared).await;
    through.app.migrate().await.unwrap();
    // A second process finds everything in its place, on the same connections to the server.
    behind(&pgbouncer, &direct, unprepared)
        .await
        .app
        .migrate()
        .await
        .unwrap();
    seed_demo(&through.app, &Progress::new("files"))
        .await
        .unwrap();
    let asked = asked(&direct).await;
    answers_the_same(&through, &asked, 8).await;
    assert_eq!(
        ask::Reply::to(through.client.get(through.url("/readyz")))
            .await
            .status,
        200
    );

    direct.app.db.clone().close().await.unwrap();
    let begun = Instant::now();
    while server_connections(&direct).await != 3 {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "not three connections to the server"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_transactions_are_whole() {
    let direct = TestApp::start(Engine::Postgres).await;
    let pgbouncer = PgBouncer::start(&direct.app.config.database(), "transaction", 3);
    let through = behind(&pgbouncer, &direct, unprepared).await;
    let database = direct.app.db.for_migration();
    let table =
        "CREATE TABLE counter (id int PRIMARY KEY, n bigint); INSERT INTO counter VALUES (1, 0)";
    database.execute_unprepared(table).await.unwrap();
    let statement = |sql: &str, values: [sea_orm::Value; 1]| {
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    };
    let read = "SELECT n FROM counter WHERE id = $1";
    let db = &through.app.db;
    let count = |n: i64| async move {
        let transaction = db.begin(&Meter::new("test")).await.unwrap();
        let lock = statement("SELECT n FROM counter WHERE id = $1 FOR UPDATE", [1.into()]);
        let before = transaction.query_one_raw(lock).await.unwrap().unwrap();
        let before: i64 = before.try_get_by_index(0).unwrap();
        let write = statement("UPDATE counter SET n = $1", [(before + n).into()]);
        let written = transaction.execute_raw(write).await.unwrap();
        assert_eq!(written.rows_affected(), 1);
        let after = transaction
            .query_all_raw(statement(read, [1.into()]))
            .await
            .unwrap();
        assert_eq!(after[0].try_get_by_index::<i64>(0).unwrap(), before + n);
        match n % 3 {
            0 => transaction.rollback().await.unwrap(),
            1 => transaction.commit().await.unwrap(),
            _ => drop(transaction),
        }
    };
    join_all((1..=30).map(count)).await;
    let committed: i64 = (1..=30).filter(|n| n % 3 == 1).sum();
    let reader = db.reader(&Meter::new("test"));
    let row = reader
        .query_one_raw(statement(read, [1.into()]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), committed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_a_statement_that_takes_too_long_is_ended() {
    let direct = TestApp::start(Engine::Postgres).await;
    let pgbouncer = PgBouncer::start(&direct.app.config.database(), "transaction", 3);
    let through = behind(&pgbouncer, &direct, |config| {
        unprepared(config);
        config.db_statement_timeout = Duration::from_millis(300);
    })
    .await;
    let held = direct.app.db.begin(&Meter::new("test")).await.unwrap();
    held.execute_unprepared("LOCK TABLE dish").await.unwrap();
    let query = "{ dishes { totalCount } }";
    let begun = Instant::now();
    let refused = join_all((0..6).map(|_| ask::query(&through, query))).await;
    assert!(begun.elapsed() < Duration::from_secs(4));
    for reply in refused {
        assert_eq!(
            (reply.status, &*reply.code()),
            (503, "UNAVAILABLE"),
            "{reply}"
        );
    }
    held.rollback().await.unwrap();
    // What the time-out ended left every connection fit for use.
    for reply in join_all((0..12).map(|_| ask::query(&through, query))).await {
        assert_eq!(reply.status, 200, "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_requests_that_are_given_up_hold_nothing() {
    let direct = TestApp::start(Engine::Postgres).await;
    let pgbouncer = PgBouncer::start(&direct.app.config.database(), "transaction", 1);
    let through = behind(&pgbouncer, &direct, |config| {
        unprepared(config);
        config.request_timeout = Duration::from_secs(2);
    })
    .await;
    let query = "{ dishes { totalCount } }";
    // With the only connection to the server taken, they wait for it until their time is over.
    let held = through.app.db.begin(&Meter::new("test")).await.unwrap();
    for reply in join_all((0..6).map(|_| ask::query(&through, query))).await {
        assert_eq!(
            (reply.status, &*reply.code()),
            (503, "UNAVAILABLE"),
            "{reply}"
        );
    }
    held.commit().await.unwrap();
    // PgBouncer hears of it when it serves them, in its turn.
    tokio::time::sleep(Duration::from_millis(500)).await;
    for reply in join_all((0..6).map(|_| ask::query(&through, query))).await {
        assert_eq!(reply.status, 200, "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_session_mode_statements_stay_prepared() {
    let direct = TestApp::start(Engine::Postgres).await;
    seed_demo(&direct.app, &Progress::new("files"))
        .await
        .unwrap();
    let name = direct.app.config.database();
    let name = name.rsplit('/').next().unwrap();
    // As deploy/pgbouncer.ini says.
    let settings = format!(
        "SELECT show_limit();
         ALTER DATABASE {name} SET statement_timeout = '10s';
         ALTER DATABASE {name} SET pg_trgm.word_similarity_threshold = 0.4;
         ALTER DATABASE {name} SET plan_cache_mode = 'force_generic_plan';
         ALTER DATABASE {name} SET jit = off"
    );
    let database = direct.app.db.for_migration();
    for sql in settings.split(';') {
        database.execute_unprepared(sql).await.unwrap();
    }
    let asked = asked(&direct).await;
    let pgbouncer = PgBouncer::start(&direct.app.config.database(), "session", 8);
    let through = behind(&pgbouncer, &direct, |_| {}).await;
    answers_the_same(&through, &asked, 4).await;
}
