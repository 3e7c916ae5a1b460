//! Methods and paths.

use super::{TIME, start};
use crate::ask::{Reply, demo, get};

#[tokio::test]
async fn queries_go_by_get_with_variables() {
    let app = demo(|_| {}).await;
    let query = "query One($slug: String!) { hospital(by: { slug: $slug }) { name } } query Two { serverTime }";
    let parameters = [
        ("query", query),
        ("operationName", "One"),
        ("variables", r#"{"slug":"riverside-general"}"#),
    ];
    insta::assert_snapshot!(Reply::to(get(&app, &parameters)).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospital":{"name":"Riverside General Hospital"}},"extensions":{"cost":{"requested":1,"actual":1,"available":50000}}}
    "#);
    let parameters = [
        ("query", "{ serverTime }"),
        ("variables", ""),
        ("extensions", ""),
        ("operationName", ""),
    ];
    assert_eq!(Reply::to(get(&app, &parameters)).await.status, 200);
}

#[tokio::test]
async fn mutations_are_not_run_over_get() {
    let app = start().await;
    for query in [
        "mutation { signOut }",
        "subscription { orderUpdates }",
        "query A { serverTime } mutation B { signOut }",
    ] {
        let name = if query.contains('B') { "B" } else { "" };
        let reply = Reply::to(get(&app, &[("query", query), ("operationName", name)])).await;
        assert_eq!(
            (reply.status, reply.header("allow").as_str()),
            (405, "POST"),
            "{query}"
        );
    }
    let reply = Reply::to(get(&app, &[("query", "mutation { signOut }")])).await;
    insta::assert_snapshot!(reply, @r#"
    405 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"Only queries can be sent with GET; send this operation with POST.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    let both = "query A { serverTime } mutation B { signOut }";
    let reply = Reply::to(get(&app, &[("query", both), ("operationName", "A")])).await;
    assert_ne!(reply.status, 405, "the query of the document may run");
}

#[tokio::test]
async fn other_methods_are_named_what_is_allowed() {
    let app = start().await;
    for method in ["PUT", "PATCH", "DELETE", "TRACE"] {
        let request = app
            .client
            .request(method.parse().unwrap(), app.url("/graphql"));
        let reply = Reply::to(request.header("x-request-id", "r1").body(TIME)).await;
        assert_eq!(
            (reply.status, reply.header("allow").as_str()),
            (405, "GET, POST"),
            "{method}"
        );
    }
    let request = app
        .client
        .put(app.url("/graphql"))
        .header("x-request-id", "r1");
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    405 application/json; charset=utf-8
    {"errors":[{"message":"Send queries with GET or POST and mutations with POST.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
}

#[tokio::test]
async fn an_unknown_path_says_where_the_api_is() {
    let app = start().await;
    let request = app
        .client
        .get(app.url("/grapql"))
        .header("x-request-id", "r1");
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    404 application/json; charset=utf-8
    {"errors":[{"message":"There is nothing at /grapql; the API is at /graphql.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
}

#[tokio::test]
async fn probes_answer() {
    let app = start().await;
    for (path, expected) in [
        ("/healthz", "200 text/plain; charset=utf-8\nok\n"),
        ("/readyz", "200 text/plain; charset=utf-8\nready\n"),
    ] {
        assert_eq!(
            Reply::to(app.client.get(app.url(path))).await.to_string(),
            expected
        );
    }
}
