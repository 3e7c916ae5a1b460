//! What somebody chose before they signed in is in the cart of their account afterwards, once.

use serde_json::{Value, json};
use thali::graph::id::Kind;

use super::{CART, add, adding, cart_with, in_both, lunch_for_all, quantities, with_redis};
use crate::{
    accounts::PASSWORD,
    app::{Engine, TestApp},
    ask::{Reply, post},
    orders::{Lunch, problems},
    processes::Redis,
};

/// Signs in or up with a cart; the access token.
async fn enter(app: &TestApp, mutation: &str, password: &str, cart: &Value) -> Value {
    let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation ($input: {name}!) {{ {mutation}(input: $input) {{ tokens {{ accessToken }} problems {{ code }} }} }}"
    );
    let mut input = json!({ "email": "a@b.example", "password": password, "cart": cart });
    if mutation == "signUp" {
        input["name"] = json!("Somebody");
    }
    let answer = app.execute(&query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"][mutation]["tokens"]["accessToken"].clone()
}

async fn filled(app: &TestApp, lunch: &Lunch, lines: &[(usize, i32)]) -> Value {
    let mut token = Value::Null;
    for (number, (item, quantity)) in lines.iter().enumerate() {
        let mut input = adding(lunch, *item, *quantity, &format!("k{number}"));
        input["cart"] = token;
        let added = add(app, None, input).await;
        assert_eq!(added["problems"], json!([]), "{added:#}");
        token = added["cart"]["token"].clone();
    }
    token
}

async fn own(app: &TestApp, token: &Value) -> Value {
    let query = format!("{{ viewer {{ cart {{ {CART} }} }} }}");
    let request = post(app).bearer_auth(token.as_str().unwrap());
    let reply = Reply::to(request.json(&json!({ "query": query }))).await;
    reply.json()["data"]["viewer"]["cart"].take()
}

/// The items of a cart by their places in the lunch, with how many portions.
fn items(lunch: &Lunch, cart: &Value) -> Vec<(usize, i64)> {
    let ids: Vec<String> = lunch
        .items
        .iter()
        .map(|id| Kind::MenuItem.id(*id).0)
        .collect();
    let lines = cart["lines"]
        .as_array()
        .unwrap()
        .iter()
        .zip(quantities(cart));
    lines
        .map(|(line, quantity)| {
            let place = ids.iter().position(|id| line["menuItemId"] == *id.as_str());
            (place.unwrap(), quantity)
        })
        .collect()
}

in_both! {
    async fn who_signs_up_or_in_brings_their_cart_along_once(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let first = filled(&app, &lunch, &[(1, 2), (0, 15)]).await;
        let access = enter(&app, "signUp", PASSWORD, &first).await;
        assert_eq!(items(&lunch, &own(&app, &access).await), [(1, 2), (0, 15)]);
        assert_eq!(cart_with(&app, &first).await, Value::Null);

        let second = filled(&app, &lunch, &[(3, 1), (0, 10)]).await;
        // Who does not get in takes nothing along.
        assert_eq!(enter(&app, "signIn", "wrong", &second).await, Value::Null);
        assert_eq!(cart_with(&app, &second).await["version"], 2);
        let signs_in = (0..5).map(|n| {
            let mutation = if n == 0 { "signUp" } else { "signIn" };
            enter(&app, mutation, PASSWORD, &second)
        });
        let entered = futures_util::future::join_all(signs_in).await;
        for access in &entered {
            assert_eq!(items(&lunch, &own(&app, access).await), [(1, 2), (0, 20), (3, 1)]);
        }
        assert_eq!(cart_with(&app, &second).await, Value::Null);
        // Nonsense brings nothing.
        for cart in [json!("nonsense"), json!(""), Value::Null, first] {
            let access = enter(&app, "signIn", PASSWORD, &cart).await;
            assert_eq!(own(&app, &access).await["lines"].as_array().unwrap().len(), 3);
        }
    }
}

in_both! {
    async fn what_was_added_before_is_not_added_again_by_who_signed_in_meanwhile(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let cart = filled(&app, &lunch, &[(0, 2)]).await;
        let access = enter(&app, "signUp", PASSWORD, &cart).await;
        let query = "mutation ($input: AddToCartInput!) {
            addToCart(input: $input) { cart { lines { quantity } } problems { __typename path } }
        }";
        let body = json!({ "query": query, "variables": { "input": adding(&lunch, 0, 2, "k0") } });
        let request = post(&app).bearer_auth(access.as_str().unwrap()).json(&body);
        let payload = Reply::to(request).await.json()["data"]["addToCart"].take();
        assert_eq!((problems(&payload), quantities(&payload["cart"])), (vec![], vec![2]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_gets_in_also_where_their_cart_cannot_be_had() {
    let mut redis = Redis::start();
    let app = with_redis(&redis.url()).await;
    let lunch = lunch_for_all(&app).await;
    let cart = filled(&app, &lunch, &[(0, 2)]).await;
    redis.kill();
    for mutation in ["signUp", "signIn"] {
        assert_ne!(
            enter(&app, mutation, PASSWORD, &cart).await,
            Value::Null,
            "{mutation}"
        );
    }
}
