//! Signing up, in and out.

use chrono::TimeDelta;
use entity::{account, refresh_token, session};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use thali::{
    config::{TokenKeys, Value as _},
    db::Meter,
};

use super::{PASSWORD, SIGN_IN, SIGN_UP, changed, input, is_known, refresh, sign_up, viewer_with};
use crate::{
    app::{Engine, TestApp, monday},
    ask::{Reply, post},
    on_both,
    processes::Server,
};

on_both! {
    async fn who_signs_up_is_known_from_then_on(app: TestApp) {
        let mut sent = input("Nurse@Hospital.example", PASSWORD);
        sent["name"] = "  A   Nurse ".into();
        let made = changed(&app, SIGN_UP, sent).await;
        assert_eq!(made["problems"], json!([]));
        assert_eq!(made["account"]["email"], "Nurse@Hospital.example");
        assert_eq!(made["account"]["name"], "A Nurse");
        let token = made["tokens"]["accessToken"].as_str().unwrap();
        let viewer = viewer_with(&app, token).await.json()["data"]["viewer"].take();
        assert_eq!(viewer["account"], made["account"]);
        assert_eq!(viewer["memberships"]["totalCount"], 0);
        let again = changed(&app, SIGN_IN, input("nurse@hospital.EXAMPLE", PASSWORD)).await;
        assert_eq!(again["account"], made["account"]);
    }
}

#[tokio::test]
async fn all_that_is_to_be_mended_is_told_and_no_password() {
    let app = TestApp::start(Engine::Sqlite).await;
    let sent = json!({ "email": "a@b.example", "name": " ", "password": "secret-12" });
    let refused = changed(&app, SIGN_UP, sent).await;
    assert!(!refused.to_string().contains("secret-12"), "{refused:#}");
    insta::assert_json_snapshot!(refused["problems"], @r#"
    [
      {
        "__typename": "InvalidValue",
        "allowed": "1 to 200 characters",
        "code": "INVALID_VALUE",
        "message": "`name` is \"\"; it must be 1 to 200 characters.",
        "path": [
          "name"
        ],
        "value": ""
      },
      {
        "__typename": "InvalidValue",
        "allowed": "10 to 1000 characters",
        "code": "INVALID_VALUE",
        "message": "`password` must be 10 to 1000 characters.",
        "path": [
          "password"
        ],
        "value": "***"
      }
    ]
    "#);
    for wrong in ["nobody", "a@b", "a b@c.example"] {
        let answer = app
            .execute(SIGN_IN, json!({ "input": input(wrong, "p") }))
            .await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "BAD_USER_INPUT", "{answer:#}");
    }
}

on_both! {
    async fn it_costs_as_much_to_say_that_there_is_no_account(app: TestApp) {
        sign_up(&app, "a@b.example").await;
        let wrong_password = "wrong horse battery";
        let mut costs = Vec::new();
        let mut answers = Vec::new();
        for email in ["a@b.example", "nobody@b.example"] {
            let before = app.app.passwords.computed();
            let sent = json!({ "input": input(email, wrong_password) });
            let answer = app.execute(SIGN_IN, sent).await;
            let statements = answer["extensions"]["trace"]["sqlStatements"].clone();
            costs.push((app.app.passwords.computed() - before, statements));
            answers.push(answer["data"].clone());
        }
        assert_eq!(costs[0], costs[1]);
        assert_eq!(costs[0].0, 1);
        assert_eq!(answers[0], answers[1]);
        let problem = &answers[0]["signIn"]["problems"][0];
        assert_eq!(problem["__typename"], "WrongCredentials");
    }
}

on_both! {
    async fn signing_up_twice_is_signing_in_with_the_right_password_only(app: TestApp) {
        let first = sign_up(&app, "a@b.example").await;
        let second = sign_up(&app, "A@B.example").await;
        assert!(is_known(&app, &first).await && is_known(&app, &second).await);
        let before = app.app.passwords.computed();
        let sent = json!({ "email": "a@b.example", "name": "Another", "password": "another password" });
        let refused = changed(&app, SIGN_UP, sent).await;
        assert_eq!(refused["problems"][0]["__typename"], "EmailTaken");
        assert_eq!(refused["tokens"], json!(null));
        assert_eq!(app.app.passwords.computed() - before, 1);
        let db = app.app.db.reader(&Meter::new("test"));
        let accounts = account::Entity::find().all(&db).await.unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].name, "Somebody");
    }
}

on_both! {
    async fn nothing_that_is_kept_lets_anybody_in(app: TestApp) {
        let tokens = sign_up(&app, "a@b.example").await;
        let db = app.app.db.reader(&Meter::new("test"));
        let accounts = account::Entity::find().all(&db).await.unwrap();
        let refresh = refresh_token::Entity::find().all(&db).await.unwrap();
        let sessions = session::Entity::find().all(&db).await.unwrap();
        let kept = format!("{accounts:?} {refresh:?} {sessions:?}");
        for secret in [PASSWORD, tokens["refreshToken"].as_str().unwrap(), tokens["accessToken"].as_str().unwrap()] {
            assert!(!kept.contains(secret));
        }
        assert!(accounts[0].password_hash.starts_with("$argon2id$"));
    }
}

on_both! {
    async fn an_access_token_ends(app: TestApp) {
        let tokens = sign_up(&app, "a@b.example").await;
        assert_eq!(tokens["accessTokenExpiresAt"], "2026-11-23T09:10:00Z");
        app.app.clock.set(monday() + TimeDelta::seconds(599));
        assert!(is_known(&app, &tokens).await);
        app.app.clock.set(monday() + TimeDelta::seconds(600));
        assert!(!is_known(&app, &tokens).await);
    }
}

const SIGN_OUT: &str = "mutation ($input: SignOutInput!) {
    signOut(input: $input) { sessionsEnded problems { code } }
}";

on_both! {
    async fn who_signs_out_is_unknown_at_once(app: TestApp) {
        let here = sign_up(&app, "a@b.example").await;
        let there = sign_up(&app, "a@b.example").await;
        let elsewhere = sign_up(&app, "a@b.example").await;
        let other = sign_up(&app, "c@d.example").await;
        let sign_out = async |tokens: &serde_json::Value, everywhere: bool| {
            let token = tokens["accessToken"].as_str().unwrap();
            let variables = json!({ "input": { "everywhere": everywhere } });
            let body = json!({ "query": SIGN_OUT, "variables": variables });
            Reply::to(post(&app).bearer_auth(token).json(&body)).await
        };
        let ended = sign_out(&here, false).await.json();
        assert_eq!(ended["data"]["signOut"]["sessionsEnded"], 1, "{ended:#}");
        assert!(!is_known(&app, &here).await);
        assert!(is_known(&app, &there).await);
        // Who has signed out ends no other session.
        assert_eq!(sign_out(&here, true).await.code(), "UNAUTHENTICATED");
        assert!(is_known(&app, &there).await);
        let ended = sign_out(&there, true).await.json();
        assert_eq!(ended["data"]["signOut"]["sessionsEnded"], 2, "{ended:#}");
        assert!(!is_known(&app, &there).await);
        assert!(!is_known(&app, &elsewhere).await);
        assert!(is_known(&app, &other).await);
        let refresh = there["refreshToken"].as_str().unwrap();
        assert_eq!(refresh::code(&app, refresh).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn who_sends_nothing_is_nobody_and_who_sends_nonsense_is_told() {
    let app = TestApp::start(Engine::Sqlite).await;
    let nobody = app.execute(super::VIEWER, json!({})).await;
    assert_eq!(nobody["data"], json!({ "viewer": null }));
    assert_eq!(nobody.get("errors"), None);
    let administrator = app.execute_as_administrator(super::VIEWER, json!({})).await;
    assert_eq!(administrator["data"], json!({ "viewer": null }));
    let reply = viewer_with(&app, "nonsense").await;
    assert_eq!(reply.code(), "UNAUTHENTICATED");
}

const KEYS: [&str; 2] = [
    "old:0123456789abcdef0123456789abcdef",
    "new:fedcba9876543210fedcba9876543210",
];

#[tokio::test]
async fn a_token_of_a_removed_key_is_good_no_longer() {
    let keys = |text: &str| <Option<TokenKeys>>::parse(text).unwrap();
    let old = TestApp::with(Engine::Sqlite, |config| config.token_keys = keys(KEYS[0])).await;
    let both = format!("{},{}", KEYS[1], KEYS[0]);
    let both = old.beside(|config| config.token_keys = keys(&both)).await;
    let new = old.beside(|config| config.token_keys = keys(KEYS[1])).await;
    let tokens = sign_up(&old, "a@b.example").await;
    assert!(is_known(&both, &tokens).await);
    assert!(!is_known(&new, &tokens).await);
    let tokens = sign_up(&both, "a@b.example").await;
    assert!(is_known(&new, &tokens).await);
    assert!(!is_known(&old, &tokens).await);
}

on_both! {
    async fn processes_without_keys_in_their_settings_share_one(app: TestApp) {
        let other = app.beside(|_| {}).await;
        let (here, there) = tokio::join!(sign_up(&app, "a@b.example"), sign_up(&other, "c@d.example"));
        assert!(is_known(&other, &here).await);
        assert!(is_known(&app, &there).await);
    }
}

#[tokio::test]
async fn no_password_and_no_token_is_in_the_log() {
    let app = TestApp::start(Engine::Postgres).await;
    let settings = [
        ("THALI_LOG", "debug,thali=trace"),
        ("THALI_TOKEN_KEYS", KEYS[0]),
        ("THALI_DB_SLOW_STATEMENT", "1ms"),
    ];
    let server = Server::with(&app, None, &settings);
    let mut sent = input("a@b.example", PASSWORD);
    sent["name"] = "Somebody".into();
    // Something is slow for certain, and logged.
    let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let lock = "LOCK TABLE account IN ACCESS EXCLUSIVE MODE";
    other.execute_unprepared(lock).await.unwrap();
    let finish = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        other.commit().await.unwrap();
    };
    let signing_up = server.execute(SIGN_UP, json!({ "input": sent }));
    let (mut tokens, ()) = futures_util::future::join(signing_up, finish).await;
    let tokens = tokens["data"]["signUp"]["tokens"].take();
    let wrong = input("a@b.example", "wrong horse battery");
    server.execute(SIGN_IN, json!({ "input": wrong })).await;
    server
        .execute(
            SIGN_IN,
            json!({ "input": { "email": 7, "password": PASSWORD } }),
        )
        .await;
    let refresh = tokens["refreshToken"].as_str().unwrap();
    let input = json!({ "input": { "refreshToken": refresh } });
    server.execute(refresh::REFRESH, input).await;
    let log = server.log();
    assert!(log.contains("request"), "{log}");
    for secret in [
        PASSWORD,
        "wrong horse battery",
        refresh,
        tokens["accessToken"].as_str().unwrap(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
