//! What processes share through Redis.

use std::time::Duration;

use futures_util::future::join_all;
use redis::AsyncCommands;
use serde_json::{Value, json};
use thali::{
    cache::Tag,
    config::{RedisUrl, Switch},
};

use super::{name_of, rename, statements};
use crate::{
    app::{Engine, TestApp},
    data::{Data, Size},
};

fn redis_url() -> String {
    std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL is not set: run with `make test`")
}

/// Two servers that share a database and Redis, and hear each other.
async fn two(url: &str) -> (TestApp, TestApp, Data) {
    let first = TestApp::with(Engine::Postgres, |config| {
        config.cache = Switch(true);
        config.redis_url = Some(RedisUrl(url.to_owned()));
    })
    .await;
    let data = Data::fill(&first, Size::ONE).await;
    let second = first.beside(|_| {}).await;
    for app in [&first, &second] {
        hears(app).await;
    }
    (first, second, data)
}

/// Waits until Redis is believed.
async fn hears(app: &TestApp) {
    app.app.cache.find_bus();
    for _ in 0..500 {
        if app.app.cache.is_sharing() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("Redis is not believed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_is_not_served_by_another_that_heard_of_it() {
    let (first, second, data) = two(&redis_url()).await;
    let dish = data.dishes[0].id;
    name_of(&first, dish).await;
    name_of(&second, dish).await;
    rename(&first, dish, "New").await;
    first.app.cache.invalidate(&[Tag::Dish(dish)]).await;
    assert_eq!(name_of(&first, dish).await.0, "New");
    second.app.cache.hear(&[Tag::Dish(dish)]);
    assert_eq!(name_of(&second, dish).await.0, "New");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_loaded() {
    let (first, second, data) = two(&redis_url()).await;
    let dish = data.dishes[0].id;
    let (name, _) = name_of(&first, dish).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let client = redis::Client::open(redis_url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let identity = first.app.db.identity().await.unwrap();
    let keys: Vec<Vec<u8>> = redis.keys(format!("thali:v:{identity}:*")).await.unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let mut value: Vec<u8> = redis.get(&key).await.unwrap();
        value.truncate(value.len() - 3);
        let _: () = redis.set(&key, value).await.unwrap();
    }
    assert_eq!(name_of(&second, dish).await, (name, 1));
}

/// A lease ends after a second, and a busy machine may take longer: so it is tried a few times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_ask_at_once_load_once() {
    let (first, second, _) = two(&redis_url()).await;
    let apps = [&first, &second];
    let mut once = 0;
    for size in 20..25 {
        let query = format!(
            "{{ dishes(first: {size}) {{ nodes {{ name kitchen {{ name }} }} }}
                hospitals(first: {size}) {{ nodes {{ name wards {{ nodes {{ name }} }} }} }} }}"
        );
        first.app.cache.invalidate(&[Tag::Everything]).await;
        second.app.cache.hear(&[Tag::Everything]);
        let asked = (0..20).map(|n| apps[n % 2].execute(&query, json!({})));
        let answers = join_all(asked).await;
        assert!(
            answers
                .iter()
                .all(|answer| answer["data"] == answers[0]["data"])
        );
        assert_ne!(
            answers[0]["data"]["dishes"]["nodes"],
            Value::Array(Vec::new())
        );
        let all: u64 = answers.iter().map(statements).sum();
        assert!(
            (4..=8).contains(&all),
            "{all}: each process loads once at most"
        );
        once += u32::from(all == 4);
    }
    assert!(once > 0, "each statement once in both");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_redis_that_is_set_everything_goes_on() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.cache = Switch(true);
        config.redis_url = Some(RedisUrl("redis://127.0.0.1:9".to_owned()));
    })
    .await;
    let data = Data::fill(&app, Size::ONE).await;
    let dish = data.dishes[0].id;
    assert_eq!(name_of(&app, dish).await.1, 1);
    assert_eq!(name_of(&app, dish).await.1, 0, "memory does without");
    // Nobody is heard, so nothing is believed for long.
    rename(&app, dish, "New").await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(name_of(&app, dish).await, (json!("New"), 1));
    rename(&app, dish, "Newer").await;
    app.app.cache.invalidate(&[Tag::Dish(dish)]).await;
    assert_eq!(name_of(&app, dish).await, (json!("Newer"), 1));
}
