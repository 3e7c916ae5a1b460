//! `Thali-Consistency` where it changes nothing: on a server without replicas.

use reqwest::header::HeaderValue;
use thali::db::Position;

use super::{TIME, start};
use crate::{
    app::TestApp,
    ask::{Reply, post},
};

async fn sent(app: &TestApp, tokens: &[&str]) -> Reply {
    let request = post(app)
        .header("content-type", "application/json")
        .body(TIME);
    let with = |request: reqwest::RequestBuilder, token: &&str| {
        let token = HeaderValue::from_bytes(token.as_bytes()).unwrap();
        request.header("thali-consistency", token)
    };
    Reply::to(tokens.iter().fold(request, with)).await
}

#[tokio::test]
async fn a_token_is_taken() {
    let app = start().await;
    let token = Position::LATEST.token();
    for tokens in [vec![&*token], vec!["AQAAAAAAAAAA", &*token], vec!["_wAA"]] {
        let reply = sent(&app, &tokens).await;
        assert_eq!(reply.status, 200, "{tokens:?} {reply}");
        assert_eq!(reply.header("thali-consistency"), "");
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_with_what_it_must_be() {
    let app = start().await;
    let reply = sent(&app, &["16/B374D848"]).await;
    insta::assert_snapshot!(reply, @r#"
    400 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`Thali-Consistency` is \"16/B374D848\"; it must be a token as the answer to a mutation has it, or be left out.","extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}]}
    "#);
    let long = "A".repeat(5000);
    for wrong in ["", "AQ", "AQAAAAAAAAAAAA", "AAAAAAAAAAAA", "é", &long] {
        let reply = sent(&app, &[wrong]).await;
        assert_eq!(
            (reply.status, &*reply.code()),
            (400, "BAD_USER_INPUT"),
            "{reply}"
        );
        assert!(reply.body.len() < 400, "{reply}");
    }
    // One that is right does not make up for one that is wrong.
    let reply = sent(&app, &["AQAAAAAAAAAA", "AQ"]).await;
    assert_eq!(reply.status, 400, "{reply}");
}
