//! A new allergy while an order is being placed: either the order sees it, or it is flagged.

use std::time::Duration;

use entity::vocabulary::{Allergen, Criticality, OrderStatus, Role};
use futures_util::future::join;
use serde_json::json;
use thali::{
    auth::{Scope, Viewer},
    db::{Meter, Transaction},
    ordering::{load_eater, rules::Eater},
    patient::{Actor, hold, insert_allergy},
};
use uuid::Uuid;

use super::{Ward, orders::order, problems, send};
use crate::{
    app::{TestApp, monday},
    on_both,
};

/// What whoever places an order does first: holds the patient, then reads what they may eat.
async fn begin(app: &TestApp, patient: Uuid) -> (Transaction, Eater) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let scope = Scope::of(Viewer::Administrator, &db).await.ok().unwrap();
    let held = hold(&db, &scope, &[patient]).await.ok().unwrap();
    let eater = load_eater(&db, &held[0]).await.ok().unwrap();
    (db, eater)
}

async fn soon(db: Transaction) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    db.commit().await.unwrap();
}

on_both! {
    async fn an_order_that_was_first_is_flagged(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let (placing, eater) = begin(&app, ward.patient).await;
        assert_eq!(eater.allergies, []);
        let id = ward.place(&placing, ward.dishes().0, OrderStatus::Placed).await;
        let input = ward.change(1, "k1", json!({ "allergen": "MILK", "criticality": "HIGH" }));
        let (payload, ()) = join(send(&app, ward.nurse, "recordAllergy", &input), soon(placing)).await;
        assert_eq!(problems(&payload), []);
        assert_eq!(order(&app, id).await.flagged_at, Some(monday()));
    }
}

on_both! {
    async fn an_order_that_came_second_sees_it(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let (recording, _) = begin(&app, ward.patient).await;
        let actor = Actor { account: None, role: Role::Nurse, at: monday() };
        let row = (ward.patient, Allergen::Milk, Criticality::High);
        insert_allergy(&recording, actor, row).await.ok().unwrap();
        let ((placing, eater), ()) = join(begin(&app, ward.patient), soon(recording)).await;
        assert_eq!(eater.allergies, [(Allergen::Milk, Criticality::High)]);
        placing.rollback().await.unwrap();
    }
}
