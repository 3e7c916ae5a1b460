//! No answer that was made for one viewer reaches another.
//!
//! What each viewer is to be told is taken from a server that keeps nothing. The same requests
//! then go to one that keeps what it can, each after each other, so that whatever the one before
//! could leave behind is there.

use reqwest::RequestBuilder;

use super::*;
use crate::operations;

/// Who asks, with which headers.
const VIEWERS: [(&str, &[(&str, &str)]); 6] = [
    ("nobody", &[]),
    (
        "a wrong token",
        &[("authorization", "Bearer wrong-token-of-nobody")],
    ),
    ("a cookie", &[("cookie", "session=1")]),
    ("the administrator", &[("authorization", ADMINISTRATOR)]),
    (
        "the administrator, traced",
        &[("authorization", ADMINISTRATOR), ("x-thali-trace", "1")],
    ),
    ("nobody, asking for a trace", &[("x-thali-trace", "sql")]),
];

const ADMINISTRATOR: &str = "Bearer token-of-the-tests";

const MUTATION: &str = "mutation { setMenuItemPortions(input: {
    menuItem: \"x\", portions: 1, expectedVersion: 0, idempotencyKey: \"k\"
}) { problems { code } } }";

/// What a viewer sees, without what differs each time.
async fn seen(request: RequestBuilder, headers: &[(&str, &str)]) -> Value {
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let reply = Reply::to(request).await;
    let mut body = reply.json();
    let extensions = &mut body["extensions"];
    if let Some(trace) = extensions.get_mut("trace") {
        *trace = json!(if trace["batches"][0].get("sql").is_some() {
            "sql"
        } else {
            "batches"
        });
    }
    // What is kept for all has cost nobody in particular; else it depends on what was read before.
    let actual = extensions["cost"]["actual"].take();
    assert!(reply.header("etag").is_empty() || actual == 0, "{actual}");
    json!({ "status": reply.status, "body": body })
}

fn requests(app: &TestApp, query: &str, variables: &Value) -> [RequestBuilder; 2] {
    let by_get = [("query", query), ("variables", &variables.to_string())];
    let body = json!({ "query": query, "variables": variables });
    [get(app, &by_get), post(app).json(&body)]
}

/// Numbers below `count` in an order in which each follows each, itself included.
fn each_after_each(count: usize) -> Vec<usize> {
    let mut order = Vec::new();
    for one in 0..count {
        order.push(one);
        order.extend((one + 1..count).flat_map(|other| [one, other]));
    }
    order.push(0);
    order
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_what_it_would_be_told_alone() {
    let production = |config: &mut thali::config::Config| {
        config.environment = Some(thali::config::Environment::Production);
        config.cache = Switch(true);
    };
    let kept = crate::ask::demo(production).await;
    let alone = crate::ask::demo(|config| {
        production(config);
        config.response_cache = None;
    })
    .await;
    let known = operations::placeholders(&kept).await;
    let mut asked: Vec<(String, Value)> = operations::all()
        .iter()
        .map(|operation| (operation.text.clone(), operation.variables(&known)))
        .collect();
    for query in ["{ __typename }", "{ serverTime }", MUTATION] {
        asked.push((query.to_owned(), json!({})));
    }
    for (query, variables) in &asked {
        let mut expected = Vec::new();
        for (_, headers) in VIEWERS {
            let mut told = Vec::new();
            for request in requests(&alone, query, variables) {
                told.push(seen(request, headers).await);
            }
            expected.push(told);
        }
        assert_ne!(expected[3], expected[4], "the trace shows: {query}");
        for at in each_after_each(VIEWERS.len()) {
            let (viewer, headers) = VIEWERS[at];
            let pairs = requests(&kept, query, variables).into_iter();
            for (request, expected) in pairs.zip(&expected[at]) {
                let found = seen(request, headers).await;
                assert_eq!(found, *expected, "{viewer}: {query}");
            }
        }
    }
}
