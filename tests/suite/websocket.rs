//! GraphQL over WebSocket: `graphql-transport-ws` as its clients speak it.

use std::collections::BTreeSet;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use thali::{
    config::{Environment, Origins},
    db::Meter,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use crate::app::{Engine, TestApp};

pub type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

pub async fn connect(app: &TestApp, origin: Option<&str>) -> Result<Socket, tungstenite::Error> {
    let origin = origin.map(|origin| ("origin", origin));
    connect_with(app, origin).await
}

/// Connects with a header.
pub async fn connect_with(
    app: &TestApp,
    header: Option<(&'static str, &str)>,
) -> Result<Socket, tungstenite::Error> {
    let mut request = app
        .url("/graphql")
        .replace("http", "ws")
        .into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(
        "sec-websocket-protocol",
        "graphql-transport-ws".parse().unwrap(),
    );
    if let Some((name, value)) = header {
        headers.insert(name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

pub async fn send(socket: &mut Socket, message: Value) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .unwrap();
}

pub async fn receive(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

pub async fn greeted(app: &TestApp) -> Socket {
    let mut socket = connect(app, None).await.unwrap();
    send(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    socket
}

#[tokio::test]
async fn queries_are_answered_with_next_and_complete() {
    let app = TestApp::start(Engine::Sqlite).await;
    let mut socket = greeted(&app).await;
    for id in ["1", "2"] {
        let query = json!({ "query": "{ serverTime }" });
        send(
            &mut socket,
            json!({ "id": id, "type": "subscribe", "payload": query }),
        )
        .await;
        let next = receive(&mut socket).await;
        assert_eq!(next["type"], "next");
        assert_eq!(next["id"], id);
        assert_eq!(
            next["payload"]["data"],
            json!({ "serverTime": "2026-11-23T09:00:00Z" })
        );
        assert_eq!(
            receive(&mut socket).await,
            json!({ "type": "complete", "id": id })
        );
    }
}

#[tokio::test]
async fn the_same_limits_hold_as_over_http() {
    let app = TestApp::with(Engine::Sqlite, |config| config.query_depth = 2).await;
    let mut socket = greeted(&app).await;
    let query = json!({ "query": "{ hospitals { nodes { name } } }" });
    send(
        &mut socket,
        json!({ "id": "1", "type": "subscribe", "payload": query }),
    )
    .await;
    let answer = receive(&mut socket).await;
    let error = &answer["payload"]["errors"][0];
    assert_eq!(
        error["message"],
        "The operation's depth is 3; at most 2 is allowed."
    );
    assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn other_sites_may_not_connect_in_production() {
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.environment = Some(Environment::Production);
        config.cors_origins = Origins(vec!["https://ward.example.org".into()]);
    })
    .await;
    let own = format!("http://{}", app.address);
    for allowed in [None, Some(own.as_str()), Some("https://ward.example.org")] {
        assert!(connect(&app, allowed).await.is_ok(), "{allowed:?}");
    }
    let refused = connect(&app, Some("https://evil.example.org"))
        .await
        .unwrap_err();
    let tungstenite::Error::Http(response) = refused else {
        panic!("{refused}")
    };
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn a_handshake_without_the_protocol_is_refused() {
    let app = TestApp::start(Engine::Sqlite).await;
    let request = app
        .url("/graphql")
        .replace("http", "ws")
        .into_client_request()
        .unwrap();
    let tungstenite::Error::Http(response) = connect_async(request).await.unwrap_err() else {
        panic!("an HTTP answer is expected")
    };
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn open_operations_are_bounded() {
    let app = TestApp::with(Engine::Sqlite, |config| config.db_pool = 1).await;
    let mut socket = greeted(&app).await;
    // With the only connection to the database taken, whatever asks it stays open.
    let held = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let query = json!({ "query": "{ hospitals { totalCount } }" });
    for id in 0..40 {
        let id = id.to_string();
        let message = json!({ "id": id, "type": "subscribe", "payload": query });
        send(&mut socket, message).await;
    }
    let mut ids = BTreeSet::new();
    for _ in 32..40 {
        let refused = receive(&mut socket).await;
        ids.insert(refused["id"].to_string());
        let code = &refused["payload"]["errors"][0]["extensions"]["code"];
        assert_eq!(code, "UNAVAILABLE");
        assert_eq!(receive(&mut socket).await["type"], "complete");
    }
    held.rollback().await.unwrap();
    for _ in 0..32 {
        let answer = receive(&mut socket).await;
        ids.insert(answer["id"].to_string());
        assert_eq!(answer["payload"]["data"]["hospitals"]["totalCount"], 0);
        assert_eq!(receive(&mut socket).await["type"], "complete");
    }
    assert_eq!(ids.len(), 40);
}
