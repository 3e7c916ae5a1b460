//! What the process tells Prometheus.

use std::{collections::BTreeMap, time::Duration};

use thali::db::Meter;

use crate::{
    app::{Engine, TestApp},
    ask::{self, Reply},
};

/// Every line that has a number, by what is before it.
async fn told(app: &TestApp) -> BTreeMap<String, f64> {
    let reply = Reply::to(app.client.get(app.url("/metrics"))).await;
    assert_eq!(reply.status, 200, "{reply}");
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4");
    assert_eq!(reply.header("cache-control"), "no-store");
    let mut told = BTreeMap::new();
    for line in reply.body.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let family = name.split('{').next().unwrap();
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| family.strip_suffix(suffix))
            .unwrap_or(family);
        for word in ["HELP", "TYPE"] {
            assert!(
                reply.body.contains(&format!("# {word} {family} ")),
                "{line}"
            );
        }
        told.insert(name.to_owned(), value.parse().unwrap());
    }
    told
}

crate::on_both! {
    async fn operations_are_counted_by_what_became_of_them(app: TestApp) {
        ask::query(&app, "{ serverTime }").await;
        ask::query(&app, "{ serverTime }").await;
        ask::query(&app, "{ nothing }").await;
        ask::query(&app, "{ dishes(first: -1) { totalCount } }").await;
        let input = "{ menuItem: \"x\", price: { portionMinor: 1 }, currency: \"GBP\", \
                      expectedVersion: 1, idempotencyKey: \"k\" }";
        let change = format!("mutation {{ setMenuItemPrice(input: {input}) {{ problems {{ code }} }} }}");
        ask::query(&app, &change).await;
        let told = told(&app).await;
        let count = |kind: &str, outcome: &str| {
            let name = format!("thali_operations_total{{kind=\"{kind}\",outcome=\"{outcome}\"}}");
            told.get(&name).copied().unwrap_or_default()
        };
        assert_eq!(count("query", "ok"), 2.0);
        assert_eq!(count("query", "refused"), 1.0);
        assert_eq!(count("query", "errors"), 1.0);
        assert_eq!(count("mutation", "errors"), 1.0);
        let seconds = "thali_operation_duration_seconds_count{kind=\"query\"}";
        assert_eq!(told[seconds], 3.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_connection_is_counted() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.db_pool = 1;
        config.db_acquire_timeout = Duration::from_secs(30);
        config.request_timeout = Duration::from_secs(2);
    })
    .await;
    let held = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let query = ask::query(&app, "{ hospitals { totalCount } }");
    let observed = async {
        loop {
            let told = told(&app).await;
            if told["thali_db_waiting{server=\"primary\"}"] == 1.0 {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let observed = tokio::time::timeout(Duration::from_secs(20), observed);
    let (given_up, told_before) = tokio::join!(query, observed);
    let told_before = told_before.expect("nobody waits");
    assert_eq!(given_up.status, 503);
    let primary = |state: &str| {
        told_before[&format!("thali_db_connections{{server=\"primary\",state=\"{state}\"}}")]
    };
    assert_eq!((primary("in_use"), primary("idle")), (1.0, 0.0));
    assert_eq!(
        told_before["thali_db_connections_max{server=\"primary\"}"],
        1.0
    );
    held.rollback().await.unwrap();
    let after = told(&app).await;
    assert_eq!(after["thali_db_waiting{server=\"primary\"}"], 0.0);
    let given_up = "thali_operations_total{kind=\"unknown\",outcome=\"given_up\"}";
    assert_eq!(after[given_up], 1.0);
}

#[tokio::test]
async fn nothing_of_anybody_is_told() {
    let app = TestApp::start(Engine::Sqlite).await;
    let request = ask::post(&app).bearer_auth("a-secret-of-somebody");
    let query =
        serde_json::json!({ "query": "query Anna { dishes(search: \"anna\") { totalCount } }" });
    Reply::to(request.json(&query)).await;
    let body = Reply::to(app.client.get(app.url("/metrics"))).await.body;
    for private in ["nna", "secret", "r1", "127.0.0.1", "sqlite"] {
        assert!(!body.contains(private), "{private}: {body}");
    }
}
