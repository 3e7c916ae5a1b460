//! Bad input of every kind: each has its status and code, and none harms the server.

use std::fmt::Write;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    app::TestApp,
    ask::{Reply, demo, get, post, query, until_closed, wire},
};

/// What clients are told an error is.
const CODES: [&str; 5] = [
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "PERSISTED_QUERY_NOT_FOUND",
    "COST_EXCEEDED",
];

async fn start() -> TestApp {
    demo(|_| {}).await
}

async fn still_answers(app: &TestApp, after: &str) {
    let reply = query(app, "{ dishes(first: 1) { nodes { name } } }").await;
    let name = &reply.json()["data"]["dishes"]["nodes"][0]["name"];
    assert!(name.is_string(), "after {after}: {reply}");
}

/// The lines of a table: what was sent, the status and code, the message shortened.
#[derive(Default)]
struct Table(String);

impl Table {
    async fn add(&mut self, app: &TestApp, what: &str, reply: &Reply) {
        assert!(reply.status < 500, "{what}: {reply}");
        let json = reply.json();
        let message = json["errors"][0]["message"].as_str().unwrap();
        let lines: Vec<&str> = message.lines().collect();
        let message: String = lines.join(" ").chars().take(110).collect();
        let has_data = if json.get("data").is_some() {
            " data"
        } else {
            ""
        };
        writeln!(
            self.0,
            "{what}: {} {}{has_data}: {message}",
            reply.status,
            reply.code()
        )
        .unwrap();
        still_answers(app, what).await;
    }
}

fn json_body(app: &TestApp, body: impl Into<reqwest::Body>) -> RequestBuilder {
    post(app)
        .header("content-type", "application/json")
        .body(body)
}

#[tokio::test]
async fn a_body_must_be_json_of_a_request() {
    let app = start().await;
    let mut table = Table::default();
    for body in [
        "",
        " ",
        "{",
        "[",
        "nonsense",
        "{\"query\":\"{ serverTime }\"",
        "{\"query\":\"{ serverTime }\"} trailing",
        "{'query':'{ serverTime }'}",
        "{\"query\":\"a\u{0}b\"}",
        "{\"query\":\"\\ud800\"}",
        "null",
        "true",
        "42",
        "1e999",
        "\"{ serverTime }\"",
        "{}",
        "[null]",
        "{\"query\":null}",
        "{\"query\":1}",
        "{\"query\":[\"{ serverTime }\"]}",
        "{\"query\":{\"a\":1}}",
        "{\"query\":\"{ serverTime }\",\"operationName\":1}",
        "{\"query\":\"{ serverTime }\",\"variables\":\"{}\"}",
        "{\"query\":\"{ serverTime }\",\"variables\":[]}",
        "{\"query\":\"{ serverTime }\",\"variables\":1}",
        "{\"query\":\"{ serverTime }\",\"extensions\":\"x\"}",
        "{\"query\":\"{ serverTime }\",\"extensions\":[1]}",
        "{\"query\":\"{ serverTime }\",\"extensions\":{\"persistedQuery\":1}}",
        "{\"query\":\"\"}",
        "{\"query\":\" \"}",
    ] {
        let reply = Reply::to(json_body(&app, body)).await;
        table
            .add(&app, &body.escape_debug().to_string(), &reply)
            .await;
    }
    let deep = "[".repeat(100_000);
    let deep = [
        deep.clone(),
        format!("{{\"query\":\"\",\"variables\":{{\"a\":{deep}"),
    ];
    for body in deep {
        let reply = Reply::to(json_body(&app, body)).await;
        table.add(&app, "100,000 brackets", &reply).await;
    }
    let reply = Reply::to(json_body(&app, b"{\"query\":\"\xff\xfe\"}".to_vec())).await;
    table.add(&app, "invalid UTF-8", &reply).await;
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let reply = Reply::to(json_body(&app, utf16)).await;
    table.add(&app, "UTF-16", &reply).await;
    insta::assert_snapshot!(table.0, @r#"
    : 400 BAD_USER_INPUT: The body is not JSON: EOF while parsing a value at line 1 column 0.
     : 400 BAD_USER_INPUT: The body is not JSON: EOF while parsing a value at line 1 column 1.
    {: 400 BAD_USER_INPUT: The body is not JSON: EOF while parsing an object at line 1 column 1.
    [: 400 BAD_USER_INPUT: The body is not JSON: EOF while parsing a list at line 1 column 1.
    nonsense: 400 BAD_USER_INPUT: The body is not JSON: expected ident at line 1 column 2.
    {\"query\":\"{ serverTime }\": 400 BAD_USER_INPUT: The body is not JSON: EOF while parsing an object at line 1 column 25.
    {\"query\":\"{ serverTime }\"} trailing: 400 BAD_USER_INPUT: The body is not JSON: trailing characters at line 1 column 28.
    {\'query\':\'{ serverTime }\'}: 400 BAD_USER_INPUT: The body is not JSON: key must be a string at line 1 column 2.
    {\"query\":\"a\0b\"}: 400 BAD_USER_INPUT: The body is not JSON: control character (\u0000-\u001F) found while parsing a string at line 1 column 12.
    {\"query\":\"\\ud800\"}: 400 BAD_USER_INPUT: The body is not JSON: unexpected end of hex escape at line 1 column 17.
    null: 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    true: 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    42: 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    1e999: 400 BAD_USER_INPUT: The body is not JSON: number out of range at line 1 column 5.
    \"{ serverTime }\": 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    {}: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    [null]: 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    {\"query\":null}: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    {\"query\":1}: 400 BAD_USER_INPUT: `query` must be a string.
    {\"query\":[\"{ serverTime }\"]}: 400 BAD_USER_INPUT: `query` must be a string.
    {\"query\":{\"a\":1}}: 400 BAD_USER_INPUT: `query` must be a string.
    {\"query\":\"{ serverTime }\",\"operationName\":1}: 400 BAD_USER_INPUT: `operationName` must be a string.
    {\"query\":\"{ serverTime }\",\"variables\":\"{}\"}: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    {\"query\":\"{ serverTime }\",\"variables\":[]}: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    {\"query\":\"{ serverTime }\",\"variables\":1}: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    {\"query\":\"{ serverTime }\",\"extensions\":\"x\"}: 400 BAD_USER_INPUT: `extensions` must be a JSON object.
    {\"query\":\"{ serverTime }\",\"extensions\":[1]}: 400 BAD_USER_INPUT: `extensions` must be a JSON object.
    {\"query\":\"{ serverTime }\",\"extensions\":{\"persistedQuery\":1}}: 400 BAD_USER_INPUT: `sha256Hash` of a persisted query must be 64 hexadecimal digits.
    {\"query\":\"\"}: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 |    | ^---   |   = expected executable_definition
    {\"query\":\" \"}: 400 GRAPHQL_PARSE_FAILED:  --> 1:2   | 1 |     |  ^---   |   = expected executable_definition
    100,000 brackets: 400 BAD_USER_INPUT: The body is not JSON: recursion limit exceeded at line 1 column 128.
    100,000 brackets: 400 BAD_USER_INPUT: The body is not JSON: recursion limit exceeded at line 1 column 155.
    invalid UTF-8: 400 BAD_USER_INPUT: The body is not UTF-8: invalid utf-8 sequence of 1 bytes from index 10.
    UTF-16: 400 BAD_USER_INPUT: The body is not JSON: key must be a string at line 1 column 2.
    "#);
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let app = start().await;
    let mut table = Table::default();
    let body = r#"{"query":"{ serverTime }"}"#;
    for content_type in [
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/jsonx",
        "application/json, text/plain",
        "",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json; charset=",
    ] {
        let request = post(&app).header("content-type", content_type).body(body);
        table
            .add(&app, content_type, &Reply::to(request).await)
            .await;
    }
    table
        .add(&app, "none", &Reply::to(post(&app).body(body)).await)
        .await;
    let packed = json_body(&app, body).header("content-encoding", "gzip");
    table.add(&app, "gzip", &Reply::to(packed).await).await;
    insta::assert_snapshot!(table.0, @r#"
    text/plain: 415 BAD_USER_INPUT: `Content-Type` is "text/plain"; it must be application/json.
    text/plain; application/json: 415 BAD_USER_INPUT: `Content-Type` is "text/plain"; it must be application/json.
    multipart/form-data; boundary=x: 415 BAD_USER_INPUT: `Content-Type` is "multipart/form-data"; it must be application/json.
    application/x-www-form-urlencoded: 415 BAD_USER_INPUT: `Content-Type` is "application/x-www-form-urlencoded"; it must be application/json.
    application/graphql: 415 BAD_USER_INPUT: `Content-Type` is "application/graphql"; it must be application/json.
    application/jsonx: 415 BAD_USER_INPUT: `Content-Type` is "application/jsonx"; it must be application/json.
    application/json, text/plain: 415 BAD_USER_INPUT: `Content-Type` is "application/json, text/plain"; it must be application/json.
    : 415 BAD_USER_INPUT: `Content-Type` is ""; it must be application/json.
    application/json; charset=iso-8859-1: 415 BAD_USER_INPUT: The charset is "iso-8859-1"; it must be utf-8.
    application/json; charset=utf-16: 415 BAD_USER_INPUT: The charset is "utf-16"; it must be utf-8.
    application/json; charset=: 415 BAD_USER_INPUT: The charset is ""; it must be utf-8.
    none: 415 BAD_USER_INPUT: `Content-Type` is missing; it must be application/json.
    gzip: 415 BAD_USER_INPUT: `Content-Encoding` is not supported: send the body as it is.
    "#);
    for content_type in [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json; charset=\"utf-8\"; x=y",
    ] {
        let request = post(&app).header("content-type", content_type).body(body);
        assert_eq!(Reply::to(request).await.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn a_body_must_not_be_too_large() {
    let app = start().await;
    let mut table = Table::default();
    let just = |length: usize| {
        let comment = "#".repeat(length - r#"{"query":"\n{serverTime}"}"#.len());
        format!(r#"{{"query":"{comment}\n{{serverTime}}"}}"#)
    };
    let limit = app.app.config.body_limit.0;
    assert_eq!(Reply::to(json_body(&app, just(limit))).await.status, 200);
    let reply = Reply::to(json_body(&app, just(limit + 1))).await;
    table.add(&app, "a byte too many", &reply).await;
    let reply = Reply::to(json_body(&app, just(10 << 20))).await;
    table.add(&app, "10 MB", &reply).await;

    let head = "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in just(10 << 20).as_bytes().chunks(8192) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    let reply = wire(app.address, &chunked).await.unwrap();
    table.add(&app, "10 MB in chunks", &reply).await;
    // Refused by what it says of itself: not a byte is waited for.
    let said = format!("{head}content-length: 99999999999\r\n\r\n");
    let reply = wire(app.address, said.as_bytes()).await.unwrap();
    table.add(&app, "100 GB, it says", &reply).await;
    insta::assert_snapshot!(table.0, @r#"
    a byte too many: 413 BAD_USER_INPUT: The body is larger than 262144 bytes, which is the most allowed.
    10 MB: 413 BAD_USER_INPUT: The body is larger than 262144 bytes, which is the most allowed.
    10 MB in chunks: 413 BAD_USER_INPUT: The body is larger than 262144 bytes, which is the most allowed.
    100 GB, it says: 413 BAD_USER_INPUT: The body is larger than 262144 bytes, which is the most allowed.
    "#);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_refused() {
    let app = start().await;
    let head = "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\n";
    for request in [
        format!("{head}content-length: 100\r\n\r\n{{\"query\":"),
        format!("{head}transfer-encoding: chunked\r\n\r\n5\r\n{{\"que\r\n"),
        format!("{head}transfer-encoding: chunked\r\n\r\nnonsense\r\n"),
        format!("{head}content-length: -1\r\n\r\n{{}}"),
        format!("{head}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"),
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // Either told so, or the connection is closed: nobody is there to read an answer.
        if let Some(reply) = until_closed(stream).await {
            assert_eq!(reply.status, 400, "{request}: {reply}");
        }
        still_answers(&app, &request).await;
    }
}

#[tokio::test]
async fn a_url_must_be_that_of_a_request() {
    let app = start().await;
    let mut table = Table::default();
    for parameters in [
        vec![],
        vec![("query", "")],
        vec![("qery", "{ serverTime }")],
        vec![("query", "{ serverTime")],
        vec![("query", "{ serverTime }"), ("variables", "{")],
        vec![("query", "{ serverTime }"), ("variables", "1")],
        vec![("query", "{ serverTime }"), ("variables", "[]")],
        vec![("query", "{ serverTime }"), ("extensions", "x")],
        vec![("query", "{ serverTime }"), ("operationName", "A")],
    ] {
        let reply = Reply::to(get(&app, &parameters)).await;
        table.add(&app, &format!("{parameters:?}"), &reply).await;
    }
    for raw in [
        "%",
        "query=%ff%fe",
        "query=%zz",
        "query&query",
        "=&&==",
        "query={a}&query={b}",
    ] {
        let request = app.client.get(app.url(&format!("/graphql?{raw}")));
        let request = request.header("accept", "application/graphql-response+json");
        table.add(&app, raw, &Reply::to(request).await).await;
    }
    insta::assert_snapshot!(table.0, @r#"
    []: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    [("query", "")]: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    [("qery", "{ serverTime }")]: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    [("query", "{ serverTime")]: 400 GRAPHQL_PARSE_FAILED:  --> 1:13   | 1 | { serverTime   |             ^---   |   = expected selection_set, selection, directive, or a
    [("query", "{ serverTime }"), ("variables", "{")]: 400 BAD_USER_INPUT: `variables` is not JSON: EOF while parsing an object at line 1 column 1.
    [("query", "{ serverTime }"), ("variables", "1")]: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    [("query", "{ serverTime }"), ("variables", "[]")]: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    [("query", "{ serverTime }"), ("extensions", "x")]: 400 BAD_USER_INPUT: `extensions` is not JSON: expected value at line 1 column 1.
    [("query", "{ serverTime }"), ("operationName", "A")]: 400 GRAPHQL_VALIDATION_FAILED: The document has no operation "A"; its only one has no name.
    %: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    query=%ff%fe: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | ��   | ^---   |   = expected executable_definition
    query=%zz: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | %zz   | ^---   |   = expected executable_definition
    query&query: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    =&&==: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string.
    query={a}&query={b}: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "b" on type "Query".
    "#);
}

#[tokio::test]
async fn a_document_must_be_within_the_limits() {
    let app = start().await;
    let mut table = Table::default();
    let doubled = |many: usize, head: &str| {
        let fragment = |n| format!("fragment F{n} on Query {{ ...F{} ...F{0} }} ", n + 1);
        let fragments: String = (0..many).map(fragment).collect();
        format!("{head} {fragments} fragment F{many} on Query {{ serverTime }}")
    };
    let chained = |head: &str| {
        let fragment = |n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1);
        let fragments: String = (0..500).map(fragment).collect();
        format!("{head} {fragments} fragment F500 on Query {{ serverTime }}")
    };
    let ring = "{ ...A } fragment A on Query { ...B } fragment B on Query { serverTime ...A }";
    let level = "kitchen { dishes(first: 1) { nodes { ";
    let deep = format!(
        "{{ dishes {{ nodes {{ {} name {} }} }} }}",
        level.repeat(6),
        "} } }".repeat(6)
    );
    let aliases: String = (0..31).map(|n| format!("a{n}: serverTime ")).collect();
    let hidden: String = (0..16).map(|n| format!("a{n}: serverTime ")).collect();
    let wide = "dishes(first: 100) { nodes { kitchen { dishes(first: 100) { nodes { kitchen { dishes(first: 100) { nodes { id } } } } } } } }";
    let schema =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    for (what, document) in [
        ("nothing", String::new()),
        ("only a comment", "# { serverTime }".into()),
        (
            "only a fragment",
            "fragment A on Query { serverTime }".into(),
        ),
        ("schema definitions", "type Query { a: Int }".into()),
        ("unclosed", "{ serverTime".into()),
        ("an unclosed string", "{ node(id: \"x) { id } }".into()),
        (
            "an unclosed block string",
            "{ node(id: \"\"\"x\") { id } }".into(),
        ),
        ("a control character", "{ server\u{1}Time }".into()),
        ("an unknown field", "{ nothing }".into()),
        (
            "an unknown argument",
            "{ dishes(many: 1) { totalCount } }".into(),
        ),
        ("an unknown directive", "{ serverTime @slow }".into()),
        ("an unknown fragment", "{ ...Nothing }".into()),
        ("an unknown type", "{ ... on Nothing { id } }".into()),
        (
            "a fragment on another type",
            "{ ... on Dish { id } }".into(),
        ),
        (
            "an unused fragment",
            "{ serverTime } fragment A on Query { serverTime }".into(),
        ),
        ("an object without fields", "{ dishes }".into()),
        ("a leaf with fields", "{ serverTime { seconds } }".into()),
        ("a conflict", "{ a: serverTime a: __typename }".into()),
        ("no such operation type", "mutation { signOut }".into()),
        ("a subscription", "subscription { orderUpdates }".into()),
        (
            "two operations",
            "query A { serverTime } query B { serverTime }".into(),
        ),
        (
            "one name twice",
            "query A { serverTime } query A { serverTime }".into(),
        ),
        ("too deep", deep),
        ("too many aliases", format!("{{ {aliases} }}")),
        (
            "too many aliases in fragments",
            format!(
                "{{ ...A ...B }} fragment A on Query {{ {hidden} }} fragment B on Query {{ ...A }}"
            ),
        ),
        (
            "too many directives",
            format!("{{ serverTime {} }}", "@skip(if: false) ".repeat(51)),
        ),
        (
            "too many tokens",
            format!("{{ {} }}", "serverTime ".repeat(4000)),
        ),
        (
            "tokens after a carriage return",
            format!("#\r{{ {} }}", "serverTime ".repeat(4000)),
        ),
        ("a long name", format!("{{ {} }}", "n".repeat(200_000))),
        ("100,000 braces", "{".repeat(100_000)),
        ("100,000 fields", "{a".repeat(100_000)),
        (
            "100,000 brackets",
            format!("{{ a(b: {}", "[".repeat(100_000)),
        ),
        (
            "brackets in a string that is none",
            format!("{{ a(b: [\"\"\"\" {}", "[".repeat(100_000)),
        ),
        ("100,000 parentheses", "(".repeat(100_000)),
        (
            "80 brackets",
            format!("{{ a(b: {}{}) }}", "[".repeat(78), "]".repeat(78)),
        ),
        (
            "80 inline fragments",
            format!("{}serverTime{}", "{ ...".repeat(75), "}".repeat(75)).replacen(
                "...",
                "... on Query",
                1,
            ),
        ),
        ("a ring of fragments", ring.into()),
        (
            "a fragment of itself",
            "{ ...A } fragment A on Query { ...A }".into(),
        ),
        ("fragments doubled 25 times", doubled(25, "{ ...F0 }")),
        ("the same, unused", doubled(25, "{ serverTime }")),
        ("a chain of 500 fragments", chained("{ ...F0 }")),
        ("too costly", format!("{{ {wide} }}")),
        (
            "too costly by repetition",
            format!(
                "{{ dishes(first: 100) {{ nodes {{ {} }} }} }}",
                "name ".repeat(3900)
            ),
        ),
        ("a schema in itself", schema.into()),
        (
            "a schema repeated",
            format!(
                "{{ __schema {{ types {{ fields {{ {} }} }} }} }}",
                "name ".repeat(1000)
            ),
        ),
    ] {
        table.add(&app, what, &query(&app, &document).await).await;
    }
    let others = doubled(25, "query A { serverTime } query B { ...F0 }");
    let body = json!({ "query": others, "operationName": "A" });
    let reply = Reply::to(post(&app).json(&body)).await;
    table
        .add(&app, "doubled in the other operation", &reply)
        .await;
    let body = json!({ "query": "query A { serverTime }", "operationName": "B" });
    let reply = Reply::to(post(&app).json(&body)).await;
    table.add(&app, "another operation", &reply).await;
    insta::assert_snapshot!(table.0, @r#"
    nothing: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 |    | ^---   |   = expected executable_definition
    only a comment: 400 GRAPHQL_PARSE_FAILED:  --> 1:17   | 1 | # { serverTime }   |                 ^---   |   = expected executable_definition
    only a fragment: 400 GRAPHQL_PARSE_FAILED: document does not contain an operation
    schema definitions: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | type Query { a: Int }   | ^---   |   = expected executable_definition
    unclosed: 400 GRAPHQL_PARSE_FAILED:  --> 1:13   | 1 | { serverTime   |             ^---   |   = expected selection_set, selection, directive, or a
    an unclosed string: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    an unclosed block string: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    a control character: 400 GRAPHQL_PARSE_FAILED:  --> 1:9   | 1 | { serverTime }   |         ^---   |   = expected selection_set, selection, directive, or arg
    an unknown field: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "nothing" on type "Query".
    an unknown argument: 400 GRAPHQL_VALIDATION_FAILED: Unknown argument "many" on field "dishes" of type "Query".
    an unknown directive: 400 GRAPHQL_VALIDATION_FAILED: Unknown directive "slow"
    an unknown fragment: 400 GRAPHQL_VALIDATION_FAILED: Unknown fragment: "Nothing"
    an unknown type: 400 GRAPHQL_VALIDATION_FAILED: Unknown type "Nothing"
    a fragment on another type: 400 GRAPHQL_VALIDATION_FAILED: Fragment cannot be spread here as objects of type "Query" can never be of type "Dish"
    an unused fragment: 400 GRAPHQL_VALIDATION_FAILED: Fragment "A" is never used
    an object without fields: 400 GRAPHQL_VALIDATION_FAILED: Field "dishes" of type "DishConnection" must have a selection of subfields
    a leaf with fields: 400 GRAPHQL_VALIDATION_FAILED: Field "serverTime" must not have a selection since type "DateTime" has no subfields
    a conflict: 400 GRAPHQL_VALIDATION_FAILED: Fields "a" conflict because "serverTime" and "__typename" are different fields. Use different aliases on the f
    no such operation type: 400 GRAPHQL_VALIDATION_FAILED: Schema is not configured for mutations.
    a subscription: 400 GRAPHQL_VALIDATION_FAILED: Schema is not configured for subscriptions.
    two operations: 400 GRAPHQL_VALIDATION_FAILED: The document has several operations; say which with `operationName`.
    one name twice: 400 GRAPHQL_PARSE_FAILED: operation A is defined twice
    too deep: 400 GRAPHQL_VALIDATION_FAILED: The operation's depth is 21; at most 20 is allowed.
    too many aliases: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of aliases is 31; at most 30 is allowed.
    too many aliases in fragments: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of aliases is 32; at most 30 is allowed.
    too many directives: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of directives is 51; at most 50 is allowed.
    too many tokens: 400 GRAPHQL_PARSE_FAILED: The document has more than 4000 tokens, which is the most allowed.
    tokens after a carriage return: 400 GRAPHQL_PARSE_FAILED: The document has more than 4000 tokens, which is the most allowed.
    a long name: 400 GRAPHQL_PARSE_FAILED: A name in the document has more than 256 characters, which is the most allowed.
    100,000 braces: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    100,000 fields: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    100,000 brackets: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    brackets in a string that is none: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    100,000 parentheses: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    80 brackets: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "a" on type "Query".
    80 inline fragments: 400 GRAPHQL_PARSE_FAILED: recursion limit exceeded.
    a ring of fragments: 400 GRAPHQL_VALIDATION_FAILED: The recursion depth of the query cannot be greater than `32`
    a fragment of itself: 400 GRAPHQL_VALIDATION_FAILED: The recursion depth of the query cannot be greater than `32`
    fragments doubled 25 times: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    the same, unused: 400 GRAPHQL_VALIDATION_FAILED: Fragment "F0" is never used
    a chain of 500 fragments: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    too costly: 400 COST_EXCEEDED: The operation costs 1030301; at most 50000 is allowed. Ask for smaller pages or fewer levels.
    too costly by repetition: 400 COST_EXCEEDED: The operation costs 388801; at most 50000 is allowed. Ask for smaller pages or fewer levels.
    a schema in itself: 400 GRAPHQL_VALIDATION_FAILED: The operation's nesting of introspection lists is 3; at most 2 is allowed.
    a schema repeated: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of introspection fields is 1002; at most 500 is allowed.
    doubled in the other operation: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    another operation: 400 GRAPHQL_VALIDATION_FAILED: The document has no operation "B".
    "#);
}

#[tokio::test]
async fn values_must_be_of_their_type() {
    let app = start().await;
    let dish = app
        .data("{ dishes(first: 1) { nodes { id } } }", json!({}))
        .await;
    let dish = dish["dishes"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut table = Table::default();
    let long = "x".repeat(201);
    let menu = |day: &str, meal: &str| {
        format!(
            r#"{{ menu(hospital: {{ slug: "riverside-general" }}, date: {day}, meal: {meal}) {{ id }} }}"#
        )
    };
    for (what, document) in [
        (
            "text for a number",
            "{ dishes(first: \"5\") { totalCount } }".into(),
        ),
        (
            "a fraction for a number",
            "{ dishes(first: 1.5) { totalCount } }".into(),
        ),
        (
            "a number beyond 32 bits",
            "{ dishes(first: 3000000000) { totalCount } }".into(),
        ),
        (
            "a number beyond 64 bits",
            "{ dishes(first: 99999999999999999999) { totalCount } }".into(),
        ),
        (
            "a number beyond all",
            "{ dishes(filter: { maxEnergyKcal: 1e999 }) { totalCount } }".into(),
        ),
        (
            "not a number",
            "{ dishes(filter: { maxEnergyKcal: NaN }) { totalCount } }".into(),
        ),
        (
            "a list for a number",
            "{ dishes(first: [1]) { totalCount } }".into(),
        ),
        (
            "an object for a text",
            "{ dishes(search: { a: 1 }) { totalCount } }".into(),
        ),
        ("an unknown enum value", menu("\"2026-11-23\"", "BRUNCH")),
        ("a number for an enum", menu("\"2026-11-23\"", "1")),
        ("no day", menu("\"tomorrow\"", "LUNCH")),
        ("the 31st of June", menu("\"2026-06-31\"", "LUNCH")),
        ("a day of year 99999", menu("\"99999-01-01\"", "LUNCH")),
        ("a number for a day", menu("20261123", "LUNCH")),
        ("null where none may be", menu("null", "LUNCH")),
        ("an argument that is missing", "{ node { id } }".into()),
        (
            "an input field that is missing",
            "{ hospitals(near: { latitude: 1 }) { totalCount } }".into(),
        ),
        (
            "an unknown input field",
            "{ dishes(filter: { colour: 1 }) { totalCount } }".into(),
        ),
        ("none of oneOf", "{ hospital(by: {}) { id } }".into()),
        (
            "two of oneOf",
            "{ hospital(by: { slug: \"a\", code: \"b\" }) { id } }".into(),
        ),
        (
            "null of oneOf",
            "{ hospital(by: { slug: null }) { id } }".into(),
        ),
        (
            "an id that is none",
            "{ hospital(by: { id: \"7\" }) { id } }".into(),
        ),
        (
            "the id of another kind",
            format!("{{ hospital(by: {{ id: \"{dish}\" }}) {{ id }} }}"),
        ),
        (
            "101 ids",
            format!(
                "{{ nodes(ids: [{}]) {{ id }} }}",
                vec!["\"x\""; 101].join(",")
            ),
        ),
        (
            "latitude 91",
            "{ hospitals(near: { latitude: 91, longitude: 0 }) { totalCount } }".into(),
        ),
        (
            "longitude -181",
            "{ kitchens(near: { latitude: 0, longitude: -181 }) { totalCount } }".into(),
        ),
        (
            "no radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 0 }) { totalCount } }".into(),
        ),
        (
            "a negative radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: -1 }) { totalCount } }"
                .into(),
        ),
        (
            "a radius too wide",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 1001 }) { totalCount } }"
                .into(),
        ),
        (
            "the worst radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 1e308 }) { totalCount } }"
                .into(),
        ),
        (
            "a food as thin as water",
            "{ dishes(filter: { foodTextures: [3, 2] }) { totalCount } }".into(),
        ),
        (
            "a drink as thick as food",
            "{ dishes(filter: { drinkTextures: [5] }) { totalCount } }".into(),
        ),
        (
            "a texture beyond 16 bits",
            "{ dishes(filter: { foodTextures: [70000] }) { totalCount } }".into(),
        ),
        (
            "relevance to nothing",
            "{ dishes(orderBy: { field: RELEVANCE }) { totalCount } }".into(),
        ),
        (
            "relevance to no word",
            "{ dishes(search: \"?!\", orderBy: { field: RELEVANCE }) { totalCount } }".into(),
        ),
        (
            "a search too long",
            format!("{{ dishes(search: \"{long}\") {{ totalCount }} }}"),
        ),
        (
            "the same for hospitals",
            format!("{{ hospitals(search: \"{long}\") {{ totalCount }} }}"),
        ),
    ] {
        let reply = query(&app, &document).await;
        // An id differs from run to run.
        let reply = Reply {
            body: reply.body.replace(&dish, "ID"),
            ..reply
        };
        table.add(&app, what, &reply).await;
    }
    insta::assert_snapshot!(table.0, @r#"
    text for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a fraction for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a number beyond 32 bits: 200 BAD_USER_INPUT data: Failed to parse "Int": Only integers from -2147483648 to 2147483647 are accepted.
    a number beyond 64 bits: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a number beyond all: 400 GRAPHQL_PARSE_FAILED: invalid number: number out of range at line 1 column 5
    not a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.maxEnergyKcal", expected type "Float"
    a list for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    an object for a text: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "search", expected type "String"
    an unknown enum value: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "meal", enumeration type "Meal" does not contain the value "BRUNCH"
    a number for an enum: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "meal", expected type "Meal"
    no day: 200 BAD_USER_INPUT data: Failed to parse "Date": "tomorrow" is not a day such as 2026-11-23
    the 31st of June: 200 BAD_USER_INPUT data: Failed to parse "Date": "2026-06-31" is not a day such as 2026-11-23
    a day of year 99999: 200 BAD_USER_INPUT data: Failed to parse "Date": "99999-01-01" is not a day such as 2026-11-23
    a number for a day: 200 BAD_USER_INPUT data: Expected input type "Date", found 20261123.
    null where none may be: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "date", expected type "Date"
    an argument that is missing: 400 GRAPHQL_VALIDATION_FAILED: Field "node" argument "id" of type "Query" is required but not provided
    an input field that is missing: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "near", field "longitude" of type "Float!" is required but not provided
    an unknown input field: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter", unknown field "colour" of type "DishFilter"
    none of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    two of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    null of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof Input Objects require that exactly one field must be supplied and that 
    an id that is none: 200 BAD_USER_INPUT data: "7" is not an id; use the `id` of a Hospital as the API gave it.
    the id of another kind: 200 BAD_USER_INPUT data: "ID" is the id of a Dish; the id of a Hospital is expected.
    101 ids: 200 BAD_USER_INPUT data: `ids` has 101 entries; at most 100 are allowed.
    latitude 91: 200 BAD_USER_INPUT data: 91, 0 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.
    longitude -181: 200 BAD_USER_INPUT data: 0, -181 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.
    no radius: 200 BAD_USER_INPUT data: `withinKm` is 0; it must be above 0 and at most 1000.
    a negative radius: 200 BAD_USER_INPUT data: `withinKm` is -1; it must be above 0 and at most 1000.
    a radius too wide: 200 BAD_USER_INPUT data: `withinKm` is 1001; it must be above 0 and at most 1000.
    the worst radius: 200 BAD_USER_INPUT data: `withinKm` is 100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    a food as thin as water: 200 BAD_USER_INPUT data: `foodTextures` has 2; levels are from 3 to 7.
    a drink as thick as food: 200 BAD_USER_INPUT data: `drinkTextures` has 5; levels are from 0 to 4.
    a texture beyond 16 bits: 200 BAD_USER_INPUT data: Failed to parse "Int": Only integers from -32768 to 32767 are accepted. (occurred while parsing "[Int!]") (occ
    relevance to nothing: 200 BAD_USER_INPUT data: `orderBy` RELEVANCE needs a `search` with words.
    relevance to no word: 200 BAD_USER_INPUT data: `orderBy` RELEVANCE needs a `search` with words.
    a search too long: 200 BAD_USER_INPUT data: `search` has more than 200 characters, which is the most allowed.
    the same for hospitals: 200 BAD_USER_INPUT data: `search` has more than 200 characters, which is the most allowed.
    "#);
}

#[tokio::test]
async fn variables_must_be_of_their_type() {
    let app = start().await;
    let mut table = Table::default();
    for (what, document, variables) in [
        (
            "missing",
            "query($a: Int!) { dishes(first: $a) { totalCount } }",
            json!({}),
        ),
        (
            "null",
            "query($a: Int!) { dishes(first: $a) { totalCount } }",
            json!({ "a": null }),
        ),
        (
            "text",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": "1" }),
        ),
        (
            "a fraction",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1.5 }),
        ),
        (
            "too large",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1u64 << 63 }),
        ),
        (
            "an object",
            "query($a: String) { dishes(search: $a) { totalCount } }",
            json!({ "a": {} }),
        ),
        (
            "an unknown enum value",
            "query($a: DishCategory!) { dishes(filter: { categories: [$a] }) { totalCount } }",
            json!({ "a": "STONE" }),
        ),
        (
            "an unknown field",
            "query($a: DishFilter) { dishes(filter: $a) { totalCount } }",
            json!({ "a": { "colour": 1 } }),
        ),
        (
            "two of oneOf",
            "query($a: HospitalBy!) { hospital(by: $a) { id } }",
            json!({ "a": { "slug": "a", "code": "b" } }),
        ),
        (
            "no day",
            "query($a: Date!) { menu(hospital: { slug: \"a\" }, date: $a, meal: LUNCH) { id } }",
            json!({ "a": "soon" }),
        ),
        (
            "not a number",
            "query($a: Float) { dishes(filter: { maxEnergyKcal: $a }) { totalCount } }",
            json!({ "a": "NaN" }),
        ),
        (
            "not declared",
            "{ dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "not used",
            "query($a: Int) { serverTime }",
            json!({ "a": 1 }),
        ),
        (
            "declared twice",
            "query($a: Int, $a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of an unknown type",
            "query($a: Nothing) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of an output type",
            "query($a: Dish) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of another type",
            "query($a: String) { dishes(first: $a) { totalCount } }",
            json!({ "a": "1" }),
        ),
        (
            "not to be null",
            "query($a: ID) { node(id: $a) { id } }",
            json!({ "a": null }),
        ),
        (
            "a wrong default",
            "query($a: Int = \"x\") { dishes(first: $a) { totalCount } }",
            json!({}),
        ),
        (
            "a condition that is none",
            "query($a: Boolean!) { serverTime @skip(if: $a) }",
            json!({ "a": "yes" }),
        ),
    ] {
        let body = json!({ "query": document, "variables": variables });
        table
            .add(&app, what, &Reply::to(post(&app).json(&body)).await)
            .await;
    }
    insta::assert_snapshot!(table.0, @r#"
    missing: 400 GRAPHQL_VALIDATION_FAILED: The variable "$a" of type Int! is missing.
    null: 400 GRAPHQL_VALIDATION_FAILED: The variable "$a" of type Int! is missing.
    text: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a fraction: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    too large: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    an object: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "search", expected type "String"
    an unknown enum value: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.categories.0", enumeration type "DishCategory" does not contain the value "
    an unknown field: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter", unknown field "colour" of type "DishFilter"
    two of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    no day: 200 BAD_USER_INPUT data: Failed to parse "Date": "soon" is not a day such as 2026-11-23
    not a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.maxEnergyKcal", expected type "Float"
    not declared: 400 GRAPHQL_VALIDATION_FAILED: Variable "$a" is not defined
    not used: 400 GRAPHQL_VALIDATION_FAILED: Variable "$a" is not used
    declared twice: 400 GRAPHQL_VALIDATION_FAILED: There can only be one variable named "$a"
    declared of an unknown type: 400 GRAPHQL_VALIDATION_FAILED: Unknown type "Nothing"
    declared of an output type: 400 GRAPHQL_VALIDATION_FAILED: Variable "a" cannot be of non-input type "Dish"
    declared of another type: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    not to be null: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "id", expected type "ID"
    a wrong default: 400 GRAPHQL_VALIDATION_FAILED: Invalid default value for argument: "a", expected type "Int"
    a condition that is none: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "if", expected type "Boolean"
    "#);
}

#[tokio::test]
async fn pages_and_cursors_must_fit_their_list() {
    let app = start().await;
    let data = app
        .data(
            r#"{
                dishes(first: 1) { pageInfo { endCursor } }
                filtered: dishes(first: 1, filter: { categories: [SOUP] }) { pageInfo { endCursor } }
                ordered: dishes(first: 1, orderBy: { field: ENERGY }) { pageInfo { endCursor } }
                hospitals(first: 1) { pageInfo { endCursor } }
            }"#,
            json!({}),
        )
        .await;
    let cursor = |list: &str| data[list]["pageInfo"]["endCursor"].as_str().unwrap();
    let own = cursor("dishes").to_owned();
    let good = format!("{{ dishes(after: \"{own}\") {{ totalCount }} }}");
    assert_eq!(query(&app, &good).await.json().get("errors"), None);
    let mut table = Table::default();
    for (what, arguments) in [
        ("a negative page", "first: -1".to_owned()),
        ("a negative page from the end", "last: -1".to_owned()),
        ("a page of 101", "first: 101".to_owned()),
        ("a page of 101 from the end", "last: 101".to_owned()),
        ("a page of 2 billion", "first: 2000000000".to_owned()),
        ("first and last", "first: 1, last: 1".to_owned()),
        ("no cursor", "after: \"\"".to_owned()),
        ("a cursor that is none", "after: \"nonsense\"".to_owned()),
        ("the same before", "before: \"nonsense\"".to_owned()),
        ("a plain number", "after: \"20\"".to_owned()),
        (
            "a shortened cursor",
            format!("after: \"{}\"", &own[..own.len() - 4]),
        ),
        ("a lengthened cursor", format!("after: \"{own}AAAA\"")),
        (
            "of another list",
            format!("after: \"{}\"", cursor("hospitals")),
        ),
        (
            "of another filter",
            format!("after: \"{}\"", cursor("filtered")),
        ),
        (
            "of another ordering",
            format!("after: \"{}\"", cursor("ordered")),
        ),
        (
            "of another ordering, backward",
            format!("last: 1, before: \"{}\"", cursor("ordered")),
        ),
        (
            "of the list without this search",
            format!("search: \"soup\", after: \"{own}\""),
        ),
        (
            "of the list without this filter",
            format!("filter: {{ allowTraces: true }}, before: \"{own}\""),
        ),
    ] {
        let document = format!("{{ dishes({arguments}) {{ totalCount }} }}");
        let reply = query(&app, &document).await;
        // A cursor holds an id, which differs from run to run.
        let body = reply.body.replace(&own[..80], "CURSOR");
        let reply = Reply { body, ..reply };
        table.add(&app, what, &reply).await;
    }
    insta::assert_snapshot!(table.0, @r#"
    a negative page: 200 BAD_USER_INPUT data: `first` is -1; it must be from 0 to 100.
    a negative page from the end: 200 BAD_USER_INPUT data: `last` is -1; it must be from 0 to 100.
    a page of 101: 200 BAD_USER_INPUT data: `first` is 101; it must be from 0 to 100.
    a page of 101 from the end: 200 BAD_USER_INPUT data: `last` is 101; it must be from 0 to 100.
    a page of 2 billion: 200 BAD_USER_INPUT data: `first` is 2000000000; it must be from 0 to 100.
    first and last: 200 BAD_USER_INPUT data: Give `first` or `last`, not both.
    no cursor: 200 BAD_USER_INPUT data: "" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a cursor that is none: 200 BAD_USER_INPUT data: "nonsense" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    the same before: 200 BAD_USER_INPUT data: "nonsense" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a plain number: 200 BAD_USER_INPUT data: "20" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a shortened cursor: 200 BAD_USER_INPUT data: "CURSOR" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a lengthened cursor: 200 BAD_USER_INPUT data: "CURSOR" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    of another list: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another filter: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another ordering: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another ordering, backward: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of the list without this search: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of the list without this filter: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    "#);
}

#[tokio::test]
async fn long_lists_of_values_are_no_burden() {
    let app = start().await;
    // Such a list once made an expression so deep that the process ran out of stack.
    for (filter, value) in [
        ("freeFrom", "MILK"),
        ("categories", "SOUP"),
        ("diets", "VEGAN"),
    ] {
        let values = vec![value; 20_000];
        let ty = match filter {
            "freeFrom" => "Allergen",
            "categories" => "DishCategory",
            _ => "Diet",
        };
        let document =
            format!("query($a: [{ty}!]) {{ dishes(filter: {{ {filter}: $a }}) {{ totalCount }} }}");
        let many =
            Reply::to(post(&app).json(&json!({ "query": document, "variables": { "a": values } })))
                .await;
        let one = Reply::to(
            post(&app).json(&json!({ "query": document, "variables": { "a": [value] } })),
        )
        .await;
        assert_eq!(many.to_string(), one.to_string());
    }
}

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
    on_a_server(200, bytes, |app, bytes| json_body(app, bytes));
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
