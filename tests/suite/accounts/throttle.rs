//! How often somebody may try.

use axum::http::HeaderName;
use chrono::TimeDelta;
use serde_json::{Value, json};
use thali::config::RedisUrl;

use super::{PASSWORD, SIGN_IN, input, sign_up};
use crate::{
    app::{Engine, TestApp, monday},
    ask::{Reply, post},
    processes::Redis,
};

/// Tries from an address; the seconds to wait where it was too often.
async fn attempt(app: &TestApp, from: &str, email: &str, password: &str) -> Option<u64> {
    let body = json!({ "query": SIGN_IN, "variables": { "input": input(email, password) } });
    let request = post(app).header("x-forwarded-for", from);
    let answer = Reply::to(request.json(&body)).await.json();
    let extensions = &answer["errors"][0]["extensions"];
    match &extensions["code"] {
        Value::Null => None,
        code => {
            assert_eq!(code, "RATE_LIMITED", "{answer:#}");
            extensions["retryAfterSeconds"].as_u64()
        }
    }
}

async fn behind_a_proxy(change: impl FnOnce(&mut thali::config::Config)) -> TestApp {
    TestApp::with(Engine::Sqlite, |config| {
        config.address_header = Some(HeaderName::from_static("x-forwarded-for"));
        change(config);
    })
    .await
}

#[tokio::test]
async fn guessing_ends_soon_and_begins_anew_later() {
    let app = behind_a_proxy(|_| {}).await;
    sign_up(&app, "a@b.example").await;
    for _ in 0..10 {
        let wait = attempt(&app, "192.0.2.1", "a@b.example", "wrong").await;
        assert_eq!(wait, None);
    }
    let before = app.app.passwords.computed();
    // Also with the right password, and nothing is computed.
    for email in ["a@b.example", "A@B.example"] {
        let wait = attempt(&app, "192.0.2.1", email, PASSWORD).await;
        assert_eq!(wait, Some(901));
    }
    assert_eq!(app.app.passwords.computed(), before);
    assert_eq!(
        attempt(&app, "192.0.2.2", "a@b.example", PASSWORD).await,
        None
    );
    assert_eq!(
        attempt(&app, "192.0.2.1", "c@d.example", "wrong").await,
        None
    );
    app.app.clock.set(monday() + TimeDelta::minutes(15));
    assert_eq!(
        attempt(&app, "192.0.2.1", "a@b.example", PASSWORD).await,
        None
    );
}

#[tokio::test]
async fn guessing_one_account_from_everywhere_ends_too() {
    let app = behind_a_proxy(|_| {}).await;
    let mut waits = 0;
    for from in 0..60 {
        let from = format!("192.0.2.{from}");
        let wait = attempt(&app, &from, "a@b.example", "wrong").await;
        waits += usize::from(wait.is_some());
    }
    assert_eq!(waits, 10);
}

#[tokio::test]
async fn processes_count_together_in_redis_and_alone_without_it() {
    let mut redis = Redis::start();
    let url = redis.url();
    let app = behind_a_proxy(|config| config.redis_url = Some(RedisUrl(url))).await;
    let other = app.beside(|_| {}).await;
    for at in 0..10 {
        let app = if at % 2 == 0 { &app } else { &other };
        assert_eq!(
            attempt(app, "192.0.2.1", "a@b.example", "wrong").await,
            None
        );
    }
    for app in [&app, &other] {
        let wait = attempt(app, "192.0.2.1", "a@b.example", "wrong").await;
        assert!(
            wait.is_some_and(|wait| (800..=901).contains(&wait)),
            "{wait:?}"
        );
    }
    redis.kill();
    for _ in 0..10 {
        assert_eq!(
            attempt(&app, "192.0.2.1", "a@b.example", "wrong").await,
            None
        );
    }
    let wait = attempt(&app, "192.0.2.1", "a@b.example", "wrong").await;
    assert!(wait.is_some());
}
