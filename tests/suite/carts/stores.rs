//! Where carts are kept: memory and Redis do the same, and for how long.

use std::time::Duration;

use chrono::TimeDelta;
use redis::AsyncCommands;
use serde_json::{Value, json};
use thali::{
    carts::{Carts, Change, Key, LIFE, Line, Outcome, What, Whose},
    graph::id::Kind,
};
use uuid::Uuid;

use super::{CART, add, adding, cart_of, cart_with, lunch_for_all, redis_url, with_redis};
use crate::{
    app::{Engine, TestApp, monday},
    ask::{Reply, post},
    data::mix,
    orders::place,
    processes::Redis,
};

fn line(item: u64, quantity: i32, price: i64) -> Line {
    Line {
        item: Uuid::from_u128(item.into()),
        quantity,
        unit_price_minor: price,
        currency: "GBP".to_owned(),
        added_at: monday(),
    }
}

fn change(what: What) -> Change {
    Change {
        what,
        makes: true,
        expected_version: None,
        key: None,
    }
}

/// A change, which is the same for the same number.
fn random(n: u64) -> Change {
    let dice = |sides: u64, of: u64| mix(n * 31 + of) % sides;
    // So many items that a cart gets full, and so few that most are met again.
    let item = |of| dice(70, of);
    let quantity = 1 + i32::try_from(dice(9, 1)).unwrap();
    let price = 100 + i64::try_from(dice(2, 2)).unwrap();
    let what = match dice(40, 3) {
        0..20 => What::Add(line(item(4), quantity, price)),
        20..34 => What::Set(line(item(4), quantity, price)),
        34..37 => What::Remove(Uuid::from_u128(item(4).into())),
        37..39 => {
            let taken = (5..8).map(|of| (Uuid::from_u128(item(of).into()), quantity));
            What::Take(taken.collect())
        }
        _ if dice(5, 8) == 0 => What::Clear,
        _ => What::Take(Vec::new()),
    };
    Change {
        what,
        makes: dice(4, 9) > 0,
        expected_version: (dice(5, 10) == 0).then(|| i32::try_from(dice(60, 11)).unwrap()),
        key: (dice(2, 12) == 0).then(|| {
            let key = dice(80, 13);
            Key::new(&format!("key {key}"), &format!("what {}", dice(2, 14)))
        }),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_answer_the_same_to_whatever_is_sent() {
    let app = with_redis(&redis_url()).await;
    let (redis, memory) = (&app.app.carts, Carts::new(None));
    assert!(matches!(redis, Carts::Redis(_)));
    let carts = [
        Whose::Account(Uuid::from_u128(1)),
        Whose::token("one"),
        Whose::token("two"),
    ];
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..3_000 {
        let whose = &carts[usize::try_from(mix(n) % 3).unwrap()];
        let now = monday() + TimeDelta::seconds(i64::try_from(n).unwrap());
        let change = random(n);
        let outcome = redis.change(whose, &change, now).await.unwrap();
        let other = memory.change(whose, &change, now).await.unwrap();
        assert_eq!(outcome, other, "{n}: {change:?}");
        let name = format!("{outcome:?}");
        let name = name.split([' ', '(']).next().unwrap().to_owned();
        *seen.entry(name).or_insert(0) += 1;
        if n % 250 == 249 {
            let from = &carts[1 + usize::try_from(n / 250 % 2).unwrap()];
            redis.merge(from, &carts[0], now).await.unwrap();
            memory.merge(from, &carts[0], now).await.unwrap();
        }
        let kept = redis.read(&carts, now).await.unwrap();
        assert_eq!(
            kept,
            memory.read(&carts, now).await.unwrap(),
            "{n}: {change:?}"
        );
    }
    // And everything was met.
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    let expected = [
        "Again",
        "Done",
        "Full",
        "KeyReused",
        "Missing",
        "TooMany",
        "Version",
    ];
    assert_eq!(names, expected, "{seen:?}");
}

#[tokio::test]
async fn in_memory_it_is_kept_for_a_day_after_its_last_change() {
    let app = TestApp::start(Engine::Sqlite).await;
    let lunch = lunch_for_all(&app).await;
    let token = add(&app, None, adding(&lunch, 0, 1, "k1")).await["cart"]["token"].take();
    let almost = LIFE - TimeDelta::seconds(1);
    app.app.clock.set(monday() + almost);
    assert_eq!(cart_with(&app, &token).await["version"], 1);
    let mut more = adding(&lunch, 1, 1, "k2");
    more["cart"] = token.clone();
    let changed = add(&app, None, more).await;
    assert_eq!(changed["cart"]["expiresAt"], "2026-11-25T08:59:59Z");
    app.app.clock.set(monday() + almost + almost);
    assert_eq!(cart_with(&app, &token).await["version"], 2);
    app.app.clock.set(monday() + almost + LIFE);
    assert_eq!(cart_with(&app, &token).await, Value::Null);
}

#[tokio::test]
async fn in_memory_there_are_so_many_and_the_oldest_go() {
    let carts = Carts::new(None);
    let whose = |n: i64| Whose::token(&n.to_string());
    for n in 0..10_010 {
        let now = monday() + TimeDelta::milliseconds(n);
        let (whose, change) = (whose(n), change(What::Add(line(1, 1, 1))));
        let outcome = carts.change(&whose, &change, now).await.unwrap();
        assert_eq!(outcome, Outcome::Done);
    }
    let asked = [whose(0), whose(9), whose(10), whose(10_009)];
    let kept = carts.read(&asked, monday()).await.unwrap();
    let is_there: Vec<bool> = kept.iter().map(Option::is_some).collect();
    assert_eq!(is_there, [false, false, true, true]);
}

#[tokio::test]
async fn in_redis_it_is_kept_for_a_day_after_its_last_change_below_the_name_of_the_database() {
    let app = with_redis(&redis_url()).await;
    let lunch = lunch_for_all(&app).await;
    let token = add(&app, None, adding(&lunch, 0, 1, "k1")).await["cart"]["token"].take();
    let token = token.as_str().unwrap();
    let client = redis::Client::open(redis_url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let identity = app.app.db.identity().await.unwrap();
    let keys: Vec<String> = redis.keys(format!("thali:c:{identity}:*")).await.unwrap();
    assert_eq!(keys.len(), 1);
    // Redis does not know what the cart is reached by.
    assert!(!keys[0].contains(token));
    let day = LIFE.num_milliseconds();
    let left: i64 = redis.pttl(&keys[0]).await.unwrap();
    assert!((day - 60_000..=day).contains(&left), "{left}");
    let _: () = redis.pexpire(&keys[0], 60_000).await.unwrap();
    cart_with(&app, &json!(token)).await;
    let left: i64 = redis.pttl(&keys[0]).await.unwrap();
    assert!(left <= 60_000, "to look at it does not keep it: {left}");
    let mut more = adding(&lunch, 1, 1, "k2");
    more["cart"] = json!(token);
    add(&app, None, more).await;
    let left: i64 = redis.pttl(&keys[0]).await.unwrap();
    assert!((day - 60_000..=day).contains(&left), "{left}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_redis_that_is_set_there_are_no_carts_and_all_else_goes_on() {
    let mut redis = Redis::start();
    let app = with_redis(&redis.url()).await;
    let lunch = lunch_for_all(&app).await;
    add(&app, Some(lunch.nurse), adding(&lunch, 0, 1, "k1")).await;
    redis.kill();
    let token = app.token_of(lunch.nurse).await;
    let ask = async |query: &str, input: Value| {
        let body = json!({ "query": query, "variables": { "input": input } });
        Reply::to(post(&app).bearer_auth(&token).json(&body)).await
    };
    let item = Kind::MenuItem.id(lunch.items[0]).0;
    for (mutation, input) in [
        ("addToCart", adding(&lunch, 0, 1, "k2")),
        ("setCartLine", json!({ "menuItem": item, "quantity": 1 })),
        ("clearCart", json!({})),
    ] {
        let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation ($input: {name}!) {{ {mutation}(input: $input) {{ problems {{ code }} }} }}"
        );
        assert_eq!(ask(&query, input).await.code(), "UNAVAILABLE", "{mutation}");
    }
    let viewer = "{ viewer { account { name } cart { version } } cart(token: \"x\") { version } }";
    let reply = ask(viewer, Value::Null).await;
    assert_eq!(reply.code(), "UNAVAILABLE", "{reply}");
    let data = &reply.json()["data"];
    assert_eq!(data["viewer"]["account"]["name"], "Somebody");
    assert_eq!(
        (&data["viewer"]["cart"], &data["cart"]),
        (&Value::Null, &Value::Null)
    );
    let mut order = lunch.order(&[0], "k1");
    order["fromCart"] = json!(true);
    let placed = place(&app, lunch.nurse, &order).await;
    assert_eq!(placed["problems"], json!([]), "{placed:#}");
    // Once it is back there are carts again; it was told to keep nothing.
    redis.start_again();
    let is_back = async || {
        let query =
            "mutation ($input: AddToCartInput!) { addToCart(input: $input) { problems { code } } }";
        ask(query, adding(&lunch, 0, 1, "k3"))
            .await
            .code()
            .is_empty()
    };
    for _ in 0..100 {
        if is_back().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(cart_of(&app, lunch.nurse, CART).await["version"], 1);
}
