//! GraphQL over HTTP: what a client can rely on, whatever it asks.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use thali::{
    config::{Environment, Origins},
    http::{self, Patience},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::{
    app::{Engine, TestApp},
    ask::{self, Reply, demo, get, post, until_closed, wire},
};

async fn start() -> TestApp {
    TestApp::start(Engine::Sqlite).await
}

async fn production(origins: &[&str]) -> TestApp {
    let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    TestApp::with(Engine::Sqlite, |config| {
        config.environment = Some(Environment::Production);
        config.cors_origins = Origins(origins);
    })
    .await
}

const TIME: &str = r#"{"query":"{ serverTime }"}"#;

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
async fn queries_go_by_get_with_variables() {
    let app = demo(|_| {}).await;
    let query = "query One($slug: String!) { hospital(by: { slug: $slug }) { name } } query Two { serverTime }";
    let parameters = [
        ("query", query),
        ("operationName", "One"),
        ("variables", r#"{"slug":"riverside-general"}"#),
    ];
    insta::assert_snapshot!(Reply::to(get(&app, &parameters)).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospital":{"name":"Riverside General Hospital"}},"extensions":{"cost":{"requested":1,"actual":1,"available":50000}}}
    "#);
    let parameters = [
        ("query", "{ serverTime }"),
        ("variables", ""),
        ("extensions", ""),
        ("operationName", ""),
    ];
    assert_eq!(Reply::to(get(&app, &parameters)).await.status, 200);
}

#[tokio::test]
async fn mutations_are_not_run_over_get() {
    let app = start().await;
    for query in [
        "mutation { signOut }",
        "subscription { orderUpdates }",
        "query A { serverTime } mutation B { signOut }",
    ] {
        let name = if query.contains('B') { "B" } else { "" };
        let reply = Reply::to(get(&app, &[("query", query), ("operationName", name)])).await;
        assert_eq!(
            (reply.status, reply.header("allow").as_str()),
            (405, "POST"),
            "{query}"
        );
    }
    let reply = Reply::to(get(&app, &[("query", "mutation { signOut }")])).await;
    insta::assert_snapshot!(reply, @r#"
    405 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"Only queries can be sent with GET; send this operation with POST.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    let both = "query A { serverTime } mutation B { signOut }";
    let reply = Reply::to(get(&app, &[("query", both), ("operationName", "A")])).await;
    assert_ne!(reply.status, 405, "the query of the document may run");
}

#[tokio::test]
async fn other_methods_are_named_what_is_allowed() {
    let app = start().await;
    for method in ["PUT", "PATCH", "DELETE", "TRACE"] {
        let request = app
            .client
            .request(method.parse().unwrap(), app.url("/graphql"));
        let reply = Reply::to(request.header("x-request-id", "r1").body(TIME)).await;
        assert_eq!(
            (reply.status, reply.header("allow").as_str()),
            (405, "GET, POST"),
            "{method}"
        );
    }
    let request = app
        .client
        .put(app.url("/graphql"))
        .header("x-request-id", "r1");
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    405 application/json; charset=utf-8
    {"errors":[{"message":"Send queries with GET or POST and mutations with POST.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
}

#[tokio::test]
async fn an_unknown_path_says_where_the_api_is() {
    let app = start().await;
    let request = app
        .client
        .get(app.url("/grapql"))
        .header("x-request-id", "r1");
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    404 application/json; charset=utf-8
    {"errors":[{"message":"There is nothing at /grapql; the API is at /graphql.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
}

#[tokio::test]
async fn fields_are_answered_in_the_order_of_the_query() {
    let app = demo(|_| {}).await;
    // Fields that wait for the database stand before fields that do not.
    let query = r#"
        query {
          last: dishes(first: 1) { nodes { kitchen { slug } b: category name } totalCount }
          __typename
          ...Places
          first: dishes(last: 1) { totalCount nodes { name } }
          now: serverTime
          missing: node(id: "none") { id }
        }
        fragment Places on Query {
          hospital(by: { slug: "riverside-general" }) {
            wards(first: 1) { totalCount nodes { __typename name } }
            ... on Hospital { name slug }
            ... on Node { __typename }
            city
          }
          serverTime
        }
    "#;
    insta::assert_snapshot!(ask::query(&app, query).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"last":{"nodes":[{"kitchen":{"slug":"thames-central-kitchen"},"b":"DESSERT","name":"Apple and blackberry crumble with custard"}],"totalCount":120},"__typename":"Query","hospital":{"wards":{"totalCount":8,"nodes":[{"__typename":"Ward","name":"Cardiology"}]},"name":"Riverside General Hospital","slug":"riverside-general","__typename":"Hospital","city":"London"},"serverTime":"2026-11-23T09:00:00Z","first":{"totalCount":120,"nodes":[{"name":"Wholewheat spaghetti with lentil ragout"}]},"now":"2026-11-23T09:00:00Z","missing":null},"extensions":{"cost":{"requested":9,"actual":10,"available":50000}}}
    "#);
}

#[tokio::test]
async fn what_is_asked_twice_is_answered_once() {
    let app = demo(|_| {}).await;
    let query = r#"{
        hospital(by: { slug: "riverside-general" }) { name wards(first: 2) { nodes { name } } }
        serverTime
        hospital(by: { slug: "riverside-general" }) { city name wards(first: 2) { totalCount nodes { __typename } } }
        serverTime
    }"#;
    insta::assert_snapshot!(ask::query(&app, query).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospital":{"name":"Riverside General Hospital","wards":{"nodes":[{"name":"Cardiology","__typename":"Ward"},{"name":"Care of the Elderly","__typename":"Ward"}],"totalCount":8},"city":"London"},"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":8,"actual":5,"available":50000}}}
    "#);
}

#[tokio::test]
async fn what_is_skipped_is_not_there() {
    let app = start().await;
    let query = "query($yes: Boolean!) { a: serverTime @skip(if: $yes) ... @include(if: $yes) { b: __typename } c: __typename @include(if: false) }";
    let request = post(&app).json(&json!({ "query": query, "variables": { "yes": true } }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"b":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
}

#[tokio::test]
async fn an_error_nulls_the_nearest_field_that_may_be_null() {
    let app = demo(|_| {}).await;
    // The field itself.
    let own = r#"{ hospital(by: { slug: "riverside-general" }) { distanceM(from: { latitude: 100, longitude: 0 }) name } }"#;
    insta::assert_snapshot!(ask::query(&app, own).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"100, 0 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.","locations":[{"line":1,"column":49}],"path":["hospital","distanceM"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"hospital":{"distanceM":null,"name":"Riverside General Hospital"}},"extensions":{"cost":{"requested":1,"actual":1,"available":50000}}}
    "#);
    // Its parent; the parent's neighbours stay.
    let parent = r#"{ hospital(by: { slug: "riverside-general" }) { name wards(first: -1) { totalCount } } serverTime }"#;
    insta::assert_snapshot!(ask::query(&app, parent).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":54}],"path":["hospital","wards"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"hospital":null,"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":2,"actual":1,"available":50000}}}
    "#);
    // Everything.
    let root = "{ serverTime dishes(first: -1) { totalCount } }";
    insta::assert_snapshot!(ask::query(&app, root).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":14}],"path":["dishes"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":null,"extensions":{"cost":{"requested":1,"actual":0,"available":50000}}}
    "#);
    // One entry of a list.
    let data = app.data(r#"{ hospital(by: { slug: "riverside-general" }) { id } dishes(first: 1) { nodes { id } } }"#, json!({})).await;
    let ids = [&data["hospital"]["id"], &data["dishes"]["nodes"][0]["id"]];
    let entry = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Hospital { wards(first: -1) { totalCount } } } }";
    let request = post(&app).json(&json!({ "query": entry, "variables": { "ids": ids } }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":71}],"path":["nodes",0,"wards"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"nodes":[null,{"__typename":"Dish"}]},"extensions":{"cost":{"requested":4,"actual":2,"available":50000}}}
    "#);
}

#[tokio::test]
async fn a_variable_that_is_not_given_leaves_the_default() {
    let app = demo(|_| {}).await;
    let query = "query($km: Float, $first: Int) {
        hospitals(near: { latitude: 51.5, longitude: -0.1, withinKm: $km }, first: $first) { totalCount }
    }";
    let request = post(&app).json(&json!({ "query": query }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospitals":{"totalCount":3}},"extensions":{"cost":{"requested":1,"actual":4,"available":50000}}}
    "#);
}

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
    insta::assert_snapshot!(reply.header("access-control-allow-headers"), @r#"content-type,accept,authorization,x-request-id,x-thali-trace"#);
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    let request = post(&app)
        .header("origin", "https://anywhere.example")
        .body(TIME);
    let reply = Reply::to(request.header("content-type", "application/json")).await;
    assert_eq!(reply.header(ALLOWED), "*");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        "x-request-id"
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

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_so() {
    let app = demo(|config| config.request_timeout = Duration::from_millis(1)).await;
    let query = "{ dishes(first: 100) { nodes { name kitchen { dishes(first: 50) { nodes { name } } } } } }";
    let reply = ask::query(&app, query).await;
    insta::assert_snapshot!(reply, @r#"
    503 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The request took longer than 1 ms.","extensions":{"code":"UNAVAILABLE","requestId":"r1"}}]}
    "#);
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.request_timeout = Duration::from_millis(100)
    })
    .await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: 100\r\nx-request-id: r1\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let reply = until_closed(stream).await.unwrap();
    insta::assert_snapshot!(reply, @r#"
    503 application/json; charset=utf-8
    {"errors":[{"message":"The request took longer than 100 ms.","extensions":{"code":"UNAVAILABLE","requestId":"r1"}}]}
    "#);
}

/// A server with little patience, and what makes it stop.
async fn impatient(
    app: &TestApp,
) -> (
    std::net::SocketAddr,
    Arc<Notify>,
    tokio::task::JoinHandle<()>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patience = Patience {
        head: Duration::from_millis(200),
        stop: Duration::from_secs(5),
    };
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let router = http::router(app.app.clone()).unwrap();
    let served = http::serve(listener, router, patience, async move {
        stopped.notified().await
    });
    (address, stop, tokio::spawn(served))
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let app = start().await;
    let (address, ..) = impatient(&app).await;
    for begin in [
        "",
        "PRI",
        "PRI * HTTP/2.0\r\n",
        "GET /graphql HT",
        "GET /graphql HTTP/1.1\r\nhost: thali\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begin.as_bytes()).await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(5), until_closed(stream)).await;
        assert!(closed.is_ok(), "{begin:?}");
    }
    // One on which something is asked is kept, and closed when it stays idle.
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: thali\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 1024];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    let closed = tokio::time::timeout(Duration::from_secs(5), until_closed(stream)).await;
    assert!(closed.is_ok());
}

#[tokio::test]
async fn open_requests_are_finished_when_the_server_stops() {
    let app = start().await;
    let (address, stop, server) = impatient(&app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        TIME.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.notify_one();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(
        TcpStream::connect(address).await.is_err(),
        "no new connections"
    );
    stream.write_all(TIME.as_bytes()).await.unwrap();
    let reply = until_closed(stream).await.unwrap();
    assert_eq!(reply.status, 200);
    server.await.unwrap();
}

#[tokio::test]
async fn a_trace_is_shown_to_developers_only() {
    let traced = |app: &TestApp, value: &str| {
        let request = post(app).header("x-thali-trace", value);
        Reply::to(request.json(&json!({ "query": "{ hospitals { totalCount } }" })))
    };
    let app = start().await;
    let trace = traced(&app, "1").await.json()["extensions"]["trace"].take();
    assert_eq!(trace["sqlStatements"], 2, "{trace}");
    let absent = json!({ "cost": traced(&app, "0").await.json()["extensions"]["cost"] });
    assert_eq!(traced(&app, "0").await.json()["extensions"], absent);
    let app = production(&[]).await;
    assert_eq!(
        traced(&app, "1").await.json()["extensions"].get("trace"),
        None
    );
}

async fn batch(app: &TestApp, operations: Value) -> Reply {
    Reply::to(post(app).json(&operations)).await
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let app = demo(|_| {}).await;
    let slow = json!({ "query": "{ dishes(first: 1) { nodes { name kitchen { slug } } } }" });
    let operations = json!([slow, { "query": "{ nothing }" }, { "query": "query($b: Boolean!) { __typename @skip(if: $b) serverTime }", "variables": { "b": true } }]);
    insta::assert_snapshot!(batch(&app, operations).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    [{"data":{"dishes":{"nodes":[{"name":"Apple and blackberry crumble with custard","kitchen":{"slug":"thames-central-kitchen"}}]}},"extensions":{"cost":{"requested":3,"actual":3,"available":50000}}},{"errors":[{"message":"Unknown field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r1"}}]},{"errors":[{"message":"Variable \"$b\" is not used","locations":[{"line":1,"column":7}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r1"}}]}]
    "#);
}

#[tokio::test]
async fn a_batch_has_its_bounds() {
    let app = TestApp::with(Engine::Sqlite, |config| config.batch_limit = 3).await;
    let time = json!({ "query": "{ serverTime }" });
    assert_eq!(batch(&app, json!([time, time, time])).await.status, 200);
    insta::assert_snapshot!(batch(&app, json!([time, time, time, time])).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The batch has 4 operations; it must have from 1 to 3.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    insta::assert_snapshot!(batch(&app, json!([])).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The batch has 0 operations; it must have from 1 to 3.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    for bad in [
        json!({}),
        json!(null),
        json!([["{ serverTime }", null, null, null]]),
        json!("{ serverTime }"),
        json!({ "query": 1 }),
    ] {
        let reply = batch(&app, json!([time, bad])).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BAD_USER_INPUT"),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn tools_can_ask_for_the_schema() {
    let app = start().await;
    let query = include_str!("introspection.graphql");
    for accept in ["application/json", "application/graphql-response+json"] {
        let request = app
            .client
            .post(app.url("/graphql"))
            .header("accept", accept);
        let reply = Reply::to(
            request.json(&json!({ "query": query, "operationName": "IntrospectionQuery" })),
        )
        .await;
        assert_eq!(reply.status, 200, "{reply}");
        let answer = reply.json();
        assert_eq!(answer.get("errors"), None);
        assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
        let types = answer["data"]["__schema"]["types"].as_array().unwrap();
        assert!(types.iter().any(|ty| ty["name"] == "Hospital"));
    }
    let sdl = Reply::to(app.client.get(app.url("/schema.graphql"))).await;
    assert_eq!(sdl.body, thali::schema::sdl());
}

#[tokio::test]
async fn probes_answer() {
    let app = start().await;
    for (path, expected) in [
        ("/healthz", "200 text/plain; charset=utf-8\nok\n"),
        ("/readyz", "200 text/plain; charset=utf-8\nready\n"),
    ] {
        assert_eq!(
            Reply::to(app.client.get(app.url(path))).await.to_string(),
            expected
        );
    }
}
