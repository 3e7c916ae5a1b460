//! What the clients of Flutter rely on, sent as they send it: `gql_http_link` and
//! `gql_websocket_link`, which `ferry` uses, and the links of `graphql_flutter`.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::{Engine, TestApp},
    ask::{Reply, demo},
    websocket::{connect, greeted, receive, send},
};

const DISHES: &str = "query Dishes($first: Int) {\n  dishes(first: $first) {\n    __typename\n    \
                      nodes {\n      __typename\n      id\n      name\n    }\n  }\n}";

/// The headers of every request.
fn as_dart(request: RequestBuilder) -> RequestBuilder {
    request
        .header("content-type", "application/json")
        .header("accept", "*/*")
        .header("user-agent", "Dart/3.9 (dart:io)")
        .header("accept-encoding", "gzip")
}

/// POST with the keys in the order of the link, the name of the operation also when there is none.
async fn post(app: &TestApp, mut body: Value) -> Reply {
    body["operationName"] = Value::Null;
    let request = app.client.post(app.url("/graphql"));
    Reply::to(as_dart(request).body(body.to_string())).await
}

/// GET, where what is not text is written as JSON: `operationName=null`.
async fn get(app: &TestApp, mut body: Value) -> Reply {
    body["operationName"] = Value::Null;
    let parameters = body.as_object().unwrap().iter().map(|(name, value)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), text)
    });
    let parameters: Vec<(String, String)> = parameters.collect();
    let request = app.client.get(app.url("/graphql")).query(&parameters);
    Reply::to(as_dart(request)).await
}

fn count(reply: &Reply) -> usize {
    assert_eq!(reply.status, 200, "{reply}");
    reply.json()["data"]["dishes"]["nodes"]
        .as_array()
        .unwrap()
        .len()
}

#[tokio::test]
async fn queries_go_by_post_and_by_get() {
    let app = demo(|_| {}).await;
    let body = json!({ "variables": { "first": 3 }, "query": DISHES });
    for reply in [post(&app, body.clone()).await, get(&app, body).await] {
        assert_eq!(count(&reply), 3);
        assert_eq!(
            reply.header("content-type"),
            "application/json; charset=utf-8"
        );
    }
}

#[tokio::test]
async fn every_object_says_its_type_for_the_cache() {
    let app = demo(|_| {}).await;
    let body = json!({ "variables": { "first": 1 }, "query": DISHES });
    let dishes = &post(&app, body).await.json()["data"]["dishes"];
    assert_eq!(dishes["__typename"], "DishConnection");
    assert_eq!(dishes["nodes"][0]["__typename"], "Dish");
}

/// A status of 300 or more would be an exception of the link, and the errors hidden in it.
#[tokio::test]
async fn errors_of_graphql_come_with_status_200() {
    let app = TestApp::start(Engine::Sqlite).await;
    for query in ["{ weather }", "{ dishes(first: 101) { totalCount } }", "{"] {
        let body = json!({ "variables": {}, "query": query });
        for reply in [post(&app, body.clone()).await, get(&app, body).await] {
            assert_eq!(reply.status, 200, "{query}: {reply}");
            assert_ne!(reply.code(), "", "{query}: {reply}");
        }
    }
}

/// `PersistedQueriesLink` gives up for good after a status of 400 or 500.
#[tokio::test]
async fn automatic_persisted_queries_are_asked_for_once() {
    let app = demo(|_| {}).await;
    let hash = Sha256::digest(DISHES.as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({ "persistedQuery": { "sha256Hash": hash, "version": 1 } });
    let by_hash = json!({ "variables": { "first": 2 }, "extensions": extensions });
    let mut whole = by_hash.clone();
    whole["query"] = json!(DISHES);

    let unknown = get(&app, by_hash.clone()).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (200, "PERSISTED_QUERY_NOT_FOUND")
    );
    let message = &unknown.json()["errors"][0]["message"];
    assert_eq!(message, "PersistedQueryNotFound");
    assert_eq!(count(&get(&app, whole).await), 2);
    assert_eq!(count(&get(&app, by_hash.clone()).await), 2);
    assert_eq!(count(&post(&app, by_hash).await), 2);
}

#[tokio::test]
async fn a_websocket_answers_pings_and_queries() {
    let app = demo(|_| {}).await;
    // Without `initialPayload`, and with one; a ping before anything else is asked.
    for init in [
        json!({ "type": "connection_init", "payload": null }),
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer x" } }),
    ] {
        let mut socket = connect(&app, None).await.unwrap();
        send(&mut socket, init).await;
        assert_eq!(receive(&mut socket).await["type"], "connection_ack");
        for ping in [
            json!({ "type": "ping", "payload": {} }),
            json!({ "type": "ping" }),
        ] {
            send(&mut socket, ping).await;
            assert_eq!(receive(&mut socket).await["type"], "pong");
        }
        // The client's own pong to a ping of the server that never came does no harm.
        send(&mut socket, json!({ "type": "pong", "payload": null })).await;
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let payload =
            json!({ "operationName": null, "variables": { "first": 2 }, "query": DISHES });
        let message = json!({ "id": id, "type": "subscribe", "payload": payload });
        send(&mut socket, message).await;
        let next = receive(&mut socket).await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!(id)));
        let nodes = &next["payload"]["data"]["dishes"]["nodes"];
        assert_eq!(nodes.as_array().map(Vec::len), Some(2));
        assert_eq!(
            receive(&mut socket).await,
            json!({ "type": "complete", "id": id })
        );
    }
}

#[tokio::test]
async fn a_stopped_operation_leaves_the_socket_usable() {
    let app = demo(|_| {}).await;
    let mut socket = greeted(&app).await;
    send(&mut socket, json!({ "id": "1", "type": "complete" })).await;
    let payload = json!({ "query": "{ serverTime }", "variables": {} });
    send(
        &mut socket,
        json!({ "id": "2", "type": "subscribe", "payload": payload }),
    )
    .await;
    assert_eq!(receive(&mut socket).await["id"], "2");
}
