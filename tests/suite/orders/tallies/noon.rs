//! A lunch hour in which everything happens to orders that can.

use async_graphql::resolver_utils::EnumType;
use entity::{
    order, patient,
    vocabulary::{OrderStatus, Role},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind};
use uuid::Uuid;

use super::super::{Lunch, PLACE, admit, all, run_sql};
use crate::{app::TestApp, data::mix, people::person};

const PLACE_WARD: &str = "mutation ($input: PlaceWardOrdersInput!) {
    placeWardOrders(input: $input) { results { order { id } } problems { __typename } }
}";
const ADVANCE: &str = "mutation ($input: AdvanceOrderInput!) {
    advanceOrder(input: $input) { problems { __typename } }
}";
const CANCEL: &str = "mutation ($input: CancelOrderInput!) {
    cancelOrder(input: $input) { problems { __typename } }
}";
const MOVE: &str = "mutation ($input: MovePatientInput!) {
    movePatient(input: $input) { problems { __typename } }
}";

/// A lunch hour: patients on two wards and on none, and who cares and cooks for them.
pub struct Noon<'a> {
    pub app: &'a TestApp,
    pub lunch: Lunch,
    pub patients: Vec<Uuid>,
    pub wards: Vec<Uuid>,
    cook: Uuid,
}

impl<'a> Noon<'a> {
    pub async fn begin(app: &'a TestApp) -> Self {
        let lunch = Lunch::lay(app).await;
        run_sql(app, "UPDATE availability SET portions = reserved + 40").await;
        let wards = lunch.data.wards.iter();
        let wards = wards.filter(|ward| ward.hospital_id == lunch.hospital);
        let wards: Vec<Uuid> = wards.map(|ward| ward.id).collect();
        let places = [Some(wards[0]), Some(wards[1]), None];
        let mut patients = vec![lunch.patient];
        for (n, ward) in places.iter().cycle().take(8).enumerate() {
            patients.push(admit(app, lunch.hospital, *ward, &format!("8{n}")).await);
        }
        let cook = person(app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        Self {
            app,
            lunch,
            patients,
            wards,
            cook,
        }
    }

    /// Sends a change that may be refused, but not fail.
    async fn send(&self, who: Uuid, query: &str, key: &str, mut input: Value) {
        input["idempotencyKey"] = json!(key);
        let answer = self
            .app
            .execute_as(who, query, json!({ "input": input }))
            .await;
        assert_eq!(answer.get("errors"), None, "{input:#} {answer:#}");
    }

    fn lines(&self, dice: u64) -> Value {
        let count = 1 + dice as usize % 3;
        let lines = (0..count as u64).map(|n| {
            let item = self.lunch.items[mix(dice + n) as usize % self.lunch.items.len()];
            json!({ "menuItem": Kind::MenuItem.id(item).0, "quantity": 1 + mix(dice ^ n) % 3 })
        });
        lines.collect()
    }

    fn slot(&self, dice: u64) -> Value {
        json!(["2026-11-23T11:30:00Z", "2026-11-23T12:00:00Z"][dice as usize % 2])
    }

    async fn any_order(&self, dice: u64) -> Option<order::Model> {
        let mut orders = all::<order::Entity>(self.app).await;
        orders.sort_by_key(|order| order.id);
        let count = orders.len().max(1);
        orders.into_iter().nth(dice as usize % count)
    }

    /// As many patients as are told, with an order each, of two dishes in one order or the other.
    pub async fn seated(&self, patients: &[Uuid], slot: &str) {
        let orders = patients.iter().enumerate().map(|(n, patient)| {
            let items = if n % 2 == 0 { [0, 1] } else { [1, 0] };
            let mut input = self.lunch.order(&items, "");
            input["patient"] = json!(Kind::Patient.id(*patient).0);
            input["slot"] = json!(slot);
            async move {
                self.send(self.lunch.nurse, PLACE, &format!("{slot}-{n}"), input)
                    .await
            }
        });
        join_all(orders).await;
    }

    pub async fn cancel(&self, order: &order::Model, key: &str) {
        let input = json!({
            "order": Kind::Order.id(order.id).0,
            "expectedVersion": order.version,
            "reason": "Not hungry.",
        });
        self.send(self.lunch.nurse, CANCEL, key, input).await;
    }

    pub async fn to_ward(&self, patient: Uuid, ward: Uuid, key: &str) {
        let rows = all::<patient::Entity>(self.app).await;
        let row = rows.into_iter().find(|row| row.id == patient).unwrap();
        let input = json!({
            "patient": Kind::Patient.id(patient).0,
            "ward": Kind::Ward.id(ward).0,
            "expectedVersion": row.version,
        });
        self.send(self.lunch.nurse, MOVE, key, input).await;
    }

    /// What somebody does next: to place orders, to bring them on or take them back, to move who
    /// ordered.
    pub async fn step(&self, dice: u64, key: &str) {
        let more = mix(dice);
        let patient = |n: u64| self.patients[(more + n) as usize % self.patients.len()];
        let id = |patient| Kind::Patient.id(patient).0;
        match dice % 16 {
            0..=3 => {
                let mut input = json!({ "slot": self.slot(more), "lines": self.lines(more) });
                // Nobody's is one for the nurse herself.
                if !more.is_multiple_of(5) {
                    input["patient"] = json!(id(patient(0)));
                }
                self.send(self.lunch.nurse, PLACE, key, input).await;
            }
            4 | 5 => {
                let order = |n| json!({ "patient": id(patient(n)), "lines": self.lines(more + n) });
                let orders: Vec<Value> = (0..2 + more % 3).map(order).collect();
                let mode = ["ALL_OR_NOTHING", "BEST_EFFORT"][more as usize % 2];
                let input = json!({ "slot": self.slot(more), "mode": mode, "orders": orders });
                self.send(self.lunch.nurse, PLACE_WARD, key, input).await;
            }
            6 | 7 => {
                let Some(order) = self.any_order(more).await else {
                    return;
                };
                self.cancel(&order, key).await;
            }
            8..=13 => {
                let Some(order) = self.any_order(more).await else {
                    return;
                };
                let to = match order.status.next() {
                    [] => return,
                    [first, ..] if dice % 16 > 8 => *first,
                    next => *next.iter().find(|to| to.gives_back()).unwrap_or(&next[0]),
                };
                let mut input = json!({
                    "order": Kind::Order.id(order.id).0,
                    "to": name(to),
                    "expectedVersion": order.version,
                });
                if to.gives_back() {
                    input["reason"] = json!("The oven is broken.");
                }
                self.send(self.cook, ADVANCE, key, input).await;
            }
            _ => {
                let ward = self.wards[more as usize % self.wards.len()];
                self.to_ward(patient(0), ward, key).await;
            }
        }
    }
}

/// The status in GraphQL.
fn name(status: OrderStatus) -> &'static str {
    let mut items = OrderStatus::items().iter();
    items.find(|item| item.value == status).unwrap().name
}
