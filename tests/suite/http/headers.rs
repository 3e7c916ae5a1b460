//! Request ids, and who may call from a browser.

use serde_json::json;

use super::{TIME, production, start};
use crate::{
    app::TestApp,
    ask::{Reply, post, wire},
};

#[tokio::test]
async fn the_request_id_comes_back() {
    let app = start().await;
    let longest = "x".repeat(128);
    for id in [
        "r1",
        "0b7e6f9c-2f11-4d3a-9a55-1f0c3a1d8f10",
        "a/b:c=d\"e",
        &longest,
    ] {
        let request = app
            .client
            .post(app.url("/graphql"))
            .header("x-request-id", id);
        let reply = Reply::to(request.json(&json!({ "query": "{ nothing }" }))).await;
        assert_eq!(reply.header("x-request-id"), id);
        assert_eq!(reply.json()["errors"][0]["extensions"]["requestId"], id);
    }
}

#[tokio::test]
async fn a_hostile_request_id_is_replaced() {
    let app = start().await;
    let too_long = "x".repeat(129);
    for id in [
        b"".as_slice(),
        b"a b",
        b"a\tb",
        b"\xff\xfe",
        "é".as_bytes(),
        too_long.as_bytes(),
    ] {
        let id = reqwest::header::HeaderValue::from_bytes(id).unwrap();
        let request = app
            .client
            .get(app.url("/graphql"))
            .header("x-request-id", &id);
        let reply = Reply::to(request).await;
        let made = reply.header("x-request-id");
        assert_eq!(made.len(), 32, "{id:?}: {made}");
        assert!(
            made.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id:?}: {made}"
        );
        assert_eq!(reply.json()["errors"][0]["extensions"]["requestId"], made);
    }
    for id in ["a\rset-cookie: b=c", "a\0b", "a\x1b[31m"] {
        let request = format!(
            "GET /graphql HTTP/1.1\r\nhost: thali\r\nx-request-id: {id}\r\nconnection: close\r\n\r\n"
        );
        let reply = wire(app.address, request.as_bytes()).await.unwrap();
        assert_eq!(reply.status, 400, "{id:?}");
        assert_eq!(reply.headers.get("set-cookie"), None);
        assert!(
            !reply.header("x-request-id").contains('a') || reply.header("x-request-id").len() == 32
        );
    }
}

async fn preflight(app: &TestApp, origin: &str) -> Reply {
    let request = app
        .client
        .request(reqwest::Method::OPTIONS, app.url("/graphql"));
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,authorization",
        );
    Reply::to(request).await
}

const ALLOWED: &str = "access-control-allow-origin";

#[tokio::test]
async fn any_site_may_call_in_development() {
    let app = start().await;
    let reply = preflight(&app, "https://anywhere.example").await;
    assert_eq!((reply.status, reply.header(ALLOWED).as_str()), (200, "*"));
    insta::assert_snapshot!(reply.header("access-control-allow-methods"), @r#"GET,POST"#);
    insta::assert_snapshot!(reply.header("access-control-allow-headers"), @r#"content-type,accept,authorization,x-request-id,thali-consistency,x-thali-trace"#);
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    let request = post(&app)
        .header("origin", "https://anywhere.example")
        .body(TIME);
    let reply = Reply::to(request.header("content-type", "application/json")).await;
    assert_eq!(reply.header(ALLOWED), "*");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        "x-request-id,thali-consistency,retry-after"
    );
}

#[tokio::test]
async fn only_sites_that_are_named_may_call_in_production() {
    let app = production(&["https://app.example.org", "https://ward.example.org"]).await;
    for origin in ["https://app.example.org", "https://ward.example.org"] {
        assert_eq!(preflight(&app, origin).await.header(ALLOWED), origin);
    }
    for origin in [
        "https://evil.example",
        "https://app.example.org.evil.example",
        "http://app.example.org",
        "null",
    ] {
        assert_eq!(
            preflight(&app, origin).await.header(ALLOWED),
            "",
            "{origin}"
        );
    }
    let none = production(&[]).await;
    let reply = preflight(&none, "https://app.example.org").await;
    assert_eq!(reply.header(ALLOWED), "");
    assert!(
        preflight(&app, "https://app.example.org")
            .await
            .header("vary")
            .to_lowercase()
            .contains("origin")
    );
}
