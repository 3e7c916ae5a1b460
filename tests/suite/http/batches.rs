//! Several operations in one request.

use serde_json::{Value, json};

use crate::{
    app::{Engine, TestApp},
    ask::{Reply, demo, post},
};

async fn batch(app: &TestApp, operations: Value) -> Reply {
    Reply::to(post(app).json(&operations)).await
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let app = demo(|_| {}).await;
    let slow = json!({ "query": "{ dishes(first: 1) { nodes { name kitchen { slug } } } }" });
    let operations = json!([slow, { "query": "{ nothing }" }, { "query": "query($b: Boolean!) { __typename @skip(if: $b) serverTime }", "variables": { "b": true } }]);
    insta::assert_snapshot!(batch(&app, operations).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    [{"data":{"dishes":{"nodes":[{"name":"Apple and blackberry crumble with custard","kitchen":{"slug":"thames-central-kitchen"}}]}},"extensions":{"cost":{"requested":3,"actual":3,"available":16666}}},{"errors":[{"message":"Unknown field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r1"}}]},{"errors":[{"message":"Variable \"$b\" is not used","locations":[{"line":1,"column":7}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r1"}}]}]
    "#);
}

#[tokio::test]
async fn a_batch_has_its_bounds() {
    let app = TestApp::with(Engine::Sqlite, |config| config.batch_limit = 3).await;
    let time = json!({ "query": "{ serverTime }" });
    assert_eq!(batch(&app, json!([time, time, time])).await.status, 200);
    insta::assert_snapshot!(batch(&app, json!([time, time, time, time])).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The batch has 4 operations; it must have from 1 to 3.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    insta::assert_snapshot!(batch(&app, json!([])).await, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The batch has 0 operations; it must have from 1 to 3.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    for bad in [
        json!({}),
        json!(null),
        json!([["{ serverTime }", null, null, null]]),
        json!("{ serverTime }"),
        json!({ "query": 1 }),
    ] {
        let reply = batch(&app, json!([time, bad])).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "BAD_USER_INPUT"),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn the_operations_of_a_batch_share_the_cost_of_a_request() {
    let app = TestApp::with(Engine::Sqlite, |config| config.query_cost = 100).await;
    let page = json!({ "query": "{ hospitals(first: 60) { nodes { id } } }" });
    let alone: Value = serde_json::from_str(&batch(&app, json!([page])).await.body).unwrap();
    assert_eq!(alone[0]["extensions"]["cost"]["available"], 100);
    let both: Value = serde_json::from_str(&batch(&app, json!([page, page])).await.body).unwrap();
    for answer in both.as_array().unwrap() {
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "COST_EXCEEDED");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("at most 50 is allowed in a batch of 2."),
            "{message}"
        );
    }
}
