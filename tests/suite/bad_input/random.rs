//! Input that nobody thought of.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{json_body, start, still_answers};
use crate::{
    app::TestApp,
    ask::{Reply, post},
};

/// What clients are told an error is.
const CODES: [&str; 5] = [
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "PERSISTED_QUERY_NOT_FOUND",
    "COST_EXCEEDED",
];

/// Sends a request and checks what must hold of every answer.
async fn check(request: RequestBuilder) -> Result<(), TestCaseError> {
    let reply = Reply::to(request).await;
    prop_assert!(reply.status < 500, "{}", reply);
    let json: Value = match serde_json::from_str(&reply.body) {
        Ok(json) => json,
        Err(error) => return Err(TestCaseError::fail(format!("{error}: {reply}"))),
    };
    let answers = match &json {
        Value::Array(answers) => answers.clone(),
        answer => vec![answer.clone()],
    };
    for answer in answers {
        prop_assert!(
            reply.status == 200 || answer["errors"].is_array(),
            "{}",
            reply
        );
        for error in answer["errors"].as_array().into_iter().flatten() {
            let message = error["message"].as_str().unwrap_or_default();
            prop_assert!(!message.is_empty(), "{}", reply);
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            prop_assert!(CODES.contains(&code), "{}", reply);
            prop_assert!(error["extensions"]["requestId"].is_string(), "{}", reply);
        }
    }
    Ok(())
}

/// Runs a property against one server, from outside of any runtime.
fn on_a_server<S: Strategy>(
    cases: u32,
    strategy: S,
    request: impl Fn(&TestApp, S::Value) -> RequestBuilder,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(start());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let run = TestRunner::new(config).run(&strategy, |value| {
        runtime.block_on(check(request(&app, value)))
    });
    runtime.block_on(still_answers(&app, "all of it"));
    run.unwrap();
}

#[test]
fn random_bytes_are_told_what_they_are() {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    on_a_server(200, bytes, json_body);
}

const VALID: [&str; 6] = [
    r#"{"query":"{ serverTime hospitals(first: 2, search: \"river\") { totalCount nodes { name wards { nodes { name } } } } }"}"#,
    r#"{"query":"query A($n: Int = 2, $f: DishFilter) { dishes(last: $n, filter: $f, orderBy: { field: ENERGY, direction: DESC }) { edges { cursor node { ...D } } pageInfo { hasNextPage } } } fragment D on Dish { name nutrition { energyKcal } }","operationName":"A","variables":{"n":3,"f":{"categories":["SOUP"],"maxEnergyKcal":500.5,"freeFrom":["MILK"]}}}"#,
    r#"{"query":"{ kitchens(near: { latitude: 51.5, longitude: -0.1, withinKm: 30 }) { nodes { id name location { latitude } hospitals(first: 3) { nodes { slug } } } } }"}"#,
    r#"{"query":"{ menu(hospital: { slug: \"riverside-general\" }, date: \"2026-11-23\", meal: LUNCH) { id acceptsOrdersUntil sections { title items(first: 2) { nodes { id dish { name } } } } } }"}"#,
    r#"[{"query":"{ __typename }"},{"query":"query($i: [ID!]!) { nodes(ids: $i) { id } }","variables":{"i":["x"]}}]"#,
    r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}}"#,
];

/// A change to a text: the place (as a fraction), how much is taken out, what is put in.
type Change = (f64, usize, Vec<u8>);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "\"",
            "\\\"",
            "\\\\",
            "\\u0000",
            "...",
            "@",
            "$",
            "!",
            ":",
            "#",
            "\\n",
            "-1",
            "1e9",
            "null",
            "true",
            "é",
            "@skip(if: true)",
            "... on Node",
            "__typename",
            "first: 101",
            "\u{2028}",
        ])
        .prop_map(|text: &str| text.as_bytes().to_vec()),
    ];
    prop::collection::vec((0.0..1.0f64, 0..6usize, piece), 1..4)
}

#[test]
fn valid_requests_that_were_damaged_are_told_so() {
    let damaged = (prop::sample::select(VALID.to_vec()), changes());
    on_a_server(400, damaged, |app, (valid, changes)| {
        let mut bytes = valid.as_bytes().to_vec();
        for (place, taken, put) in changes {
            let at = (place * bytes.len() as f64) as usize;
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, put);
        }
        json_body(app, bytes)
    });
}

#[test]
fn random_documents_are_told_what_they_are() {
    let words = [
        "query",
        "fragment",
        "on",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "$a",
        ":",
        "Int",
        "!",
        "=",
        "...",
        "...F",
        "F",
        "@skip(if: true)",
        "@include",
        "dishes",
        "hospitals",
        "nodes",
        "name",
        "id",
        "node(id: \"x\")",
        "serverTime",
        "first: 1",
        "\"text\"",
        "\"\"\"block\"\"\"",
        "\"",
        "-1.5e3",
        "null",
        "#",
        "\n",
        "\r",
        "__schema",
        "__type(name: \"Dish\")",
        "types",
        "fields",
        "Query",
        "Dish",
    ];
    let document = prop::collection::vec(prop::sample::select(words.to_vec()), 0..40);
    on_a_server(300, document, |app, words| {
        let document = words.join(" ");
        let name = Some("F").filter(|_| document.len() % 5 == 0);
        post(app).json(&json!({ "query": document, "operationName": name }))
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-200..200i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "2026-11-23",
            "LUNCH",
            "MILK",
            "NAME",
            "riverside-general",
            "SAGh_YStjnfZjiwQ5F9fmW4",
            "AQ",
            "9999-12-31",
            "-0001-01-01"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = prop::sample::select(vec![
            "slug",
            "id",
            "field",
            "latitude",
            "longitude",
            "withinKm",
            "foodTextures",
            "maxEnergyKcal",
            "x",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..4).prop_map(|fields| {
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

#[test]
fn random_variables_are_told_what_they_are() {
    let documents = [
        "query($a: Int, $b: String) { dishes(first: $a, after: $b) { totalCount nodes { id } } }",
        "query($a: String, $b: DishOrder) { dishes(search: $a, orderBy: $b, first: 2) { nodes { name } } }",
        "query($a: DishFilter, $b: Int) { dishes(filter: $a, last: $b) { totalCount } }",
        "query($a: Near, $b: String) { hospitals(near: $a, search: $b) { totalCount nodes { name } } }",
        "query($a: ID!, $b: ID!) { node(id: $a) { __typename } nodes(ids: [$b]) { id } }",
        "query($a: HospitalBy!, $b: Date!) { hospital(by: $a) { name } menu(hospital: $a, date: $b, meal: LUNCH) { id } }",
        "query($a: Float!, $b: Float = 5) { kitchens(near: { latitude: $a, longitude: 0, withinKm: $b }) { totalCount } }",
        "query($a: [Allergen!], $b: Float) { dishes(filter: { freeFrom: $a, maxEnergyKcal: $b }) { totalCount } }",
    ];
    let request = (
        prop::sample::select(documents.to_vec()),
        any_json(),
        any_json(),
    );
    on_a_server(400, request, |app, (document, a, b)| {
        post(app).json(&json!({ "query": document, "variables": { "a": a, "b": b } }))
    });
}

#[test]
fn random_urls_and_methods_are_told_what_they_are() {
    let url = "[a-zA-Z0-9%&=+{}\\[\\]\"$:._~-]{0,80}";
    let method = prop::sample::select(vec![Method::GET, Method::POST, Method::PUT]);
    let accept = prop::sample::select(vec![
        "*/*",
        "application/json",
        "text/html",
        ";q=,",
        "application/graphql-response+json",
    ]);
    on_a_server(300, (method, url, accept), |app, (method, url, accept)| {
        let known = if url.len() % 2 == 0 { "query=" } else { "" };
        let url = app.url(&format!("/graphql?{known}{url}"));
        app.client.request(method, url).header("accept", accept)
    });
}
