//! `placeWardOrders`: for all patients, or for all for whom it can be had.

use entity::{idempotency_key, order, outbox, ward_order};
use serde_json::{Value, json};
use thali::graph::id::Kind;
use uuid::Uuid;

use super::{Lunch, admit, all, payload, problems, recount, run_sql};
use crate::{app::TestApp, on_both};

const PLACE: &str = "mutation ($input: PlaceWardOrdersInput!) {
    placeWardOrders(input: $input) {
        results {
            patient { id }
            order { id number status bed }
            problems { __typename code message path ... on PortionsExhausted { remaining } }
        }
        problems { __typename code message path }
    }
}";

async fn place(app: &TestApp, lunch: &Lunch, input: &Value) -> Value {
    let answer = app
        .execute_as(lunch.nurse, PLACE, json!({ "input": input }))
        .await;
    payload(answer, "placeWardOrders")
}

/// The ward's patient and three more, each of whom wants a portion of one item.
async fn ward(app: &TestApp, lunch: &Lunch, items: [usize; 4]) -> (Vec<Uuid>, Value) {
    let mut patients = vec![lunch.patient];
    for bed in ["7b", "7c", "7d"] {
        patients.push(admit(app, lunch.hospital, None, bed).await);
    }
    let orders = patients.iter().zip(items).map(|(patient, item)| {
        json!({
            "patient": Kind::Patient.id(*patient).0,
            "lines": [{ "menuItem": Kind::MenuItem.id(lunch.items[item]).0 }],
        })
    });
    let input = json!({
        "slot": "2026-11-23T11:30:00Z",
        "mode": "BEST_EFFORT",
        "orders": orders.collect::<Vec<_>>(),
        "idempotencyKey": "ward",
    });
    (patients, input)
}

/// Which of the results are orders, and what is wrong with the others.
fn told(payload: &Value) -> Vec<String> {
    let results = payload["results"].as_array().unwrap().iter();
    let one = |result: &Value| match &result["order"] {
        Value::Null => problems(result).join(", "),
        order => order["bed"].as_str().unwrap().to_owned(),
    };
    results.map(one).collect()
}

on_both! {
    async fn all_get_theirs_at_once(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let (_, mut input) = ward(&app, &lunch, [0, 1, 0, 3]).await;
        input["mode"] = json!("ALL_OR_NOTHING");
        let payload = place(&app, &lunch, &input).await;
        assert_eq!(told(&payload), ["7a", "7b", "7c", "7d"], "{payload:#}");
        assert_eq!(recount(&app, &lunch.data).await, 4);
        assert_eq!(all::<outbox::Entity>(&app).await.len(), 4);
        assert_eq!(place(&app, &lunch, &input).await, payload, "sent again");
        assert_eq!(recount(&app, &lunch.data).await, 4);
    }
}

on_both! {
    async fn it_costs_as_many_statements_whatever_the_number_of_patients(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let (_, mut input) = ward(&app, &lunch, [0, 1, 0, 3]).await;
        let mut counts = Vec::new();
        for count in [4, 2] {
            input["orders"].as_array_mut().unwrap().truncate(count);
            input["idempotencyKey"] = json!(format!("ward-{count}"));
            let input = json!({ "input": input });
            let answer = app.execute_as(lunch.nurse, PLACE, input).await;
            counts.push(answer["extensions"]["trace"]["sqlStatements"].as_u64().unwrap());
        }
        assert_eq!(counts[0], counts[1]);
    }
}

on_both! {
    async fn with_the_best_effort_those_are_placed_that_can_be(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let (_, input) = ward(&app, &lunch, [0, 2, 0, 0]).await;
        run_sql(&app, "UPDATE availability SET portions = reserved + 2 WHERE portions > reserved").await;
        let payload = place(&app, &lunch, &input).await;
        let exhausted = |n: usize| format!("PortionsExhausted orders.{n}.lines.0.quantity");
        assert_eq!(told(&payload), ["7a".to_owned(), exhausted(1), "7c".to_owned(), exhausted(3)], "{payload:#}");
        assert_eq!(payload["problems"], json!([]));
        assert_eq!(payload["results"][3]["problems"][0]["remaining"], 0);
        assert_eq!(recount(&app, &lunch.data).await, 2);
        // Though there would be portions by now, it is the same answer.
        run_sql(&app, "UPDATE availability SET portions = reserved + 9").await;
        assert_eq!(place(&app, &lunch, &input).await, payload);
        assert_eq!(recount(&app, &lunch.data).await, 2);
    }
}

on_both! {
    async fn with_all_or_nothing_one_who_cannot_have_it_keeps_it_from_all(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let (_, mut input) = ward(&app, &lunch, [0, 2, 0, 0]).await;
        input["mode"] = json!("ALL_OR_NOTHING");
        let payload = place(&app, &lunch, &input).await;
        assert_eq!(problems(&payload), ["PortionsExhausted orders.1.lines.0.quantity"]);
        assert!(payload["results"].as_array().unwrap().iter().all(|result| result["order"] == Value::Null));
        assert_eq!(recount(&app, &lunch.data).await, 0);
        for rows in [
            all::<order::Entity>(&app).await.len(),
            all::<ward_order::Entity>(&app).await.len(),
            all::<idempotency_key::Entity>(&app).await.len(),
        ] {
            assert_eq!(rows, 0);
        }
    }
}

on_both! {
    async fn places_in_the_slot_go_to_the_first(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let (patients, mut input) = ward(&app, &lunch, [0, 1, 0, 3]).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 3").await;
        let payload = place(&app, &lunch, &input).await;
        assert_eq!(told(&payload), ["7a", "7b", "7c", "SlotFull slot"], "{payload:#}");
        assert_eq!(payload["results"][3]["patient"]["id"], Kind::Patient.id(patients[3]).0);
        assert_eq!(recount(&app, &lunch.data).await, 3);
        // A slot that is full for the first is so for all.
        input["idempotencyKey"] = json!("more");
        let payload = place(&app, &lunch, &input).await;
        assert_eq!(problems(&payload), ["SlotFull slot"]);
        // Each patient once.
        input["orders"][1] = input["orders"][0].clone();
        input["slot"] = json!("2026-11-23T12:00:00Z");
        let payload = place(&app, &lunch, &input).await;
        assert_eq!(problems(&payload), ["InvalidValue orders.1.patient"]);
        assert_eq!(recount(&app, &lunch.data).await, 3);
    }
}
