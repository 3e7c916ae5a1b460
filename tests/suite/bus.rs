//! What one process changes, the others hear: real servers on one PostgreSQL and one Redis.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::AsyncCommands;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use thali::{
    bus::{Bus, Heard, Told},
    clock::Clock,
    db::Meter,
    event::Event,
    jobs::Jobs,
    outbox,
};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

use crate::{
    app::{Engine, TestApp, monday},
    data::{Data, Size},
    on_both,
    processes::{Redis, Server},
    writes::{five_pounds, price_of, priced, set_price},
};

const WITHIN: Duration = Duration::from_secs(1);

/// A listener of the test's own, beside the servers.
fn listen(redis: &Redis, database: &str) -> (Bus, Receiver<Heard>) {
    let bus = Bus::new(Some((&redis.url(), database)), &Clock::default()).unwrap();
    let heard = bus.subscribe();
    let listening = bus.clone();
    tokio::spawn(async move { listening.listen().await });
    (bus, heard)
}

/// By what the servers on the database of `app` know it.
async fn identity(app: &TestApp) -> Arc<str> {
    app.app.db.identity().await.unwrap()
}

/// What is told next; losses do not count.
async fn next(heard: &mut Receiver<Heard>, within: Duration) -> Told {
    let told = async {
        loop {
            if let Heard::Told(_, told) = heard.recv().await.unwrap() {
                return (*told).clone();
            }
        }
    };
    let told = tokio::time::timeout(within, told).await;
    told.expect("nothing was told in time")
}

/// Waits until the bus is found.
async fn found(heard: &mut Receiver<Heard>) {
    let found = async { while !matches!(heard.recv().await.unwrap(), Heard::Found) {} };
    let found = tokio::time::timeout(Duration::from_secs(10), found).await;
    found.expect("the bus is not found");
}

/// How many events wait to be told.
async fn waiting(app: &TestApp) -> u64 {
    use entity::outbox::{Column, Entity};
    let waiting = Entity::find().filter(Column::PublishedAt.is_null());
    waiting
        .count(&app.app.db.reader(&Meter::new("test")))
        .await
        .unwrap()
}

/// Writes an event as a process does that is killed right after its commit.
async fn left_behind(app: &TestApp, event: Event, number: u128) -> Uuid {
    let db = app.app.db.for_migration();
    let (name, payload) = event.told().unwrap();
    let row = entity::outbox::Model {
        id: Uuid::from_u64_pair(Uuid::now_v7().as_u64_pair().0, number as u64 | 1 << 63),
        topic: event.topic(),
        name,
        payload,
        created_at: chrono::Utc::now(),
        published_at: None,
    };
    let id = row.id;
    entity::outbox::Entity::insert(sea_orm::IntoActiveModel::into_active_model(row))
        .exec_without_returning(db)
        .await
        .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_writes_another_hears() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let redis = Redis::start();
    let one = Server::start(&app, Some(&redis));
    let two = Server::start(&app, Some(&redis));
    let (bus, mut heard) = listen(&redis, &identity(&app).await);
    found(&mut heard).await;
    let input = five_pounds(priced(&data)[0], "k1");
    let query = "mutation ($input: SetMenuItemPriceInput!) { setMenuItemPrice(input: $input) { problems { message } } }";
    let answer = one.execute(query, json!({ "input": input })).await;
    assert_eq!(
        answer["data"]["setMenuItemPrice"]["problems"],
        json!([]),
        "{answer:#}"
    );
    let told = next(&mut heard, WITHIN).await;
    assert_eq!(told.name, "MenuItemPriceChanged");
    assert_ne!(told.by, bus.instance());
    let line = format!(
        "heard event=\"MenuItemPriceChanged\" topic=\"{}\"",
        told.topic
    );
    two.logs(&line, WITHIN).await;
    assert!(!one.log().contains("heard event="), "{}", one.log());
    app.until(async || waiting(&app).await == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_has_not_told_another_tells_in_order() {
    let app = TestApp::start(Engine::Postgres).await;
    let redis = Redis::start();
    let _one = Server::start(&app, Some(&redis));
    let _two = Server::start(&app, Some(&redis));
    let (_bus, mut heard) = listen(&redis, &identity(&app).await);
    found(&mut heard).await;
    let begun = Instant::now();
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(left_behind(&app, Event::DataImported {}, number).await);
    }
    let mut told = Vec::new();
    for _ in &ids {
        told.push(next(&mut heard, WITHIN).await.id);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(told, ids);
    app.until(async || waiting(&app).await == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_takes_what_was_left_of_its_topic_with_it() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let item = priced(&data)[0];
    let menu = data
        .items
        .iter()
        .find(|row| row.id == item)
        .unwrap()
        .menu_id;
    let event = |menu| Event::MenuItemPortionsChanged {
        menu,
        menu_item: item,
        version: 7,
    };
    let other = left_behind(&app, event(Uuid::now_v7()), 0).await;
    let left = left_behind(&app, event(menu), 1).await;
    let mut heard = app.app.bus.subscribe();
    set_price(&app, &five_pounds(item, "k1")).await;
    assert_eq!(next(&mut heard, WITHIN).await.id, left);
    assert_eq!(next(&mut heard, WITHIN).await.name, "MenuItemPriceChanged");
    app.until(async || waiting(&app).await == 1).await;
    assert!(heard.is_empty());
    app.app
        .clock
        .set(chrono::Utc::now() + chrono::TimeDelta::seconds(9));
    outbox::relay(&app.app).await.unwrap();
    assert_eq!(next(&mut heard, WITHIN).await.id, other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_keeps_its_order_whoever_writes() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let redis = Redis::start();
    let servers = [&app; 2].map(|app| Server::start(app, Some(&redis)));
    let (_bus, mut heard) = listen(&redis, &identity(&app).await);
    found(&mut heard).await;
    let menu = data.items.iter().find(|row| row.id == priced(&data)[0]);
    let menu = menu.unwrap().menu_id;
    let of_menu = data.items.iter().filter(|row| row.menu_id == menu);
    let items: Vec<Uuid> = of_menu.map(|row| row.id).collect();
    let query = "mutation ($input: SetMenuItemPriceInput!) { setMenuItemPrice(input: $input) { problems { message } } }";
    let mut told = Vec::new();
    for round in 0..6 {
        let changes = (0..).zip(
            items
                .iter()
                .flat_map(|item| [(item, "STAFF"), (item, "VISITOR")]),
        );
        let sent = changes.map(async |(number, (item, audience))| {
            let mut input = five_pounds(*item, &format!("{round}-{number}"));
            let first = i32::from(audience == "STAFF");
            input["audience"] = json!(audience);
            input["expectedVersion"] = json!(first + round);
            let answer = servers[number % 2]
                .execute(query, json!({ "input": input }))
                .await;
            assert_eq!(
                answer["data"]["setMenuItemPrice"]["problems"],
                json!([]),
                "{answer:#}"
            );
        });
        let sent = futures_util::future::join_all(sent).await.len();
        for _ in 0..sent {
            told.push(next(&mut heard, WITHIN).await.id);
        }
    }
    assert_eq!(told.len(), items.len() * 12);
    assert!(told.is_sorted(), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_while_redis_was_away_is_told_when_it_is_back() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let mut redis = Redis::start();
    let one = Server::start(&app, Some(&redis));
    let two = Server::start(&app, Some(&redis));
    let (_bus, mut heard) = listen(&redis, &identity(&app).await);
    found(&mut heard).await;
    redis.kill();
    one.logs("the bus is lost", 2 * WITHIN).await;
    two.logs("the bus is lost", 2 * WITHIN).await;
    let item = priced(&data)[0];
    let query = "mutation ($input: SetMenuItemPriceInput!) { setMenuItemPrice(input: $input) { problems { message } } }";
    for (number, server) in (1..=4).zip([&one, &two, &one, &two]) {
        let mut input = five_pounds(item, &format!("k{number}"));
        input["expectedVersion"] = json!(number);
        let begun = Instant::now();
        let answer = server.execute(query, json!({ "input": input })).await;
        assert_eq!(
            answer["data"]["setMenuItemPrice"]["problems"],
            json!([]),
            "{answer:#}"
        );
        assert!(
            begun.elapsed() < WITHIN,
            "a change waits for the bus: {:?}",
            begun.elapsed()
        );
    }
    assert_eq!(waiting(&app).await, 4);
    redis.start_again();
    for version in 2..=5 {
        let told = next(&mut heard, Duration::from_secs(5)).await;
        let is_it = matches!(told.event(), Event::MenuItemPriceChanged { version: it, .. } if it == version);
        assert!(is_it, "{version}: {told:?}");
    }
    app.until(async || waiting(&app).await == 0).await;
    assert_eq!(price_of(&app, item).await.version, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_cut_is_a_loss() {
    let redis = Redis::start();
    let (bus, mut heard) = listen(&redis, "test");
    found(&mut heard).await;
    let told = |number| Told {
        id: Uuid::from_u128(number),
        topic: "data".to_owned(),
        name: "DataImported".to_owned(),
        payload: "{}".to_owned(),
        by: bus.instance(),
        position: Some("0/16B3748".to_owned()),
    };
    bus.publish(&[told(1)]).await.unwrap();
    assert_eq!(next(&mut heard, WITHIN).await, told(1));
    let mut client = redis.client().await;
    let () = client.del("thali:bus:test").await.unwrap();
    bus.publish(&[told(2)]).await.unwrap();
    let loss = async { while !matches!(heard.recv().await.unwrap(), Heard::Lost) {} };
    tokio::time::timeout(WITHIN, loss)
        .await
        .expect("no loss is told");
    found(&mut heard).await;
    bus.publish(&[told(3)]).await.unwrap();
    assert_eq!(next(&mut heard, WITHIN).await, told(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_catches_up() {
    let redis = Redis::start();
    let (bus, mut heard) = listen(&redis, "test");
    found(&mut heard).await;
    let told = |number| Told {
        id: Uuid::from_u128(number),
        topic: "data".to_owned(),
        name: "TrayDelivered".to_owned(),
        payload: "{}".to_owned(),
        by: bus.instance(),
        position: None,
    };
    bus.publish(&[told(1)]).await.unwrap();
    assert_eq!(next(&mut heard, WITHIN).await, told(1));
    // Only the connections are cut: the stream stays.
    let mut client = redis.client().await;
    let (other, _) = listen(&redis, "test");
    let cut: Result<(), _> = redis::cmd("CLIENT")
        .arg("KILL")
        .arg("SKIPME")
        .arg("yes")
        .query_async(&mut client)
        .await;
    cut.unwrap();
    for number in 2..=4 {
        while other.publish(&[told(number)]).await.is_err() {}
    }
    let mut ids: Vec<Uuid> = Vec::new();
    while ids.last() != Some(&Uuid::from_u128(4)) {
        ids.push(next(&mut heard, 2 * WITHIN).await.id);
    }
    ids.dedup();
    assert_eq!(ids, [2, 3, 4].map(Uuid::from_u128));
}

on_both! {
    async fn an_import_beside_a_running_server_is_heard_by_it(app: TestApp) {
        let server = Server::start(&app, None);
        let mut heard = app.app.bus.subscribe();
        server.import_demo_hospitals();
        server.logs("told events that were left", 2 * WITHIN).await;
        app.until(async || waiting(&app).await == 0).await;
        assert!(heard.try_recv().is_err());
    }
}

on_both! {
    async fn what_was_told_long_ago_is_removed_and_old_keys_too(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let items = priced(&data);
        set_price(&app, &five_pounds(items[0], "old")).await;
        app.until(async || waiting(&app).await == 0).await;
        let kept = async || crate::writes::kept(&app).await;
        let jobs = Jobs::start(&app.app);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(kept().await, (1, 1));
        jobs.stop().await;
        app.app.clock.set(monday() + chrono::TimeDelta::hours(49));
        set_price(&app, &five_pounds(items[1], "new")).await;
        app.until(async || waiting(&app).await == 0).await;
        let jobs = Jobs::start(&app.app);
        app.until(async || kept().await == (1, 1)).await;
        jobs.stop().await;
    }
}
