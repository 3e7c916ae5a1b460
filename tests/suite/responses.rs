//! Finished answers that are kept: who gets one, in which form, and who never does.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thali::config::{Bytes, Switch};

use crate::{
    app::{Engine, TestApp, monday},
    ask::{Reply, get, post},
};

mod changes;
mod found;
mod viewers;

/// Public, and long enough to be compressed.
fn public() -> String {
    let aliases: Vec<String> = (0..20)
        .map(|n| format!("{}{n}: __typename", "a".repeat(100)))
        .collect();
    format!("{{ {} }}", aliases.join(" "))
}

async fn start() -> TestApp {
    TestApp::with(Engine::Sqlite, |config| config.cache = Switch(true)).await
}

async fn fetch(app: &TestApp, query: &str, headers: &[(&str, &str)]) -> Reply {
    let request = get(app, &[("query", query)]);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    Reply::to(request).await
}

#[tokio::test]
async fn a_public_answer_may_be_kept_by_all() {
    let app = start().await;
    for _ in 0..2 {
        let reply = fetch(&app, "{ __typename }", &[]).await;
        assert_eq!(reply.status, 200);
        let cost = r#""cost":{"requested":0,"actual":0,"available":50000}"#;
        let body = format!(r#"{{"data":{{"__typename":"Query"}},"extensions":{{{cost}}}}}"#);
        assert_eq!(reply.body, body);
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        let vary = reply.header("vary");
        assert!(
            vary.starts_with("accept, accept-encoding, authorization, cookie"),
            "{vary}"
        );
        assert_eq!(reply.header("etag").len(), 34);
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
        assert_eq!(reply.header("x-request-id"), "r1");
    }
}

#[tokio::test]
async fn who_has_it_is_told_so() {
    let app = start().await;
    let etag = fetch(&app, "{ __typename }", &[]).await.header("etag");
    let reply = fetch(&app, "{ __typename }", &[("if-none-match", &etag)]).await;
    assert_eq!((reply.status, reply.body.as_str()), (304, ""));
    assert_eq!(reply.header("etag"), etag);
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    // The same bytes are another thing in another media type.
    let json = [
        ("accept", "application/json"),
        ("if-none-match", etag.as_str()),
    ];
    let request = app
        .client
        .get(app.url("/graphql"))
        .query(&[("query", "{ __typename }")]);
    let request = json.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let reply = Reply::to(request).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.header("etag"), etag);
    assert_eq!(
        reply.header("content-type"),
        "application/json; charset=utf-8"
    );
    // And so is the answer of an instance that has other data, but not that of one which has not.
    let other = start().await;
    let reply = fetch(&other, "{ __typename }", &[("if-none-match", &etag)]).await;
    assert_eq!(reply.status, 304);
}

#[tokio::test]
async fn compressed_bytes_are_kept_too() {
    let app = start().await;
    let gzip = [("accept-encoding", "gzip")];
    let first = fetch(&app, &public(), &gzip).await;
    let again = fetch(&app, &public(), &gzip).await;
    let plain = fetch(&app, &public(), &[]).await;
    assert_eq!(first.header("content-encoding"), "gzip");
    // The length is known: it was not compressed on the way out.
    let length: usize = again.header("content-length").parse().unwrap();
    assert!(length < plain.body.len() / 2, "{length}");
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(plain.header("content-encoding"), "");
    assert_ne!(first.header("etag"), plain.header("etag"));
    let known = [gzip[0], ("if-none-match", &first.header("etag"))];
    assert_eq!(fetch(&app, &public(), &known).await.status, 304);
}

#[tokio::test]
async fn what_was_asked_with_post_is_nobody_elses_copy() {
    let app = start().await;
    for _ in 0..2 {
        let reply = Reply::to(post(&app).json(&json!({ "query": public() }))).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("etag"), "");
    }
}

#[tokio::test]
async fn neither_errors_nor_live_fields_are_kept() {
    let app = start().await;
    for query in [
        "{ serverTime }",
        "{ __typename serverTime }",
        "{ nothing }",
        "{",
        "{ __schema { queryType { name } } }",
        "mutation { __typename }",
    ] {
        for _ in 0..2 {
            let reply = fetch(&app, query, &[]).await;
            assert_eq!(reply.header("cache-control"), "no-store", "{query}");
            assert_eq!(reply.header("etag"), "", "{query}");
        }
    }
    let before = fetch(&app, "{ serverTime }", &[]).await.body;
    app.app.clock.set(monday() + chrono::TimeDelta::seconds(1));
    assert_ne!(fetch(&app, "{ serverTime }", &[]).await.body, before);
}

#[tokio::test]
async fn operations_that_differ_in_anything_are_answered_apart() {
    let app = start().await;
    let document = "query A($x: Boolean!) { ... @include(if: $x) { __typename } a: __typename }
                    query B { b: __typename }";
    let ask = async |name: &str, variables: Value| {
        let body = json!({
            "query": document, "operationName": name, "variables": variables,
        });
        let by_post = Reply::to(post(&app).json(&body)).await;
        let parameters = [
            ("query", document),
            ("operationName", name),
            ("variables", &variables.to_string()),
        ];
        let by_get = Reply::to(get(&app, &parameters)).await;
        assert_eq!(by_post.body, by_get.body);
        assert_eq!(by_get.status, 200, "{by_get}");
        by_get.json()["data"].take()
    };
    for _ in 0..2 {
        let both = json!({ "__typename": "Query", "a": "Query" });
        assert_eq!(ask("A", json!({ "x": true })).await, both);
        assert_eq!(
            ask("A", json!({ "x": false })).await,
            json!({ "a": "Query" })
        );
        assert_eq!(ask("B", json!({})).await, json!({ "b": "Query" }));
    }
}

#[tokio::test]
async fn without_room_nothing_is_kept() {
    for (cache, room) in [(true, None), (false, Some(Bytes(1 << 20)))] {
        let app = TestApp::with(Engine::Sqlite, |config| {
            config.cache = Switch(cache);
            config.response_cache = room;
        });
        let reply = fetch(&app.await, "{ __typename }", &[]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("etag"), "");
    }
}

#[tokio::test]
async fn a_persisted_query_over_get_is_for_a_cdn_too() {
    let app = start().await;
    let document = "{ __typename }";
    let hash: String = Sha256::digest(document.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = [("extensions", extensions.to_string())];
    let by_hash = by_hash
        .each_ref()
        .map(|(name, text)| (*name, text.as_str()));
    let unknown = Reply::to(get(&app, &by_hash)).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.header("cache-control"), "no-store");
    // It is known what the operation answers; the document is not, and has to be kept now.
    fetch(&app, document, &[]).await;
    let register = json!({ "query": document, "extensions": extensions });
    assert_eq!(Reply::to(post(&app).json(&register)).await.status, 200);
    for _ in 0..2 {
        let reply = Reply::to(get(&app, &by_hash)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
    }
}

#[tokio::test]
async fn batches_are_not_answered_from_it() {
    let app = start().await;
    fetch(&app, "{ __typename }", &[]).await;
    let one = json!({ "query": "{ __typename }" });
    let reply = Reply::to(post(&app).json(&json!([one, one]))).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let available = reply.json()[0]["extensions"]["cost"]["available"].take();
    assert_eq!(available, 25_000);
}
