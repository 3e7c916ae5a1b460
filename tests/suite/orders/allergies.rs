//! An allergy that is recorded while a meal is ordered, or a dish that is changed: the order sees it,
//! or it is flagged.

use std::time::Duration;

use entity::{
    order, order_event, outbox,
    vocabulary::{Allergen, Criticality, OrderEventKind, Role},
};
use futures_util::future::{join, join3};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use thali::{
    command::import::{menus, report::Progress, source::Source},
    db::Meter,
    graph::id::Kind,
};
use uuid::Uuid;

use super::{Lunch, admit, all, make_allergic, payload, place, problems, recount};
use crate::{
    app::{Engine, TestApp},
    on_both,
};

const UPDATE: &str = "mutation ($input: UpdateDishInput!) {
    updateDish(input: $input) { dish { version } problems { message } }
}";

const RECORD: &str = "mutation ($input: RecordAllergyInput!) {
    recordAllergy(input: $input) { patient { version } problems { message } }
}";

async fn record(app: &TestApp, nurse: Uuid, patient: Uuid) {
    let input = json!({
        "patient": Kind::Patient.id(patient).0,
        "allergen": "CELERY",
        "criticality": "HIGH",
        "expectedVersion": 1,
        "idempotencyKey": format!("allergy-{patient}"),
    });
    let answer = app
        .execute_as(nurse, RECORD, json!({ "input": input }))
        .await;
    assert_eq!(payload(answer, "recordAllergy")["problems"], json!([]));
}

/// Whether the order was refused, rather than placed and flagged: never neither.
async fn is_refused(app: &TestApp, patient: Uuid, answer: &Value) -> bool {
    let orders = all::<order::Entity>(app).await;
    let placed = orders
        .iter()
        .find(|order| order.patient_id == Some(patient));
    match placed {
        None => {
            assert_eq!(
                problems(answer),
                ["AllergenConflict lines.0.menuItem"],
                "{answer:#}"
            );
            true
        }
        Some(order) => {
            assert_eq!(answer["problems"], json!([]));
            assert!(
                order.flagged_at.is_some(),
                "an order that nobody looks at: {order:#?}"
            );
            false
        }
    }
}

on_both! {
    async fn is_seen_by_the_order_or_the_order_is_flagged(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        for round in 0..12 {
            let patient = admit(&app, lunch.hospital, None, "7c").await;
            let mut input = lunch.order(&[0], &format!("order-{round}"));
            input["patient"] = json!(Kind::Patient.id(patient).0);
            // One begins a little before the other, now this and now that.
            let ahead = |is: bool| tokio::time::sleep(Duration::from_millis(if is { 0 } else { round }));
            let order = async {
                ahead(round % 2 == 0).await;
                place(&app, lunch.nurse, &input).await
            };
            let recorded = async {
                ahead(round % 2 == 1).await;
                record(&app, lunch.nurse, patient).await;
            };
            let (answer, ()) = join(order, recorded).await;
            is_refused(&app, patient, &answer).await;
        }
        recount(&app, &lunch.data).await;
    }
}

/// Both ways, forced: a lock that somebody else has stops the first in the middle of its
/// transaction, with the patient in its hands, until the second waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_second_waits_for_the_patient() {
    let app = TestApp::start(Engine::Postgres).await;
    let lunch = Lunch::lay(&app).await;
    for (stop, order_first) in [
        ("UPDATE availability SET as_of = as_of", true),
        ("LOCK TABLE audit_entry IN SHARE MODE", false),
    ] {
        let patient = admit(&app, lunch.hospital, None, "7c").await;
        let mut input = lunch.order(&[0], stop);
        input["idempotencyKey"] = json!(format!("order-{order_first}"));
        input["patient"] = json!(Kind::Patient.id(patient).0);
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        other.execute_unprepared(stop).await.unwrap();
        let second = |is: bool| tokio::time::sleep(Duration::from_millis(if is { 500 } else { 0 }));
        let order = async {
            second(!order_first).await;
            place(&app, lunch.nurse, &input).await
        };
        let recorded = async {
            second(order_first).await;
            record(&app, lunch.nurse, patient).await;
        };
        let finish = async {
            tokio::time::sleep(Duration::from_millis(1000)).await;
            other.commit().await.unwrap();
        };
        let (answer, (), ()) = join3(order, recorded, finish).await;
        assert_eq!(is_refused(&app, patient, &answer).await, !order_first);
    }
}

/// Says of the dish of the first item that it has this allergen, and no other.
async fn update(app: &TestApp, lunch: &Lunch, allergen: &str, version: i32) {
    let input = json!({
        "dish": Kind::Dish.id(lunch.row(0).dish_id).0,
        "allergensDeclared": true,
        "allergens": [{ "allergen": allergen }],
        "expectedVersion": version,
        "idempotencyKey": format!("dish-{version}"),
    });
    let answer = app
        .execute_as_administrator(UPDATE, json!({ "input": input }))
        .await;
    assert_eq!(payload(answer, "updateDish")["problems"], json!([]));
}

on_both! {
    async fn a_dish_that_is_changed_flags_what_is_no_longer_for_its_patient(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let allergic = admit(&app, lunch.hospital, None, "7c").await;
        make_allergic(&app, allergic, Allergen::Lupin, Criticality::High).await;
        for (key, patient) in [("k1", allergic), ("k2", lunch.patient)] {
            let mut input = lunch.order(&[0], key);
            input["patient"] = json!(Kind::Patient.id(patient).0);
            assert_eq!(place(&app, lunch.nurse, &input).await["problems"], json!([]));
        }
        update(&app, &lunch, "MUSTARD", 1).await;
        let flagged = async || {
            let orders = all::<order::Entity>(&app).await;
            let flagged = orders.into_iter().filter(|order| order.flagged_at.is_some());
            flagged.map(|order| order.patient_id).collect::<Vec<_>>()
        };
        assert_eq!(flagged().await, []);
        update(&app, &lunch, "LUPIN", 2).await;
        assert_eq!(flagged().await, [Some(allergic)]);
        let events = all::<order_event::Entity>(&app).await;
        let told = events.iter().find(|event| event.kind == OrderEventKind::Flagged).unwrap();
        assert_eq!((told.role, told.version), (Some(Role::Administrator), 2));
        // Once, and not again by what makes it no worse.
        update(&app, &lunch, "LUPIN", 3).await;
        assert_eq!(all::<order_event::Entity>(&app).await.len(), events.len());
    }
}

on_both! {
    async fn a_dish_that_is_imported_anew_flags_as_well(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        make_allergic(&app, lunch.patient, Allergen::Lupin, Criticality::High).await;
        let ordered = place(&app, lunch.nurse, &lunch.order(&[0], "k1")).await;
        assert_eq!(ordered["problems"], json!([]));
        let dishes = &lunch.data.dishes;
        let dish = dishes.iter().find(|dish| dish.id == lunch.row(0).dish_id).unwrap();
        let kitchens = &lunch.data.kitchens;
        let kitchen = kitchens.iter().find(|kitchen| kitchen.id == dish.kitchen_id).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let canteens = json!([{ "canteen_id": kitchen.slug, "name": kitchen.name }]);
        let catalogue = json!([{
            "kitchen": kitchen.slug, "name": dish.name, "category": "MAIN", "labels": ["LUPIN"],
        }]);
        for (file, json) in [("canteens.json", canteens), ("dishes.json", catalogue)] {
            std::fs::write(folder.path().join(file), json.to_string()).unwrap();
        }
        let source = Source::Folder(folder.path().to_owned());
        let options = menus::Options { serve_hospitals: None, strict: true };
        let did = menus::import(&app.app, &source, options, &Progress::silent()).await.unwrap();
        assert_eq!(did.problems, []);
        let [order] = all::<order::Entity>(&app).await.try_into().unwrap();
        assert!(order.flagged_at.is_some(), "{did}");
        let told = all::<outbox::Entity>(&app).await;
        assert!(told.iter().any(|event| event.name == "OrderFlagged"));
    }
}

/// Both ways, forced: a lock that somebody else has stops the first in the middle of its
/// transaction, with the item in its hands, until the second waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_second_waits_for_the_item() {
    let app = TestApp::start(Engine::Postgres).await;
    let lunch = Lunch::lay(&app).await;
    for (version, (stop, allergen, name, order_first)) in (1..).zip([
        (
            "UPDATE availability SET as_of = as_of",
            Allergen::Lupin,
            "LUPIN",
            true,
        ),
        (
            "LOCK TABLE dish_allergen IN SHARE MODE",
            Allergen::Mustard,
            "MUSTARD",
            false,
        ),
    ]) {
        let patient = admit(&app, lunch.hospital, None, "7c").await;
        make_allergic(&app, patient, allergen, Criticality::High).await;
        let mut input = lunch.order(&[0], name);
        input["patient"] = json!(Kind::Patient.id(patient).0);
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        other.execute_unprepared(stop).await.unwrap();
        let second = |is: bool| tokio::time::sleep(Duration::from_millis(if is { 500 } else { 0 }));
        let order = async {
            second(!order_first).await;
            place(&app, lunch.nurse, &input).await
        };
        let updated = async {
            second(order_first).await;
            update(&app, &lunch, name, version).await;
        };
        let finish = async {
            tokio::time::sleep(Duration::from_millis(1000)).await;
            other.commit().await.unwrap();
        };
        let (answer, (), ()) = join3(order, updated, finish).await;
        assert_eq!(is_refused(&app, patient, &answer).await, !order_first);
    }
}
