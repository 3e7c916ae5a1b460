//! Bodies and URLs.

use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Table, json_body, start, still_answers};
use crate::ask::{Reply, get, post, until_closed, wire};

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
    {}: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    [null]: 400 BAD_USER_INPUT: A GraphQL request is a JSON object with `query`.
    {\"query\":null}: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
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
    []: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    [("query", "")]: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    [("qery", "{ serverTime }")]: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    [("query", "{ serverTime")]: 400 GRAPHQL_PARSE_FAILED:  --> 1:13   | 1 | { serverTime   |             ^---   |   = expected selection_set, selection, directive, or a
    [("query", "{ serverTime }"), ("variables", "{")]: 400 BAD_USER_INPUT: `variables` is not JSON: EOF while parsing an object at line 1 column 1.
    [("query", "{ serverTime }"), ("variables", "1")]: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    [("query", "{ serverTime }"), ("variables", "[]")]: 400 BAD_USER_INPUT: `variables` must be a JSON object.
    [("query", "{ serverTime }"), ("extensions", "x")]: 400 BAD_USER_INPUT: `extensions` is not JSON: expected value at line 1 column 1.
    [("query", "{ serverTime }"), ("operationName", "A")]: 400 GRAPHQL_VALIDATION_FAILED: The document has no operation "A"; its only one has no name.
    %: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    query=%ff%fe: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | ��   | ^---   |   = expected executable_definition
    query=%zz: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | %zz   | ^---   |   = expected executable_definition
    query&query: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    =&&==: 400 BAD_USER_INPUT: `query` is missing: send the GraphQL document as a string, or its `documentId`.
    query={a}&query={b}: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "b" on type "Query".
    "#);
}
