//! Who may write.

use std::collections::BTreeSet;

use entity::vocabulary::Role;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use thali::auth::Place;

use super::{SET_PRICE, five_pounds, kept, priced};
use crate::{
    app::{Engine, TOKEN, TestApp},
    ask::{Reply, get, post},
    data::{Data, Size},
    on_both,
    people::person,
    websocket::{connect_with, receive, send},
};

/// The code of the answer to a change that is sent with this header.
async fn code(app: &TestApp, input: &Value, authorization: Option<&str>) -> String {
    let body = json!({ "query": SET_PRICE, "variables": { "input": input } });
    let request = match authorization {
        Some(authorization) => post(app).header("authorization", authorization),
        None => post(app),
    };
    Reply::to(request.json(&body)).await.code()
}

on_both! {
    async fn nobody_without_the_token(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let input = five_pounds(priced(&data)[0], "k1");
        let right = format!("Bearer {TOKEN}");
        for wrong in [None, Some("Bearer"), Some("Bearer another-token"), Some("Basic dTpw"), Some(TOKEN)] {
            assert_eq!(code(&app, &input, wrong).await, "UNAUTHENTICATED", "{wrong:?}");
        }
        assert_eq!(kept(&app).await, (0, 0));
        assert_eq!(code(&app, &input, Some(&right)).await, "");
        assert_eq!(kept(&app).await, (1, 1));
    }
}

#[tokio::test]
async fn nobody_where_the_settings_have_no_token() {
    let app = TestApp::with(Engine::Sqlite, |config| config.admin_token = None).await;
    let data = Data::fill(&app, Size::ONE).await;
    let input = five_pounds(priced(&data)[0], "k1");
    for authorization in [None, Some("Bearer "), Some(&*format!("Bearer {TOKEN}"))] {
        assert_eq!(code(&app, &input, authorization).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_send() {
    let app = TestApp::start(Engine::Sqlite).await;
    let query = r#"mutation { setMenuItemPrice(input: {
        menuItem: "SQGWl8rhXHh4o3j6FfXqRUY", price: { portionMinor: 1 }, currency: "GBP",
        expectedVersion: 1, idempotencyKey: "k1"
    }) { problems { code } } }"#;
    let body = json!({ "query": query });
    let nothing = Reply::to(post(&app).json(&body)).await;
    insta::assert_snapshot!(nothing, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"Changes need to know who you are: send `Authorization: Bearer TOKEN`.","locations":[{"line":1,"column":12}],"path":["setMenuItemPrice"],"extensions":{"code":"UNAUTHENTICATED","requestId":"r1"}}],"data":{"setMenuItemPrice":null},"extensions":{"cost":{"requested":6,"actual":0,"available":50000}}}
    "#);
    let wrong = Reply::to(post(&app).bearer_auth("another-token").json(&body)).await;
    insta::assert_snapshot!(wrong, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"Neither `Authorization` nor a cookie has what is good now: refresh the session, or sign in.","locations":[{"line":1,"column":12}],"path":["setMenuItemPrice"],"extensions":{"code":"UNAUTHENTICATED","requestId":"r1"}}],"data":{"setMenuItemPrice":null},"extensions":{"cost":{"requested":6,"actual":0,"available":50000}}}
    "#);
}

#[tokio::test]
async fn everybody_may_read_whatever_they_send() {
    let app = TestApp::start(Engine::Sqlite).await;
    let body = json!({ "query": "{ hospitals { totalCount } }" });
    for token in [TOKEN, "another-token"] {
        let reply = Reply::to(post(&app).bearer_auth(token).json(&body)).await;
        assert_eq!(
            reply.json()["data"],
            json!({ "hospitals": { "totalCount": 0 } })
        );
    }
}

#[tokio::test]
async fn nobody_over_get() {
    let app = TestApp::start(Engine::Sqlite).await;
    let query = "mutation { setMenuItemPrice { problems { code } } }";
    let reply = Reply::to(get(&app, &[("query", query)]).bearer_auth(TOKEN)).await;
    assert_eq!(reply.status, 405);
}

#[tokio::test]
async fn with_the_handshake_of_a_websocket() {
    let app = TestApp::start(Engine::Sqlite).await;
    let data = Data::fill(&app, Size::ONE).await;
    let input = five_pounds(priced(&data)[0], "k1");
    let payload = json!({ "query": SET_PRICE, "variables": { "input": input } });
    let answered = async |header: Option<(&'static str, &str)>| {
        let mut socket = connect_with(&app, header).await.unwrap();
        send(&mut socket, json!({ "type": "connection_init" })).await;
        assert_eq!(receive(&mut socket).await["type"], "connection_ack");
        let message = json!({ "id": "1", "type": "subscribe", "payload": payload });
        send(&mut socket, message).await;
        receive(&mut socket).await["payload"].take()
    };
    let refused = answered(None).await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
    let right = format!("Bearer {TOKEN}");
    let made = answered(Some(("authorization", &right))).await;
    assert_eq!(
        made["data"]["setMenuItemPrice"]["problems"],
        json!([]),
        "{made:#}"
    );
}

on_both! {
    async fn not_everybody_who_is_known(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let input = five_pounds(priced(&data)[0], "k1");
        let at = |hospital: &entity::hospital::Model| Place::Hospital(hospital.id);
        let everywhere: Vec<_> = data.hospitals.iter().map(|at_one| (Role::Nurse, at(at_one))).collect();
        let nurse = person(&app, &everywhere).await;
        let answer = app.execute_as(nurse, SET_PRICE, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer:#}");
        assert_eq!(kept(&app).await, (0, 0));
    }
}

/// A refused change is rolled back, and its connection serves the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_leaves_the_connections_open() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let visitor = (Role::Visitor, Place::Hospital(data.hospitals[0].id));
    let token = app.token_of(person(&app, &[visitor]).await).await;
    let right = format!("Bearer {token}");
    let input = five_pounds(priced(&data)[0], "k1");
    let open = async || {
        let pids = "SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'";
        let db = app.app.db.for_migration();
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, pids));
        let rows = rows.await.unwrap();
        let pids = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
        pids.collect::<BTreeSet<i32>>()
    };
    code(&app, &input, Some(&right)).await;
    let before = open().await;
    for _ in 0..40 {
        assert_eq!(code(&app, &input, Some(&right)).await, "FORBIDDEN");
    }
    let after = open().await;
    assert!(before.is_subset(&after), "{before:?} {after:?}");
    assert_eq!(kept(&app).await, (0, 0));
}
