//! Memory before the database.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use thali::{
    cache::{HotKind, Layer, Lives},
    config::{Switch, Value as _},
};
use uuid::Uuid;

use super::{cached, name_of, rename, statements};
use crate::{
    app::{Engine, TestApp},
    data::{Data, Size},
    on_both,
    operations::{all, placeholders},
};

/// What is read anew each time: prices and portions, what is near a place, and what is named by
/// the id of a part of a menu.
const LIVE: [&str; 31] = [
    "care-for-a-ward: PatientsOfHospital",
    "care-for-a-ward: PatientsOfWard",
    "hospitals-near-me: Count",
    "hospitals-near-me: Hospitals",
    "house-menus: PriceOfItem",
    "kitchen-orders: Count",
    "kitchen-orders: OrdersOf",
    "kitchens-near-me: KitchensNear",
    "kitchens-of-my-hospital: Count",
    "kitchens-of-my-hospital: KitchensNear",
    "latest-orders: OrdersOf",
    "menu-item-card: MenuItemById",
    "menu-item-card: PriceOfItem",
    "menu-item-card: PriceOfItem",
    "menu-item-card: PriceOfItem",
    "more-of-a-section: SectionById",
    "my-cart: Oneself",
    "my-orders: Oneself",
    "order-figures: FiguresOfHospital",
    "order-figures: FiguresOfHospital",
    "production-sheet: SheetOfKitchen",
    "refetch-many: AvailabilityOfItem",
    "refetch-many: MenuItemById",
    "safe-for-a-patient: CheckOf",
    "safe-for-a-patient: MenuItemById",
    "safe-for-a-patient: SafeFor",
    "soft-and-available: AvailabilityOfItem",
    "soft-and-available: ItemsOfMenu",
    "todays-menu: AvailabilityOfItem",
    "todays-menu: PriceOfItem",
    "trays-of-a-ward: PatientsOfWard",
];

on_both! {
    async fn answers_are_the_same_with_and_without_and_the_second_reads_only_what_is_live(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        let with = app.beside(|config| config.cache = Switch(true)).await;
        let known = placeholders(&app).await;
        let (mut saved, mut left) = (0, Vec::new());
        for operation in all() {
            let variables = operation.variables(&known);
            let without = app.execute(&operation.text, variables.clone()).await;
            let first = with.execute(&operation.text, variables.clone()).await;
            let second = with.execute(&operation.text, variables).await;
            assert_eq!(without["data"], first["data"], "{}", operation.file);
            assert_eq!(without["data"], second["data"], "{}", operation.file);
            for batch in second["extensions"]["trace"]["batches"].as_array().unwrap() {
                if batch["source"] == "database" {
                    left.push(format!("{}: {}", operation.file, batch["loader"].as_str().unwrap()));
                }
            }
            saved += statements(&without) - statements(&second);
        }
        left.sort();
        assert_eq!(left, LIVE);
        assert!(saved > 75, "{saved}");
    }
}

on_both! {
    async fn what_is_not_there_is_remembered_too(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let nobody = Uuid::from_u128(77);
        assert_eq!(name_of(&app, nobody).await, (Value::Null, 1));
        assert_eq!(name_of(&app, nobody).await, (Value::Null, 0));
    }
}

on_both! {
    async fn a_thousand_who_ask_at_once_cost_what_one_does(app: TestApp) {
        Data::fill(&app, Size::times(5)).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let query = include_str!("../../operations/six-edges.graphql");
        let slug = app.data("{ hospitals(first: 1) { nodes { slug } } }", json!({})).await;
        let hospital = &slug["hospitals"]["nodes"][0]["slug"];
        let variables = json!({ "hospital": hospital });
        let answers = join_all((0..1000).map(|_| app.execute(query, variables.clone()))).await;
        assert!(answers.iter().all(|answer| answer["data"] == answers[0]["data"]));
        assert_eq!(answers[0].get("errors"), None, "{:#}", answers[0]);
        assert_ne!(answers[0]["data"]["hospital"]["menus"]["nodes"][0], Value::Null);
        let all: u64 = answers.iter().map(statements).sum();
        let costly = answers.iter().filter(|answer| statements(answer) > 0);
        let costly: Vec<_> = costly.map(|answer| &answer["extensions"]["trace"]).collect();
        assert_eq!(all, 6, "each statement once: {costly:#?}");
    }
}

#[tokio::test]
async fn who_gives_up_harms_nobody() {
    let app = cached(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let dish = data.dishes[0].id;
    let lock = sea_orm::Database::connect(app.app.config.database())
        .await
        .unwrap();
    let held = sea_orm::TransactionTrait::begin(&lock).await.unwrap();
    let sql = "LOCK TABLE dish IN ACCESS EXCLUSIVE MODE";
    sea_orm::ConnectionTrait::execute_unprepared(&held, sql)
        .await
        .unwrap();
    let first = tokio::time::timeout(Duration::from_millis(300), name_of(&app, dish));
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        name_of(&app, dish).await
    };
    let free = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        held.rollback().await.unwrap();
    };
    let (first, (name, statements), ()) = tokio::join!(first, second, free);
    assert!(first.is_err(), "it gave up");
    assert_eq!(name, data.dishes[0].name.as_str());
    assert_eq!(
        statements, 0,
        "the statement of the first is the second's too"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_old_is_loaded_again_and_served_where_that_fails() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.cache = Switch(true);
        config.cache_lives = Lives::parse("dish=1s").unwrap();
        config.cache_stale = Duration::from_secs(4);
        config.db_acquire_timeout = Duration::from_millis(300);
    })
    .await;
    let data = Data::fill(&app, Size::ONE).await;
    let (dish, name) = (data.dishes[0].id, data.dishes[0].name.as_str());
    assert_eq!(name_of(&app, dish).await, (json!(name), 1));
    rename(&app, dish, "New").await;
    assert_eq!(
        name_of(&app, dish).await,
        (json!(name), 0),
        "nobody was told"
    );
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(name_of(&app, dish).await, (json!("New"), 1), "it was old");

    app.app.db.clone().close().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(
        name_of(&app, dish).await.0,
        "New",
        "old, but the best there is"
    );
    assert!(app.app.cache.facts().stale() > 0);
    assert!(app.app.cache.facts().found(HotKind::Dish, Layer::Memory) > 0);
    tokio::time::sleep(Duration::from_millis(4500)).await;
    let query = format!(
        "{{ node(id: \"{}\") {{ id }} }}",
        thali::graph::id::Kind::Dish.id(dish).0
    );
    let answer = app.execute(&query, json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "UNAVAILABLE",
        "{answer:#}"
    );
}
