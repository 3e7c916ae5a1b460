//! The partitions of orders: made ahead, and watched.

use chrono::{Days, TimeDelta};
use entity::order;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use thali::{command::import::bulk::insert, db::Meter, ordering::make_months};
use uuid::Builder;

use crate::{
    app::{Engine, TestApp, monday},
    ask::Reply,
    data::{Data, Size},
    on_both,
};

async fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    let db = app.app.db.for_migration();
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
    let rows = rows.await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

const PARTITIONS: &str = "SELECT relid::regclass::text FROM pg_partition_tree('orders')
    WHERE isleaf ORDER BY 1";

/// An order like the first one, placed at another time.
async fn place(app: &TestApp, data: &Data, placed_at: chrono::DateTime<chrono::Utc>) {
    let millis = placed_at.timestamp_millis().unsigned_abs();
    let row = order::Model {
        id: Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid(),
        placed_at,
        ..data.orders[0].clone()
    };
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    insert::<order::Entity, _>(&db, vec![row]).await.unwrap();
    db.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_made_three_ahead_and_once_by_however_many() {
    let app = TestApp::start(Engine::Postgres).await;
    let beside = app.beside(|_| {}).await;
    let (one, other) = tokio::join!(make_months(&app.app), make_months(&beside.app));
    assert_eq!((one.unwrap(), other.unwrap()), (vec![], vec![]));
    let months = [
        "orders_2026_11",
        "orders_2026_12",
        "orders_2027_01",
        "orders_2027_02",
        "orders_default",
    ];
    assert_eq!(texts(&app, PARTITIONS).await, months);
    app.app.clock.set(monday() + Days::new(31));
    assert_eq!(make_months(&app.app).await.unwrap(), []);
    assert_eq!(texts(&app, PARTITIONS).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn have_the_orders_of_their_time_and_whoever_has_none_is_told_of() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    // Before there were months.
    let whole = [
        ("orders", data.orders.len() as i64),
        ("order_line", data.order_lines.len() as i64),
        ("order_event", data.order_events.len() as i64),
    ];
    assert_eq!(make_months(&app.app).await.unwrap(), whole);
    assert_eq!(make_months(&app.app).await.unwrap(), []);
    let november = "SELECT COUNT(*)::text FROM order_event_2026_11";
    assert_eq!(
        texts(&app, november).await,
        [data.order_events.len().to_string()]
    );
    let end = "2026-12-01T00:00:00Z".parse().unwrap();
    place(&app, &data, end).await;
    place(&app, &data, end - TimeDelta::milliseconds(1)).await;
    let of = async |table: &str| {
        let ids = format!("SELECT id::text FROM {table} WHERE id::text LIKE '%0707070707'");
        texts(&app, &ids).await.len()
    };
    assert_eq!(
        (of("orders_2026_11").await, of("orders_2026_12").await),
        (1, 1)
    );

    let metric = async || {
        let body = Reply::to(app.client.get(app.url("/metrics"))).await.body;
        let lines = body
            .lines()
            .find_map(|line| line.strip_prefix("thali_orders_astray "));
        lines.unwrap().to_owned()
    };
    assert_eq!(metric().await, "0");
    place(&app, &data, monday() + Days::new(400)).await;
    assert_eq!(of("orders_default").await, 1);
    assert_eq!(make_months(&app.app).await.unwrap(), [("orders", 1)]);
    assert_eq!(metric().await, "1");
    // It has moved to a month of its own.
    assert_eq!(
        (of("orders_default").await, of("orders_2027_12").await),
        (0, 1)
    );
    assert_eq!(make_months(&app.app).await.unwrap(), []);
    assert_eq!(metric().await, "0");
}

on_both! {
    async fn are_no_concern_of_who_places_an_order(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        make_months(&app.app).await.unwrap_or_default();
        place(&app, &data, monday() + Days::new(4000)).await;
        let hospital = thali::graph::id::Kind::Hospital.id(data.orders[0].hospital_id).0;
        let query = format!(
            "{{ node(id: \"{hospital}\") {{ ... on Hospital {{ orders {{ totalCount }} }} }} }}"
        );
        let found = app.data_as_administrator(&query, serde_json::json!({})).await;
        let of_hospital = |order: &&order::Model| order.hospital_id == data.orders[0].hospital_id;
        let expected = data.orders.iter().filter(of_hospital).count() + 1;
        assert_eq!(found["node"]["orders"]["totalCount"], expected);
    }
}
