//! Media types, status codes, compression, and what caches may keep.

use serde_json::json;

use super::{TIME, start};
use crate::ask::{self, Reply, demo, get, post, wire};

#[tokio::test]
async fn the_media_type_is_the_one_that_is_accepted() {
    let app = start().await;
    let json = (200, "application/json; charset=utf-8");
    let graphql = (200, "application/graphql-response+json; charset=utf-8");
    let neither = (406, "application/json; charset=utf-8");
    for (accept, expected) in [
        ("application/graphql-response+json", graphql),
        ("application/json", json),
        ("*/*", json),
        ("application/*", json),
        (
            "application/graphql-response+json, application/json;q=0.9",
            graphql,
        ),
        (
            "application/graphql-response+json;q=0.8, application/json",
            json,
        ),
        (
            "application/json, application/graphql-response+json",
            graphql,
        ),
        ("text/html, */*;q=0.1", json),
        ("APPLICATION/JSON", json),
        ("", json),
        ("text/html", neither),
        ("application/xml, text/plain;q=0.5", neither),
        ("application/json;q=0", neither),
    ] {
        let request = app
            .client
            .post(app.url("/graphql"))
            .header("accept", accept);
        let request = request
            .header("content-type", "application/json")
            .body(TIME);
        let reply = Reply::to(request).await;
        let found = (reply.status, reply.header("content-type"));
        assert_eq!(found, (expected.0, expected.1.to_owned()), "{accept}");
    }
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        TIME.len()
    );
    let without = wire(app.address, format!("{head}{TIME}").as_bytes())
        .await
        .unwrap();
    insta::assert_snapshot!(without, @r#"
    200 application/json; charset=utf-8
    {"data":{"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
}

#[tokio::test]
async fn a_refusal_is_a_400_only_where_the_client_expects_it() {
    let app = start().await;
    for document in [
        "{ nothing }",
        "{ serverTime",
        "query($a: Int!) { dishes(first: $a) { totalCount } }",
    ] {
        let body = json!({ "query": document });
        let new = Reply::to(post(&app).json(&body)).await;
        assert_eq!(
            (new.status, new.json().get("data")),
            (400, None),
            "{document}"
        );
        let request = app
            .client
            .post(app.url("/graphql"))
            .header("accept", "application/json");
        let old = Reply::to(request.json(&body)).await;
        assert_eq!(
            (old.status, old.json().get("data")),
            (200, None),
            "{document}"
        );
    }
    insta::assert_snapshot!(ask::query(&app, "{ nothing }").await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"Unknown field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r1"}}]}
    "#);
}

#[tokio::test]
async fn an_operation_that_ran_is_a_200_whatever_its_fields_did() {
    let app = start().await;
    insta::assert_snapshot!(ask::query(&app, "{ serverTime }").await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
    insta::assert_snapshot!(ask::query(&app, "{ dishes(first: -1) { totalCount } }").await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":3}],"path":["dishes"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":null,"extensions":{"cost":{"requested":1,"actual":0,"available":50000}}}
    "#);
}

#[tokio::test]
async fn nothing_is_kept_by_caches() {
    let app = start().await;
    for reply in [
        Reply::to(get(&app, &[("query", "{ serverTime }")])).await,
        Reply::to(get(&app, &[("query", "{ nothing }")])).await,
        Reply::to(get(&app, &[])).await,
    ] {
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("vary").contains("accept"), "{reply}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn long_answers_are_compressed_when_asked() {
    let app = demo(|_| {}).await;
    let body = json!({ "query": "{ dishes(first: 100) { nodes { name description } } }" });
    let plain = Reply::to(post(&app).json(&body)).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert!(
        plain.header("vary").contains("accept-encoding"),
        "{}",
        plain.header("vary")
    );
    let response = post(&app)
        .header("accept-encoding", "gzip")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes[..2], [0x1f, 0x8b]);
    assert!(
        bytes.len() * 2 < plain.body.len(),
        "{} of {}",
        bytes.len(),
        plain.body.len()
    );
    let short = Reply::to(
        post(&app)
            .header("accept-encoding", "gzip")
            .json(&json!({ "query": "{ serverTime }" })),
    )
    .await;
    assert_eq!(short.header("content-encoding"), "");
}
