//! What changed is in no answer that was kept.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use thali::{cache::Tag, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::*;
use crate::{
    data::{Data, Size},
    on_both,
};

const NAME: &str = "query($id: ID!) { node(id: $id) { ... on Dish { name } } }";

async fn ask(app: &TestApp, dish: Uuid) -> Reply {
    let variables = json!({ "id": Kind::Dish.id(dish).0 }).to_string();
    let parameters = [("query", NAME), ("variables", variables.as_str())];
    Reply::to(get(app, &parameters)).await
}

fn name(reply: &Reply) -> Value {
    reply.json()["data"]["node"]["name"].take()
}

/// Changes rows, and tells nobody.
async fn change(app: &TestApp, sql: &str) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.commit().await.unwrap();
}

/// SQLite has ids as bytes.
fn literal(app: &TestApp, id: Uuid) -> String {
    match app.engine() {
        Engine::Sqlite => format!("x'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'"),
    }
}

async fn rename(app: &TestApp, dish: Uuid, name: &str) {
    let id = literal(app, dish);
    change(
        app,
        &format!("UPDATE dish SET name = '{name}' WHERE id = {id}"),
    )
    .await;
}

on_both! {
    async fn an_answer_is_kept_until_something_in_it_changes(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let (one, other) = (data.dishes[0].id, data.dishes[1].id);
        let (before, etag_of_other) = (ask(&app, one).await, ask(&app, other).await.header("etag"));
        assert_eq!(before.header("cache-control"), "public, max-age=10");
        rename(&app, one, "New").await;
        assert_eq!(ask(&app, one).await.body, before.body, "nobody was told");
        app.app.cache.invalidate(&[Tag::Dish(one)]).await;
        let after = ask(&app, one).await;
        assert_eq!(name(&after), "New");
        assert_ne!(after.header("etag"), before.header("etag"));
        assert_eq!(ask(&app, other).await.header("etag"), etag_of_other);
        rename(&app, other, "Newer").await;
        app.app.cache.lose_bus();
        assert_eq!(name(&ask(&app, other).await), "Newer");
    }
}

on_both! {
    async fn a_page_changes_with_each_of_its_parts(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let query = "{ dishes { nodes { name allergens { allergen } kitchen { name } } } }";
        let etag = async || fetch(&app, query, &[]).await.header("etag");
        let mut last = etag().await;
        assert_ne!(last, "");
        let (dish, kitchen) = (data.dishes[0].id, data.kitchens[0].id);
        let of_dish = literal(&app, dish);
        for (sql, tag) in [
            ("UPDATE dish SET name = 'New'".to_owned(), Tag::Dishes),
            ("UPDATE kitchen SET name = 'New'".to_owned(), Tag::Kitchen(kitchen)),
            (format!("DELETE FROM dish_allergen WHERE dish_id = {of_dish}"), Tag::Dish(dish)),
        ] {
            change(&app, &sql).await;
            assert_eq!(etag().await, last, "nobody was told: {sql}");
            app.app.cache.invalidate(&[tag]).await;
            let new = etag().await;
            assert_ne!(new, last, "{sql}");
            assert_ne!(new, "", "{sql}");
            last = new;
        }
    }
}

on_both! {
    async fn readers_that_race_a_writer_never_see_the_old_after_it_was_told(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let dish = data.dishes[0].id;
        rename(&app, dish, "0").await;
        let (told, done) = (AtomicU64::new(0), AtomicBool::new(false));
        let write = async {
            for round in 1..=100u64 {
                rename(&app, dish, &round.to_string()).await;
                app.app.cache.invalidate(&[Tag::Dish(dish)]).await;
                told.store(round, Ordering::SeqCst);
                tokio::time::sleep(std::time::Duration::from_millis(round % 4)).await;
            }
            done.store(true, Ordering::SeqCst);
        };
        let read = async || {
            let mut kept = 0u64;
            while !done.load(Ordering::SeqCst) {
                let at_least = told.load(Ordering::SeqCst);
                let reply = ask(&app, dish).await;
                let seen: u64 = name(&reply).as_str().unwrap().parse().unwrap();
                assert!(seen >= at_least, "{seen} was seen after {at_least} was told");
                kept += u64::from(!reply.header("etag").is_empty());
            }
            kept
        };
        let (kept, ()) = tokio::join!(join_all((0..8).map(|_| read())), write);
        assert!(kept.iter().sum::<u64>() > 50, "{kept:?}");
        assert_eq!(name(&ask(&app, dish).await), "100");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_depends_on_the_clock_or_is_live_is_never_kept() {
    let app = crate::ask::demo(|config| config.cache = Switch(true)).await;
    let hospital = |field: &str| {
        format!("{{ hospital(by: {{ slug: \"riverside-general\" }}) {{ name {field} }} }}")
    };
    let menu = |field: &str| hospital(&format!("menus(from: \"2026-11-01\", first: 1) {field}"));
    for (query, is_kept) in [
        (hospital(""), true),
        (
            hospital("menus(from: \"2026-11-01\") { nodes { id } }"),
            true,
        ),
        (hospital("menus { nodes { id } }"), false),
        (
            hospital("mealWindows(date: \"2026-11-23\") { cutOffAt }"),
            true,
        ),
        (hospital("mealWindows { cutOffAt }"), false),
        (
            menu("{ nodes { items { nodes { dish { name } } } } }"),
            true,
        ),
        (
            menu("{ nodes { items(filter: { available: true }) { nodes { id } } } }"),
            false,
        ),
        (
            menu("{ nodes { items { nodes { price { amountMinor } } } } }"),
            false,
        ),
        (
            menu("{ nodes { items { nodes { availability { remaining } } } } }"),
            false,
        ),
    ] {
        for _ in 0..2 {
            let reply = fetch(&app, &query, &[]).await;
            assert_eq!(
                (reply.status, reply.json().get("errors")),
                (200, None),
                "{reply}"
            );
            assert_eq!(!reply.header("etag").is_empty(), is_kept, "{query}");
        }
    }
}
