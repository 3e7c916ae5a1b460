//! Changes: made once, wholly or not at all, and told.

use entity::{menu_item, menu_item_price, vocabulary::Audience};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use thali::{db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::{app::TestApp, data::Data};

mod access;
mod dishes;
mod keys;
mod menus;
mod portions;
mod price;
mod races;

/// What a test wants to know of a change of a price.
pub const SET_PRICE: &str = "mutation ($input: SetMenuItemPriceInput!) {
    setMenuItemPrice(input: $input) {
        menuItem {
            id priceVersion price { amountMinor currency }
            priceByWeight { base { amountMinor } perUnit { amountMinor } unit }
        }
        problems {
            __typename code message path
            ... on VersionConflict { currentVersion }
            ... on InvalidValue { value allowed }
            ... on IdempotencyKeyReused { usedAt }
        }
    }
}";

/// Sends a change of a price as the administrator and returns its payload.
pub async fn set_price(app: &TestApp, input: &Value) -> Value {
    let mut answer = app
        .execute_as_administrator(SET_PRICE, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["setMenuItemPrice"].take()
}

/// A price of 5.00 for patients, as a change of what `Data` has.
pub fn five_pounds(item: Uuid, key: &str) -> Value {
    json!({
        "menuItem": Kind::MenuItem.id(item).0,
        "price": { "portionMinor": 500 },
        "currency": "GBP",
        "expectedVersion": 1,
        "idempotencyKey": key,
    })
}

fn is_published(data: &Data, item: &menu_item::Model) -> bool {
    let mut menus = data.menus.iter();
    menus.any(|menu| menu.id == item.menu_id && menu.published_at.is_some())
}

/// Items that everybody sees, and that patients have a price for.
pub fn priced(data: &Data) -> Vec<Uuid> {
    let has_price = |item: &&menu_item::Model| {
        let is_its = |price: &menu_item_price::Model| {
            price.menu_item_id == item.id && price.audience == Audience::Patient
        };
        is_published(data, item) && data.prices.iter().any(is_its)
    };
    data.items
        .iter()
        .filter(has_price)
        .map(|item| item.id)
        .collect()
}

/// The types of the problems of a payload.
fn problems(payload: &Value) -> Vec<&str> {
    let problems = payload["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| problem["__typename"].as_str().unwrap())
        .collect()
}

/// How many keys and how many events are kept.
pub async fn kept(app: &TestApp) -> (usize, usize) {
    let db = app.app.db.reader(&Meter::new("test"));
    let keys = entity::idempotency_key::Entity::find()
        .all(&db)
        .await
        .unwrap();
    let events = entity::outbox::Entity::find().all(&db).await.unwrap();
    (keys.len(), events.len())
}

pub async fn price_of(app: &TestApp, item: Uuid) -> menu_item_price::Model {
    let db = app.app.db.reader(&Meter::new("test"));
    let price = menu_item_price::Entity::find_by_id((item, Audience::Patient));
    price.one(&db).await.unwrap().unwrap()
}

async fn run_sql(app: &TestApp, sql: &str) {
    let db = app.app.db.for_migration();
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.execute_raw(statement).await.unwrap();
}
