//! Cookies of sessions: for pages in a browser, and for nobody else's pages.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use thali::config::{Origins, RedisUrl};

use super::{PASSWORD, SIGN_IN, VIEWER, input, sign_up};
use crate::{
    app::{Engine, TestApp},
    ask::{Reply, get, post},
    on_both,
    processes::Redis,
    websocket::{connect_with, receive, send as send_message},
};

/// Signs in with a cookie and returns its `name=value`.
pub async fn cookie(app: &TestApp) -> String {
    signed_in(app).await.0
}

/// The same, and what to send along in order to see it.
pub async fn signed_in(app: &TestApp) -> (String, String) {
    sign_up(app, "a@b.example").await;
    let mut input = input("a@b.example", PASSWORD);
    input["cookie"] = true.into();
    let body = json!({ "query": SIGN_IN, "variables": { "input": input } });
    let reply = Reply::to(post(app).json(&body)).await;
    let answer = reply.json();
    assert_eq!(
        answer["data"]["signIn"]["tokens"],
        Value::Null,
        "{answer:#}"
    );
    assert_eq!(answer["data"]["signIn"]["problems"], json!([]));
    let set = reply.header("set-cookie");
    let (pair, attributes) = set.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    assert!(
        pair.starts_with("__Host-thali=") && pair.len() > 50,
        "{pair}"
    );
    assert!(!reply.body.contains(&pair["__Host-thali=".len()..]));
    (pair.to_owned(), reply.header("thali-consistency"))
}

/// The address of who is known by this request; an error's code, or nothing for nobody.
pub async fn known(request: RequestBuilder) -> String {
    let reply = Reply::to(request).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.json();
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => {
            let email = answer["data"]["viewer"]["account"]["email"].as_str();
            email.unwrap_or_default().to_owned()
        }
    }
}

pub fn asking(app: &TestApp, cookie: &str) -> RequestBuilder {
    post(app)
        .header("cookie", cookie)
        .json(&json!({ "query": VIEWER }))
}

on_both! {
    async fn a_page_of_ours_is_known_by_it(app: TestApp) {
        let cookie = cookie(&app).await;
        let ours = || asking(&app, &cookie).header("sec-fetch-site", "same-origin");
        assert_eq!(known(ours()).await, "a@b.example");
        // Once more, from what is kept.
        assert_eq!(known(ours()).await, "a@b.example");
        let own = format!("http://{}", app.address);
        assert_eq!(known(asking(&app, &cookie).header("origin", own)).await, "a@b.example");
        assert_eq!(known(asking(&app, &cookie).header("x-thali-csrf", "1")).await, "a@b.example");
        let other = app.beside(|_| {}).await;
        let there = asking(&other, &cookie).header("x-thali-csrf", "1");
        assert_eq!(known(there).await, "a@b.example");
        let reading = get(&app, &[("query", VIEWER)]).header("cookie", &cookie);
        assert_eq!(known(reading).await, "a@b.example");
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_is_refused() {
    let listed = "https://app.example";
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.cors_origins = Origins(vec![listed.to_owned()]);
    })
    .await;
    let cookie = cookie(&app).await;
    let sent = |name: &'static str, value: &str| asking(&app, &cookie).header(name, value);
    for refused in [
        asking(&app, &cookie),
        sent("origin", "https://evil.example"),
        sent("origin", "null"),
        sent("sec-fetch-site", "cross-site"),
        sent("origin", "https://evil.example").header("x-thali-csrf", "1"),
    ] {
        let reply = Reply::to(refused).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "FORBIDDEN"));
    }
    let allowed = sent("origin", listed).header("sec-fetch-site", "same-site");
    let reply = Reply::to(allowed).await;
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(reply.status, 200);
    // A form can send no JSON, and over GET nothing changes.
    let form = app
        .client
        .post(app.url("/graphql"))
        .header("cookie", &cookie);
    let form = form.header("sec-fetch-site", "same-origin");
    let form = form.header("content-type", "text/plain");
    let form = form.body(format!(r#"{{"query":"{VIEWER}"}}"#));
    assert_eq!(Reply::to(form).await.status, 415);
    let changing = "mutation { signOut(input: {}) { sessionsEnded } }";
    let changing = get(&app, &[("query", changing)]).header("cookie", &cookie);
    assert_eq!(Reply::to(changing).await.status, 405);
}

on_both! {
    async fn who_signs_out_loses_it_everywhere(app: TestApp) {
        let cookie = cookie(&app).await;
        let other = app.beside(|_| {}).await;
        for app in [&app, &other] {
            let ours = asking(app, &cookie).header("x-thali-csrf", "1");
            assert_eq!(known(ours).await, "a@b.example");
        }
        let body = json!({ "query": "mutation { signOut(input: {}) { sessionsEnded } }" });
        let request = post(&app).header("cookie", &cookie).header("x-thali-csrf", "1");
        let reply = Reply::to(request.json(&body)).await;
        assert_eq!(reply.json()["data"]["signOut"]["sessionsEnded"], 1, "{reply}");
        let cleared = "__Host-thali=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(reply.header("set-cookie"), cleared);
        for app in [&app, &other] {
            let ours = asking(app, &cookie).header("x-thali-csrf", "1");
            assert_eq!(known(ours).await, "UNAUTHENTICATED");
        }
    }
}

#[tokio::test]
async fn what_everybody_sees_is_the_same_with_it() {
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.cache = thali::config::Switch(true);
    })
    .await;
    let cookie = cookie(&app).await;
    let query = "{ hospitals { totalCount } }";
    let ask = || get(&app, &[("query", query)]);
    let without = Reply::to(ask()).await;
    let with = Reply::to(ask().header("cookie", &cookie)).await;
    assert_eq!(with.body, without.body);
    for name in ["etag", "vary", "set-cookie"] {
        assert_eq!(with.header(name), without.header(name), "{name}");
    }
    // What came with a cookie is for nobody else to keep.
    assert_eq!(without.header("cache-control"), "public, max-age=300");
    assert_eq!(with.header("cache-control"), "private, max-age=300");
}

#[tokio::test]
async fn it_is_kept_in_redis_and_known_without_it() {
    let mut redis = Redis::start();
    let url = redis.url();
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.redis_url = Some(RedisUrl(url));
    })
    .await;
    let cookie = cookie(&app).await;
    let ours = || asking(&app, &cookie).header("x-thali-csrf", "1");
    assert_eq!(known(ours()).await, "a@b.example");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("thali:s:*")
        .query_async(&mut redis.client().await)
        .await
        .unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(!keys[0].contains(&cookie["__Host-thali=".len()..]));
    redis.kill();
    assert_eq!(known(ours()).await, "a@b.example");
}

#[tokio::test]
async fn a_websocket_is_known_by_it_and_sets_none() {
    let app = TestApp::start(Engine::Sqlite).await;
    let cookie = cookie(&app).await;
    assert!(connect_with(&app, Some(("cookie", &cookie))).await.is_err());
    let query = format!(
        r#"mutation {{ signIn(input: {{ email: "a@b.example", password: "{PASSWORD}", cookie: true }}) {{
            problems {{ code }}
        }} }}"#
    );
    let mut socket = connect_with(&app, None).await.unwrap();
    send_message(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    let payload = json!({ "query": query });
    send_message(
        &mut socket,
        json!({ "id": "1", "type": "subscribe", "payload": payload }),
    )
    .await;
    let answer = receive(&mut socket).await;
    let code = &answer["payload"]["errors"][0]["extensions"]["code"];
    assert_eq!(code, "BAD_USER_INPUT", "{answer:#}");
}
