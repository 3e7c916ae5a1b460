//! Carts: reached by those whose they are, changed by many at once, and shown with what speaks
//! against them.

use entity::vocabulary::Role;
use serde_json::{Value, json};
use thali::{auth::Place, config::RedisUrl, graph::id::Kind};
use uuid::Uuid;

use crate::{
    app::{Engine, TestApp},
    ask::{Reply, post},
    orders::{Lunch, payload, problems, run_sql},
    people::person,
};

mod merging;
mod shown;
mod stores;

const CART: &str = "token version expiresAt total { amountMinor currency }
    lines { menuItemId quantity unitPrice { amountMinor currency } lineTotal { amountMinor } }";

const PROBLEMS: &str = "problems { __typename message path ... on InvalidValue { allowed } }";

/// A server that keeps carts in Redis.
async fn with_redis(url: &str) -> TestApp {
    TestApp::with(Engine::Sqlite, |config| {
        config.redis_url = Some(RedisUrl(url.to_owned()));
    })
    .await
}

fn redis_url() -> String {
    std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL is not set: run with `make test`")
}

/// Declares a test that runs with carts in memory and in Redis.
macro_rules! in_both {
    ($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($app: TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_memory() {
                run(TestApp::start(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_redis() {
                run(crate::carts::with_redis(&crate::carts::redis_url()).await).await;
            }
        }
    };
}

pub(crate) use in_both;

/// A lunch that visitors may eat too, at the price of patients.
async fn lunch_for_all(app: &TestApp) -> Lunch {
    let lunch = Lunch::lay(app).await;
    sell_to_visitors(app).await;
    lunch
}

/// What patients can order visitors can, at the same price.
pub async fn sell_to_visitors(app: &TestApp) {
    run_sql(app, "DELETE FROM menu_item_price WHERE audience = 3").await;
    run_sql(
        app,
        "INSERT INTO menu_item_price (menu_item_id, audience, base_minor, per_unit_minor, unit, currency, version)
         SELECT menu_item_id, 3, base_minor, per_unit_minor, unit, currency, version
         FROM menu_item_price WHERE audience = 1",
    )
    .await;
}

/// What a mutation of carts answers; as somebody, or as nobody.
async fn change(app: &TestApp, who: Option<Uuid>, mutation: &str, input: Value) -> Value {
    let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation ($input: {name}!) {{ {mutation}(input: $input) {{ cart {{ {CART} }} {PROBLEMS} }} }}"
    );
    let input = json!({ "input": input });
    let answer = match who {
        Some(who) => app.execute_as(who, &query, input).await,
        None => app.execute(&query, input).await,
    };
    payload(answer, mutation)
}

fn adding(lunch: &Lunch, item: usize, quantity: i32, key: &str) -> Value {
    let item = Kind::MenuItem.id(lunch.items[item]).0;
    json!({ "menuItem": item, "quantity": quantity, "idempotencyKey": key })
}

async fn add(app: &TestApp, who: Option<Uuid>, input: Value) -> Value {
    change(app, who, "addToCart", input).await
}

/// The cart of an account, with this selection.
async fn cart_of(app: &TestApp, who: Uuid, selection: &str) -> Value {
    let query = format!("{{ viewer {{ cart {{ {selection} }} }} }}");
    let mut answer = app.execute_as(who, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["viewer"]["cart"].take()
}

/// The cart with a token.
async fn cart_with(app: &TestApp, token: &Value) -> Value {
    let query = format!("query ($token: String!) {{ cart(token: $token) {{ {CART} }} }}");
    app.data(&query, json!({ "token": token })).await["cart"].take()
}

fn quantities(cart: &Value) -> Vec<i64> {
    let lines = cart["lines"].as_array().unwrap().iter();
    lines
        .map(|line| line["quantity"].as_i64().unwrap())
        .collect()
}

in_both! {
    async fn it_is_reached_by_its_person_or_by_its_token_and_by_nobody_else(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let made = add(&app, None, adding(&lunch, 1, 2, "k1")).await;
        let token = made["cart"]["token"].clone();
        let item = Kind::MenuItem.id(lunch.items[1]).0;
        let expected = json!({
            "token": token,
            "version": 1,
            "expiresAt": "2026-11-24T09:00:00Z",
            "total": { "amountMinor": 842, "currency": "GBP" },
            "lines": [{
                "menuItemId": item,
                "quantity": 2,
                "unitPrice": { "amountMinor": 421, "currency": "GBP" },
                "lineTotal": { "amountMinor": 842 },
            }],
        });
        assert_eq!(made, json!({ "cart": expected, "problems": [] }));
        assert_eq!(token.as_str().unwrap().len(), 43);
        assert_eq!(cart_with(&app, &token).await, expected);
        // Whoever does not name it gets another one.
        let other = add(&app, None, adding(&lunch, 1, 1, "k1")).await;
        assert_ne!(other["cart"]["token"], token);
        assert_eq!(cart_with(&app, &json!("nonsense")).await, Value::Null);

        let (one, two) = (lunch.nurse, person(&app, &[]).await);
        let own = add(&app, Some(one), adding(&lunch, 0, 1, "k1")).await;
        assert_eq!(own["cart"]["token"], Value::Null);
        // As staff they pay something else.
        assert_eq!(own["cart"]["total"]["amountMinor"], 630, "{own:#}");
        assert_eq!(cart_of(&app, one, CART).await, own["cart"]);
        let empty = json!({ "token": null, "version": 0, "expiresAt": null, "total": null, "lines": [] });
        assert_eq!(cart_of(&app, two, CART).await, empty);
        // The id of an account is no token.
        for token in [one.to_string(), one.simple().to_string(), String::new()] {
            assert_eq!(cart_with(&app, &json!(token)).await, Value::Null);
        }
        let mut named = adding(&lunch, 0, 1, "k2");
        named["cart"] = token.clone();
        assert_eq!(quantities(&add(&app, Some(two), named).await["cart"]), [2, 1]);
    }
}

in_both! {
    async fn who_has_no_cart_is_told_how_to_have_one(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let item = Kind::MenuItem.id(lunch.items[0]).0;
        for (mutation, mut input) in [
            ("addToCart", adding(&lunch, 0, 1, "k1")),
            ("setCartLine", json!({ "menuItem": item, "quantity": 1 })),
            ("clearCart", json!({})),
        ] {
            let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
            let query = format!("mutation ($input: {name}!) {{ {mutation}(input: $input) {{ problems {{ code }} }} }}");
            let send = async |input: &Value, token: Option<&str>| {
                let request = token.map_or_else(|| post(&app), |token| post(&app).bearer_auth(token));
                let body = json!({ "query": query, "variables": { "input": input } });
                Reply::to(request.json(&body)).await.code()
            };
            // A session that is over is not taken for nobody's.
            assert_eq!(send(&input, Some("nonsense")).await, "UNAUTHENTICATED", "{mutation}");
            let expected = if mutation == "addToCart" { "" } else { "BAD_USER_INPUT" };
            assert_eq!(send(&input, None).await, expected, "{mutation}");
            input["cart"] = json!("nonsense");
            let refused = change(&app, None, mutation, input).await;
            assert_eq!(problems(&refused), ["NotFound cart"], "{mutation}");
            assert_eq!(refused["cart"], Value::Null);
        }
    }
}

in_both! {
    async fn what_is_sent_again_is_added_once(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = Some(lunch.nurse);
        let sends = (0..20).map(|_| add(&app, who, adding(&lunch, 0, 2, "k1")));
        for answer in futures_util::future::join_all(sends).await {
            assert_eq!(quantities(&answer["cart"]), [2], "{answer:#}");
        }
        let refused = add(&app, who, adding(&lunch, 0, 3, "k1")).await;
        assert_eq!(problems(&refused), ["IdempotencyKeyReused idempotencyKey"]);
        assert_eq!(quantities(&add(&app, who, adding(&lunch, 0, 2, "k2")).await["cart"]), [4]);
        change(&app, who, "clearCart", json!({})).await;
        // Also after it was cleared, and when it is on no menu any more.
        run_sql(&app, "UPDATE menu SET published_at = NULL").await;
        let again = add(&app, who, adding(&lunch, 0, 2, "k1")).await;
        assert_eq!((&again["problems"], quantities(&again["cart"])), (&json!([]), vec![]));
        let refused = add(&app, who, adding(&lunch, 0, 2, "k3")).await;
        assert_eq!(problems(&refused), ["NotOnMenu menuItem"]);
    }
}

in_both! {
    async fn a_line_is_set_and_taken_out_and_all_of_them(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = Some(lunch.nurse);
        let set = async |item: usize, quantity: i32, expected: Option<i32>| {
            let item = Kind::MenuItem.id(lunch.items[item]).0;
            let input = json!({ "menuItem": item, "quantity": quantity, "expectedVersion": expected });
            change(&app, who, "setCartLine", input).await
        };
        assert_eq!(quantities(&set(0, 3, Some(0)).await["cart"]), [3]);
        assert_eq!(quantities(&set(1, 1, Some(1)).await["cart"]), [3, 1]);
        assert_eq!(quantities(&set(0, 20, None).await["cart"]), [20, 1]);
        let refused = set(0, 1, Some(2)).await;
        assert_eq!(problems(&refused), ["VersionConflict expectedVersion"]);
        // What is so already can be sent again, whatever was seen.
        let again = set(0, 20, Some(2)).await;
        assert_eq!(again["cart"]["version"], 3, "{again:#}");
        assert_eq!(quantities(&set(0, 0, Some(3)).await["cart"]), [1]);
        assert_eq!(set(0, 0, Some(3)).await["cart"]["version"], 4);
        for quantity in [-1, 21] {
            assert_eq!(problems(&set(1, quantity, None).await), ["InvalidValue quantity"]);
        }
        let refused = change(&app, who, "clearCart", json!({ "expectedVersion": 3 })).await;
        assert_eq!(problems(&refused), ["VersionConflict expectedVersion"]);
        for _ in 0..2 {
            let cleared = change(&app, who, "clearCart", json!({ "expectedVersion": 4 })).await;
            assert_eq!((&cleared["cart"]["version"], &cleared["cart"]["lines"]), (&json!(5), &json!([])));
        }
    }
}

in_both! {
    async fn what_is_not_to_be_added_is_told_all_together(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = Some(lunch.nurse);
        let mut input = adding(&lunch, 0, 21, "a b");
        input["menuItem"] = json!(Kind::MenuItem.id(Uuid::from_u128(7)).0);
        let refused = add(&app, who, input).await;
        let expected = ["InvalidValue quantity", "InvalidValue idempotencyKey", "NotOnMenu menuItem"];
        assert_eq!(problems(&refused), expected);
        add(&app, who, adding(&lunch, 0, 15, "k1")).await;
        let refused = add(&app, who, adding(&lunch, 0, 6, "k2")).await;
        assert_eq!(problems(&refused), ["InvalidValue quantity"]);
        assert_eq!(refused["problems"][0]["allowed"], "at most 20 with the 15 that are in the cart");
        assert_eq!(quantities(&add(&app, who, adding(&lunch, 0, 5, "k3")).await["cart"]), [20]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_who_add_at_once_on_two_servers_all_do() {
    let app = with_redis(&redis_url()).await;
    let other = app.beside(|_| {}).await;
    two_hundred(&app, &other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_who_add_at_once_in_memory_all_do() {
    let app = TestApp::start(Engine::Sqlite).await;
    two_hundred(&app, &app).await;
}

async fn two_hundred(app: &TestApp, other: &TestApp) {
    let lunch = lunch_for_all(app).await;
    let data = &lunch.data;
    // Four items of this lunch and six of others.
    run_sql(app, "DELETE FROM menu_item_price WHERE audience = 2").await;
    run_sql(
        app,
        "INSERT INTO menu_item_price (menu_item_id, audience, base_minor, per_unit_minor, currency, version)
         SELECT id, 2, 0, 500, 'GBP', 1 FROM menu_item",
    )
    .await;
    let of_hospital = |id: &Uuid| {
        let menu = data.menus.iter().find(|menu| menu.id == *id).unwrap();
        menu.hospital_id == Some(lunch.hospital) && menu.published_at.is_some()
    };
    let items = data.items.iter().filter(|item| of_hospital(&item.menu_id));
    let items: Vec<Uuid> = items.map(|item| item.id).take(10).collect();
    assert_eq!(items.len(), 10);
    let nurse = person(app, &[(Role::Nurse, Place::Hospital(lunch.hospital))]).await;
    let adds = (0..200).map(|n: usize| {
        let app = [app, other][n % 2];
        let item = Kind::MenuItem.id(items[n % 10]).0;
        let input = json!({ "menuItem": item, "idempotencyKey": format!("k{n}") });
        async move { add(app, Some(nurse), input).await["problems"].clone() }
    });
    for problems in futures_util::future::join_all(adds).await {
        assert_eq!(problems, json!([]));
    }
    let cart = cart_of(other, nurse, CART).await;
    assert_eq!(
        (&cart["version"], quantities(&cart)),
        (&json!(200), vec![20; 10])
    );
    assert_eq!(cart["total"]["amountMinor"], 100_000);
}
