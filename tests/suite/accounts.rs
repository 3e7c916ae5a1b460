//! Accounts: who gets in, what shows it, and who decides about what.

use serde_json::{Value, json};

use crate::{
    app::TestApp,
    ask::{Reply, post},
};

pub mod cookies;
mod refresh;
mod roles;
mod sign_in;
mod throttle;

pub const PASSWORD: &str = "correct horse battery";

const SIGN_UP: &str = "mutation ($input: SignUpInput!) {
    signUp(input: $input) {
        account { id email name }
        tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
        problems { __typename code message path ... on InvalidValue { value allowed } }
    }
}";

const SIGN_IN: &str = "mutation ($input: SignInInput!) {
    signIn(input: $input) {
        account { id email name }
        tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
        problems { __typename code message path }
    }
}";

const VIEWER: &str = "{ viewer { account { id email name } memberships { totalCount } } }";

pub fn input(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

/// What becomes of a mutation, which is the only field of the answer.
async fn changed(app: &TestApp, query: &str, input: Value) -> Value {
    let mut answer = app.execute(query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let data = answer["data"].as_object_mut().unwrap();
    data.values_mut().next().unwrap().take()
}

/// Makes an account and returns its tokens.
pub async fn sign_up(app: &TestApp, email: &str) -> Value {
    let mut input = input(email, PASSWORD);
    input["name"] = "Somebody".into();
    changed(app, SIGN_UP, input).await["tokens"].take()
}

/// The answer to who sends this access token.
async fn viewer_with(app: &TestApp, token: &str) -> Reply {
    let request = post(app).bearer_auth(token);
    Reply::to(request.json(&json!({ "query": VIEWER }))).await
}

/// Whether the access token of these is good.
async fn is_known(app: &TestApp, tokens: &Value) -> bool {
    let reply = viewer_with(app, tokens["accessToken"].as_str().unwrap()).await;
    match reply.code().as_str() {
        "" => !reply.json()["data"]["viewer"].is_null(),
        code => {
            assert_eq!(code, "UNAUTHENTICATED");
            false
        }
    }
}
