//! Requests share few connections.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait,
};
use serde_json::json;
use thali::command::{import::report::Progress, seed::seed_demo};

use crate::{
    app::{Engine, TestApp},
    ask,
};

/// Several batches of a request run at the same time, and a request keeps a connection: if it
/// kept one while it waits for another, requests would wait for each other for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_get_by_with_two_connections() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.db_pool = 2;
        config.db_acquire_timeout = Duration::from_secs(60);
    })
    .await;
    seed_demo(&app.app, &Progress::new("files")).await.unwrap();
    let query = r#"{
        hospital(by: { slug: "riverside-general" }) {
            wards { totalCount nodes { name } }
            kitchens { totalCount nodes { name dishes(first: 2) { nodes { allergens { presence } } } } }
            menus { totalCount nodes { acceptsOrdersUntil items(first: 3) { totalCount nodes { price { amountMinor } dish { name } } } } }
        }
        dishes(first: 2) { totalCount nodes { kitchen { name } } }
    }"#;
    let one = app.data(query, json!({})).await;
    let asked = join_all((0..60).map(|_| app.data(query, json!({}))));
    let answers = tokio::time::timeout(Duration::from_secs(60), asked).await;
    let answers = answers.expect("requests wait for each other");
    assert!(answers.iter().all(|answer| *answer == one));
}

/// How many connections to the database of `outside` wait for a lock.
async fn waiting(outside: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let count = outside.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
    count.await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_no_connection_in_time_is_told_to_come_again() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.db_pool = 2;
        config.db_acquire_timeout = Duration::from_millis(300);
        config.db_statement_timeout = Duration::from_secs(30);
    })
    .await;
    let outside = Database::connect(app.app.config.database()).await.unwrap();
    let lock = outside.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE dish").await.unwrap();

    let stuck = join_all((0..2).map(|_| ask::query(&app, "{ dishes { totalCount } }")));
    let refused = async {
        while waiting(&outside).await < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let begun = Instant::now();
        let asked = (0..20).map(|_| ask::query(&app, "{ hospitals { totalCount } }"));
        let replies = join_all(asked).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "they hang");
        lock.rollback().await.unwrap();
        replies
    };
    let (stuck, refused) = tokio::join!(stuck, refused);
    for reply in refused {
        assert_eq!(reply.status, 503, "{reply}");
        assert_eq!(reply.code(), "UNAVAILABLE");
        assert_eq!(reply.header("retry-after"), "1");
    }
    // Those that had a connection went on when the lock was gone, and so does everybody after.
    for reply in stuck {
        assert_eq!(reply.status, 200, "{reply}");
    }
    let after = join_all((0..20).map(|_| ask::query(&app, "{ hospitals { totalCount } }")));
    for reply in after.await {
        assert_eq!(reply.status, 200, "{reply}");
    }
}
