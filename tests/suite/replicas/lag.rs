//! A replica that is behind, on which replay is paused.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use thali::db::{Meter, Position};

use super::{
    CONSISTENCY, PRICES, Server, ask_price, filled, is_read_from, new_price, price, served,
    started, token_of_change, until,
};
use crate::{
    accounts::cookies::{asking, known, signed_in},
    app::{TOKEN, TestApp},
    ask::Reply,
    websocket::{Socket, connect_with, receive, send},
};

const NEVER: Duration = Duration::from_secs(3600);

/// Sends an operation on a WebSocket and returns its answer.
async fn answer(socket: &mut Socket, payload: Value) -> Value {
    let message = json!({ "id": "1", "type": "subscribe", "payload": payload });
    send(socket, message).await;
    let mut next = receive(socket).await;
    assert_eq!(receive(socket).await["type"], "complete", "{next:#}");
    next["payload"].take()
}

async fn opened(app: &TestApp, header: (&'static str, &str)) -> Socket {
    let mut socket = connect_with(app, Some(header)).await.unwrap();
    send(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    socket
}

async fn metrics(app: &TestApp) -> String {
    Reply::to(app.client.get(app.url("/metrics"))).await.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wrote_sees_it_and_others_as_soon_as_it_is_replayed() {
    let (primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |config| config.replica_lag = NEVER).await;
    let before = price(ask_price(&app, item)).await;
    assert_eq!(app.app.db.newest(), Position::default());
    replica.sql("SELECT pg_wal_replay_pause()").await;

    let token = token_of_change(&app, item, 500, 1).await;
    let asked_with = |token: &str| ask_price(&app, item).header(CONSISTENCY, token);
    assert_eq!(price(ask_price(&app, item)).await, before);
    assert_eq!(price(asked_with(&token)).await, 500);
    // Beyond all that there is, and what a later version of the server might have told.
    assert_eq!(price(asked_with(&Position::LATEST.token())).await, 500);
    assert_eq!(price(asked_with("AgAA")).await, 500);
    // The same change again is answered as the first: the first answer may have been lost.
    let again = token_of_change(&app, item, 500, 1).await;
    assert_eq!(price(asked_with(&again)).await, 500);

    // What fills something shared is read at least from here.
    let newest = app.app.db.newest();
    assert!(Position::read(&token).unwrap() <= newest);
    let sql = "SELECT pg_is_in_recovery()";
    let all = app.app.db.reader(&Meter::new("test"));
    for (reader, is_replica) in [
        (all.clone(), true),
        (all.at_least(newest), false),
        (all.newest(), false),
        (all, true),
    ] {
        let row = reader.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
        let row = row.await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<bool>(0).unwrap(), is_replica);
    }

    replica.sql("SELECT pg_wal_replay_resume()").await;
    until("the change is replayed", async || {
        price(ask_price(&app, item)).await == 500
    })
    .await;
    // Now the replica answers also who needs it.
    until("the replica answers who wrote", async || {
        let asked = replica.logged(PRICES);
        assert_eq!(price(asked_with(&token)).await, 500);
        replica.logged(PRICES) > asked
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_just_signed_in_is_known_by_their_cookie() {
    let (primary, _) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |config| config.replica_lag = NEVER).await;
    replica.sql("SELECT pg_wal_replay_pause()").await;
    let (cookie, token) = signed_in(&app).await;
    let asked = asking(&app, &cookie).header("sec-fetch-site", "same-origin");
    assert_eq!(known(asked.header(CONSISTENCY, token)).await, "a@b.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_remembers_what_was_written_on_it() {
    let (primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |config| config.replica_lag = NEVER).await;
    let before = price(ask_price(&app, item)).await;
    replica.sql("SELECT pg_wal_replay_pause()").await;

    let id = thali::graph::id::Kind::MenuItem.id(item).0;
    let query = "query ($id: ID!) { node(id: $id) { ... on MenuItem { price { amountMinor } } } }";
    let query = json!({ "query": query, "variables": { "id": id } });
    let price_in = |answer: &Value| answer["data"]["node"]["price"]["amountMinor"].clone();

    let mut own = opened(&app, ("authorization", &format!("Bearer {TOKEN}"))).await;
    let changed = answer(&mut own, new_price(item, 500, 1)).await;
    let token = changed["extensions"]["consistency"].as_str().unwrap();
    assert_eq!(price_in(&answer(&mut own, query.clone()).await), 500);

    let mut other = opened(&app, ("x-request-id", "r1")).await;
    assert_eq!(price_in(&answer(&mut other, query.clone()).await), before);
    let mut with_token = query.clone();
    with_token["extensions"] = json!({ "consistency": token });
    assert_eq!(price_in(&answer(&mut other, with_token).await), 500);
    let mut wrong = query.clone();
    wrong["extensions"] = json!({ "consistency": 7 });
    let refused = answer(&mut other, wrong).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");

    let mut third = opened(&app, (CONSISTENCY, token)).await;
    assert_eq!(price_in(&answer(&mut third, query).await), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_too_far_behind_is_not_read_from_until_it_is_back() {
    let (primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |config| {
        config.replica_lag = Duration::from_millis(500);
    })
    .await;
    let healthy = "thali_replica_healthy{server=\"replica-1\"}";
    assert!(metrics(&app).await.contains(&format!("{healthy} 1\n")));
    replica.sql("SELECT pg_wal_replay_pause()").await;
    token_of_change(&app, item, 500, 1).await;
    until("the replica is too late", async || {
        !is_read_from(&app).await
    })
    .await;
    assert_eq!(price(ask_price(&app, item)).await, 500);
    let facts = app.app.db.replicas()[0];
    assert!(
        facts.lag_bytes > 0 && facts.lag > Duration::from_millis(500),
        "{facts:?}"
    );
    assert!(metrics(&app).await.contains(&format!("{healthy} 0\n")));

    replica.sql("SELECT pg_wal_replay_resume()").await;
    until("the replica is read from again", async || {
        is_read_from(&app).await
    })
    .await;
    let asked = replica.logged(PRICES);
    assert_eq!(price(ask_price(&app, item)).await, 500);
    assert!(replica.logged(PRICES) > asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_replica_is_not_read_from() {
    let (primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |_| {}).await;
    replica.sql("SELECT pg_promote()").await;
    until("it is known to be no replica", async || {
        !is_read_from(&app).await
    })
    .await;
    let asked = replica.logged(PRICES);
    price(ask_price(&app, item)).await;
    assert_eq!(replica.logged(PRICES), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lacks_what_was_there_at_the_start_is_not_read_from() {
    let (primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    replica.sql("SELECT pg_wal_replay_pause()").await;
    // As a migration does, right before a server starts.
    primary.sql("CREATE TABLE new (id int)").await;
    let app = started(&primary, &[&replica], |config| config.replica_lag = NEVER).await;
    until("it is known how far the replica is", async || {
        app.app.db.replicas()[0].lag_bytes > 0
    })
    .await;
    assert!(!is_read_from(&app).await);
    let asked = replica.logged(PRICES);
    price(ask_price(&app, item)).await;
    assert_eq!(replica.logged(PRICES), asked);
    replica.sql("SELECT pg_wal_replay_resume()").await;
    until("the replica is read from", async || {
        is_read_from(&app).await
    })
    .await;
}
