//! What is cached is served again, until it changes.

use entity::dish;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use thali::{config::Switch, db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::app::{Engine, TestApp};

mod changes;
mod layers;
mod mix;
mod processes;
mod proxy;
mod redis;

/// A server that caches, on a database of its own.
async fn cached(engine: Engine) -> TestApp {
    TestApp::with(engine, |config| config.cache = Switch(true)).await
}

/// The name of a dish as `app` shows it, and the statements that it took.
async fn name_of(app: &TestApp, dish: Uuid) -> (Value, u64) {
    let query = "query($id: ID!) { node(id: $id) { ... on Dish { name } } }";
    let answer = app
        .execute(query, json!({ "id": Kind::Dish.id(dish).0 }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    (answer["data"]["node"]["name"].clone(), statements(&answer))
}

fn statements(answer: &Value) -> u64 {
    answer["extensions"]["trace"]["sqlStatements"]
        .as_u64()
        .unwrap()
}

/// Changes the name of a dish, and tells nobody.
async fn rename(app: &TestApp, dish: Uuid, name: &str) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    dish::Entity::update_many()
        .col_expr(dish::Column::Name, Expr::value(name))
        .filter(dish::Column::Id.eq(dish))
        .exec(&db)
        .await
        .unwrap();
    db.commit().await.unwrap();
}
