//! Automatic persisted queries.

use std::time::Instant;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thali::config::RedisUrl;

use crate::{
    app::{Engine, TestApp},
    ask::{Reply, get, post},
};

/// A document that no other test, nor another run, has registered.
fn fresh(document: &str) -> String {
    format!("# {}\n{document}", uuid::Uuid::now_v7())
}

fn hash(document: &str) -> String {
    let digest = Sha256::digest(document.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn extensions(hash: impl Into<Value>) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash.into() } })
}

async fn send(app: &TestApp, body: Value) -> Reply {
    Reply::to(post(app).json(&body)).await
}

async fn by_hash(app: &TestApp, hash: &str) -> Reply {
    send(app, json!({ "extensions": extensions(hash) })).await
}

async fn register(app: &TestApp, document: &str) -> Reply {
    let body = json!({ "query": document, "extensions": extensions(hash(document)) });
    send(app, body).await
}

async fn start() -> TestApp {
    TestApp::start(Engine::Sqlite).await
}

#[tokio::test]
async fn an_unknown_one_is_asked_for() {
    let app = start().await;
    insta::assert_snapshot!(by_hash(&app, &hash("{ serverTime }")).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND","requestId":"r1"}}]}
    "#);
    let json = post(&app).header("accept", "application/json");
    let body = json!({ "extensions": extensions(hash("{ serverTime }")) });
    let reply = Reply::to(json.json(&body)).await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_registered_one_goes_by_post_and_by_get() {
    let app = start().await;
    let document = "query Time($off: Boolean = false) { serverTime @skip(if: $off) __typename }";
    insta::assert_snapshot!(register(&app, document).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"serverTime":"2026-11-23T09:00:00Z","__typename":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
    insta::assert_snapshot!(by_hash(&app, &hash(document)).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"serverTime":"2026-11-23T09:00:00Z","__typename":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
    let upper = hash(document).to_uppercase();
    assert_eq!(by_hash(&app, &upper).await.status, 200);

    let extensions = extensions(hash(document)).to_string();
    let parameters = [
        ("extensions", extensions.as_str()),
        ("operationName", "Time"),
        ("variables", r#"{"off":true}"#),
    ];
    insta::assert_snapshot!(Reply::to(get(&app, &parameters)).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"__typename":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
}

#[tokio::test]
async fn a_batch_can_have_several() {
    let app = start().await;
    let documents = ["{ serverTime }", "{ __typename }"];
    for document in documents {
        assert_eq!(register(&app, document).await.status, 200);
    }
    let batch = documents.map(|document| json!({ "extensions": extensions(hash(document)) }));
    insta::assert_snapshot!(send(&app, json!(batch)).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    [{"data":{"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":0,"actual":0,"available":25000}}},{"data":{"__typename":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":25000}}}]
    "#);
}

#[tokio::test]
async fn a_hash_of_something_else_is_refused() {
    let app = start().await;
    let wrong = hash("{ __typename }");
    let body = json!({ "query": "{ serverTime }", "extensions": extensions(wrong.as_str()) });
    insta::assert_snapshot!(send(&app, body).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`sha256Hash` is not the hash of `query`.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    assert_eq!(
        by_hash(&app, &wrong).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let known = hash("{ serverTime }");
    assert_eq!(
        by_hash(&app, &known).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_document_that_cannot_run_is_not_kept() {
    let app = start().await;
    for document in ["{ nothing }", "{ serverTime", "mutation { x }"] {
        assert_eq!(register(&app, document).await.status, 400);
        let code = by_hash(&app, &hash(document)).await.code();
        assert_eq!(code, "PERSISTED_QUERY_NOT_FOUND", "{document}");
    }
}

#[tokio::test]
async fn what_is_no_hash_is_refused_and_named() {
    let app = start().await;
    let good = hash("{ serverTime }");
    for wrong in [
        json!(null),
        json!(42),
        json!(""),
        json!("+f".repeat(32)),
        json!(good[1..]),
        json!(format!("{good}0")),
        json!(format!(" {}", &good[1..])),
        json!("é".repeat(32)),
        json!([good]),
    ] {
        // Also beside a query: what looks registered must not silently be forgotten.
        for query in [Value::Null, json!("{ serverTime }")] {
            let body = json!({ "query": query, "extensions": extensions(wrong.clone()) });
            let reply = send(&app, body).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (400, "BAD_USER_INPUT"),
                "{wrong}"
            );
        }
    }
    for persisted in [
        json!({}),
        json!("x"),
        json!(null),
        json!([]),
        json!({ "version": 2, "sha256Hash": good }),
    ] {
        let body = json!({ "extensions": { "persistedQuery": persisted } });
        let reply = send(&app, body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BAD_USER_INPUT"),
            "{persisted}"
        );
    }
}

async fn with_redis(url: String) -> TestApp {
    TestApp::with(Engine::Sqlite, |config| {
        config.redis_url = Some(RedisUrl(url))
    })
    .await
}

fn redis() -> String {
    std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL is not set: run the tests with `make test`")
}

#[tokio::test]
async fn servers_share_them_through_redis() {
    let (one, other) = (with_redis(redis()).await, with_redis(redis()).await);
    // A Redis that is late, on a busy machine, is passed over: then another one is tried.
    for _ in 0..20 {
        let document = fresh("{ serverTime }");
        let hash = hash(&document);
        assert_eq!(
            by_hash(&other, &hash).await.code(),
            "PERSISTED_QUERY_NOT_FOUND"
        );
        assert_eq!(register(&one, &document).await.status, 200);
        if by_hash(&other, &hash).await.status == 200 {
            return;
        }
    }
    panic!("twenty documents in turn were not shared");
}

#[tokio::test]
async fn what_redis_has_wrong_is_not_run() {
    let app = with_redis(redis()).await;
    let document = fresh("{ serverTime }");
    let client = redis::Client::open(redis()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("thali:apq:{}", hash(&document));
    let set = redis::cmd("SET")
        .arg(&key)
        .arg("{ __typename }")
        .arg("EX")
        .arg(60)
        .to_owned();
    set.exec_async(&mut connection).await.unwrap();
    let code = by_hash(&app, &hash(&document)).await.code();
    assert_eq!(code, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn they_work_without_the_redis_that_is_set() {
    // Nothing listens on the discard port.
    let app = with_redis("redis://127.0.0.1:9".into()).await;
    let begun = Instant::now();
    let document = "{ serverTime }";
    assert_eq!(
        by_hash(&app, &hash(document)).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    assert_eq!(register(&app, document).await.status, 200);
    assert_eq!(by_hash(&app, &hash(document)).await.status, 200);
    assert!(begun.elapsed().as_millis() < 2000, "{:?}", begun.elapsed());
}
