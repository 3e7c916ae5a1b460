//! Persisted operations: run by the id that a list made at build time gives them.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::{Engine, TestApp},
    ask::{Reply, get, post},
    websocket::{self, greeted, receive},
};

const MENUS: &str = "query Menus($first: Int) { hospitals(first: $first) { totalCount } }";
const UNLISTED: &str = "{ serverTime }";

fn hash(document: &str) -> String {
    let digest = Sha256::digest(document.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server that was given a list of operations: their hashes, and one by a name.
async fn start(only: bool) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operations.json");
    let list = json!({ hash(MENUS): MENUS, "now": "query Now { now: serverTime }" });
    std::fs::write(&file, list.to_string()).unwrap();
    TestApp::with(Engine::Sqlite, |config| {
        config.operations = Some(file);
        config.operations_only = only;
    })
    .await
}

async fn send(app: &TestApp, body: Value) -> Reply {
    Reply::to(post(app).json(&body)).await
}

fn apollo(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// All ways to name a document without sending it.
fn ways(id: &str) -> Vec<Map<String, Value>> {
    let mut ways = vec![
        json!({ "documentId": id }),
        json!({ "doc_id": id, "query": null }),
        json!({ "id": id }),
    ];
    if id.len() == 64 {
        ways.push(json!({ "documentId": format!("sha256:{id}") }));
        ways.push(json!({ "extensions": apollo(id) }));
        ways.push(json!({ "extensions": apollo(&format!("sha256:{id}")) }));
    }
    let objects = ways.into_iter().map(|way| way.as_object().unwrap().clone());
    objects.collect()
}

#[tokio::test]
async fn an_id_stands_for_its_document() {
    for only in [false, true] {
        let app = start(only).await;
        for mut way in ways(&hash(MENUS)) {
            way.insert("variables".into(), json!({ "first": 3 }));
            way.insert("operationName".into(), json!("Menus"));
            let reply = send(&app, way.clone().into()).await;
            let data = &reply.json()["data"];
            assert_eq!(
                data,
                &json!({ "hospitals": { "totalCount": 0 } }),
                "{way:?}"
            );

            let parameters = way.iter().filter(|(_, value)| !value.is_null());
            let parameters: Vec<(&str, String)> = parameters
                .map(|(name, value)| match value {
                    Value::String(text) => (name.as_str(), text.clone()),
                    value => (name.as_str(), value.to_string()),
                })
                .collect();
            let borrowed = parameters
                .iter()
                .map(|(name, value)| (*name, value.as_str()));
            let reply = Reply::to(get(&app, &borrowed.collect::<Vec<_>>())).await;
            assert_eq!(&reply.json()["data"], data, "{way:?} by GET");
        }
        for way in ways("now") {
            let reply = send(&app, way.into()).await;
            assert_eq!(reply.json()["data"]["now"], "2026-11-23T09:00:00Z");
        }
    }
}

#[tokio::test]
async fn an_unknown_id_is_refused() {
    let app = start(false).await;
    for way in [ways("then"), ways(&hash("{ hospitals { totalCount } }"))].concat() {
        let reply = send(&app, way.clone().into()).await;
        let told = (reply.status, reply.code());
        assert_eq!(
            told,
            (400, "PERSISTED_QUERY_NOT_FOUND".to_owned()),
            "{way:?}"
        );
    }
    for wrong in [json!(1), json!([]), json!({})] {
        let reply = send(&app, json!({ "documentId": wrong })).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BAD_USER_INPUT")
        );
    }
}

#[tokio::test]
async fn documents_and_automatic_ones_still_run_beside_a_list() {
    let app = start(false).await;
    let registering = json!({ "query": UNLISTED, "extensions": apollo(&hash(UNLISTED)) });
    for body in [
        json!({ "query": UNLISTED }),
        registering,
        json!({ "extensions": apollo(&hash(UNLISTED)) }),
        // What else an envelope carries is not looked at when the document is there.
        json!({ "query": UNLISTED, "id": 7 }),
    ] {
        assert_eq!(send(&app, body).await.status, 200);
    }
}

#[tokio::test]
async fn only_listed_ones_run_where_nothing_else_may() {
    let app = start(true).await;
    let registering = json!({ "query": UNLISTED, "extensions": apollo(&hash(UNLISTED)) });
    for body in [
        json!({ "query": UNLISTED }),
        registering,
        json!([{ "query": UNLISTED }]),
    ] {
        let reply = send(&app, body.clone()).await;
        let told = (reply.status, reply.code());
        assert_eq!(told, (403, "FORBIDDEN".to_owned()), "{body}");
    }
    let reply = Reply::to(get(&app, &[("query", UNLISTED)])).await;
    assert_eq!(reply.status, 403);
    // Nothing was kept on the way.
    let reply = send(&app, json!({ "extensions": apollo(&hash(UNLISTED)) })).await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_FOUND");
    // The very text of a listed one is one of the list.
    assert_eq!(send(&app, json!({ "query": MENUS })).await.status, 200);
}

#[tokio::test]
async fn the_same_holds_over_a_websocket() {
    let app = start(true).await;
    let mut socket = greeted(&app).await;
    for (payload, path, expected) in [
        (
            json!({ "query": UNLISTED }),
            "/payload/errors/0/extensions/code",
            json!("FORBIDDEN"),
        ),
        (
            json!({ "extensions": apollo(&hash(MENUS)) }),
            "/payload/data/hospitals/totalCount",
            json!(0),
        ),
    ] {
        let message = json!({ "id": "1", "type": "subscribe", "payload": payload });
        websocket::send(&mut socket, message).await;
        let answer = receive(&mut socket).await;
        assert_eq!(answer.pointer(path), Some(&expected), "{answer}");
        assert_eq!(receive(&mut socket).await["type"], "complete");
    }
}

#[tokio::test]
async fn a_server_does_not_start_with_a_wrong_list() {
    let app = TestApp::start(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operations.json");
    let refused = |operations, operations_only| {
        let mut app = app.app.clone();
        let mut config = (*app.config).clone();
        config.operations = operations;
        config.operations_only = operations_only;
        app.config = config.into();
        format!("{:#}", thali::http::Site::new(app).err().unwrap())
    };
    let place = format!("THALI_OPERATIONS: {}: ", file.display());
    let missing = refused(Some(file.clone()), false);
    assert!(missing.starts_with(&place), "{missing}");
    std::fs::write(&file, r#"{ "a": "{ weather }" }"#).unwrap();
    let wrong = refused(Some(file), false);
    let start = format!("{place}a: line 1, column 3: Unknown field");
    assert!(wrong.starts_with(&start), "{wrong}");
    let without = refused(None, true);
    assert!(without.starts_with("THALI_OPERATIONS_ONLY: "), "{without}");
}
