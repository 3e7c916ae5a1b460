//! Orders: placed once, wholly or not at all, and never oversold.

use std::collections::BTreeMap;

use entity::{
    availability, hold, hold_line, menu_item, order, order_line, patient, patient_allergy,
    slot_load,
    vocabulary::{Allergen, Criticality, Meal, OrderStatus, Role},
};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use serde_json::{Value, json};
use thali::{auth::Place, db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::{
    app::{TestApp, monday},
    data::{Data, Size, today},
    people::person,
};

mod allergies;
mod crashes;
mod figures;
pub mod holds;
mod place;
mod races;
mod states;
pub mod tallies;
mod times;
mod wards;

pub const PLACE: &str = "mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) {
        order {
            id number version status date meal deliveryTime isLate bed placedAt
            total { amountMinor currency } allowedTransitions viewerCanCancel
        }
        problems {
            __typename code message path
            ... on PortionsExhausted { menuItem remaining }
            ... on SlotFull { openSlots }
            ... on CutoffPassed { lateSlots }
            ... on OrderingClosed { opensAt }
            ... on PriceChanged { currentMinor currency }
            ... on OrderedSeparately { menu kitchen }
            ... on InvalidValue { value allowed }
        }
    }
}";

/// A hospital at nine in the morning, with today's lunch, a patient and a nurse. Of its items the
/// first has 40 portions, of the second one is promised already, the third has none left, and of
/// the fourth nobody said how many there are.
pub struct Lunch {
    pub data: Data,
    pub hospital: Uuid,
    pub kitchen: Uuid,
    pub items: Vec<Uuid>,
    pub patient: Uuid,
    pub nurse: Uuid,
}

impl Lunch {
    pub async fn lay(app: &TestApp) -> Self {
        let data = Data::fill(
            app,
            Size {
                orders: 0,
                ..Size::ONE
            },
        )
        .await;
        let hospital = data.hospitals[0].id;
        let menus = data.menus.iter();
        let mut menus = menus.filter(|menu| menu.hospital_id == Some(hospital));
        let menu = menus.find(|menu| menu.date == today() && menu.meal == Meal::Lunch);
        let menu = menu.unwrap().id;
        let items = data.items.iter().filter(|item| item.menu_id == menu);
        let items: Vec<Uuid> = items.map(|item| item.id).collect();
        let patient = admit(app, hospital, Some(data.wards[0].id), "7a").await;
        let nurse = person(app, &[(Role::Nurse, Place::Hospital(hospital))]).await;
        let kitchen = data.kitchens[0].id;
        Self {
            data,
            hospital,
            kitchen,
            items,
            patient,
            nurse,
        }
    }

    /// One portion of each of these items for the patient, at half past eleven.
    pub fn order(&self, items: &[usize], key: &str) -> Value {
        let line = |item: &usize| json!({ "menuItem": Kind::MenuItem.id(self.items[*item]).0 });
        json!({
            "patient": Kind::Patient.id(self.patient).0,
            "slot": "2026-11-23T11:30:00Z",
            "lines": items.iter().map(line).collect::<Vec<_>>(),
            "idempotencyKey": key,
        })
    }

    pub fn row(&self, item: usize) -> &menu_item::Model {
        let mut items = self.data.items.iter();
        items.find(|row| row.id == self.items[item]).unwrap()
    }
}

/// A patient who may eat everything.
pub async fn admit(app: &TestApp, hospital: Uuid, ward: Option<Uuid>, bed: &str) -> Uuid {
    let id = Uuid::now_v7();
    let row = patient::Model {
        id,
        hospital_id: hospital,
        ward_id: ward,
        bed: Some(bed.to_owned()),
        code: id.to_string(),
        diets: 0,
        food_levels: None,
        drink_levels: None,
        nil_by_mouth_from: None,
        nil_by_mouth_until: None,
        admitted_at: monday(),
        discharged_at: None,
        updated_at: monday(),
        version: 1,
    };
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let insert = patient::Entity::insert(row.into_active_model());
    insert.exec_without_returning(&db).await.unwrap();
    db.commit().await.unwrap();
    id
}

pub async fn make_allergic(app: &TestApp, patient: Uuid, to: Allergen, how: Criticality) {
    let row = patient_allergy::Model {
        patient_id: patient,
        allergen: to,
        criticality: how,
        recorded_by: None,
        recorded_at: monday(),
    };
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let insert = patient_allergy::Entity::insert(row.into_active_model());
    insert.exec_without_returning(&db).await.unwrap();
    db.commit().await.unwrap();
}

pub async fn run_sql(app: &TestApp, sql: &str) {
    let db = app.app.db.for_migration();
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.execute_raw(statement).await.unwrap();
}

/// Sends an order as somebody and returns its payload.
pub async fn place(app: &TestApp, who: Uuid, input: &Value) -> Value {
    let answer = app.execute_as(who, PLACE, json!({ "input": input })).await;
    payload(answer, "placeOrder")
}

/// The payload of an answer that has no errors.
pub fn payload(mut answer: Value, mutation: &str) -> Value {
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"][mutation].take()
}

/// The types of the problems of a payload, with their paths.
pub fn problems(payload: &Value) -> Vec<String> {
    let problems = payload["problems"].as_array().unwrap().iter();
    let named = problems.map(|problem| {
        let path = problem["path"].as_array().unwrap().iter();
        let path: Vec<&str> = path.map(|name| name.as_str().unwrap()).collect();
        format!(
            "{} {}",
            problem["__typename"].as_str().unwrap(),
            path.join(".")
        )
    });
    named.collect()
}

pub async fn all<E: EntityTrait>(app: &TestApp) -> Vec<E::Model> {
    let db = app.app.db.reader(&Meter::new("test"));
    E::find().all(&db).await.unwrap()
}

/// Counts again what is promised of items and taken of slots, and the tallies: it must be what is
/// kept, beside what `data` had promised before the first order. What is held counts as what is
/// ordered, but in no tally. The number of orders that are delivered.
pub async fn recount(app: &TestApp, data: &Data) -> usize {
    let live = |order: &order::Model| !order.status.gives_back();
    let orders: BTreeMap<Uuid, order::Model> = all::<order::Entity>(app)
        .await
        .into_iter()
        .filter(live)
        .map(|order| (order.id, order))
        .collect();
    let before = data.availability.iter();
    let mut promised: BTreeMap<Uuid, i32> =
        before.map(|row| (row.menu_item_id, row.reserved)).collect();
    for line in all::<order_line::Entity>(app).await {
        if orders.contains_key(&line.order_id) {
            let item = line.menu_item_id.unwrap();
            *promised.entry(item).or_default() += i32::from(line.quantity);
        }
    }
    for line in all::<hold_line::Entity>(app).await {
        *promised.entry(line.menu_item_id).or_default() += line.quantity;
    }
    for row in all::<availability::Entity>(app).await {
        let promised = promised.remove(&row.menu_item_id).unwrap_or_default();
        assert_eq!(row.reserved, promised, "{}", row.menu_item_id);
        assert!(row.portions.is_none_or(|portions| promised <= portions));
    }
    assert!(promised.is_empty(), "{promised:?}");
    let mut taken: BTreeMap<_, i32> = BTreeMap::new();
    for order in orders.values() {
        *taken
            .entry((order.slot_id.unwrap(), order.date))
            .or_default() += 1;
    }
    for hold in all::<hold::Entity>(app).await {
        if let Some(slot) = hold.slot_id {
            *taken.entry((slot, hold.date)).or_default() += 1;
        }
    }
    for row in all::<slot_load::Entity>(app).await {
        let trays = taken.remove(&(row.slot_id, row.date)).unwrap_or_default();
        assert_eq!(row.taken, trays, "{row:?}");
    }
    assert!(taken.is_empty(), "{taken:?}");
    tallies::compare(app).await;
    orders.len()
}

/// The only row that there is of a table.
pub async fn one<E: EntityTrait>(app: &TestApp) -> E::Model {
    let mut rows = all::<E>(app).await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows.pop().unwrap()
}

/// The only order that there is.
pub async fn only(app: &TestApp) -> order::Model {
    one::<order::Entity>(app).await
}

pub async fn is(app: &TestApp, status: OrderStatus) -> bool {
    only(app).await.status == status
}
