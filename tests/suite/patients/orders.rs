//! What becomes of the open orders of a patient who is changed.

use entity::{
    order, order_event, order_line, patient,
    vocabulary::{Allergen, Audience, Criticality, Meal, OrderEventKind, OrderStatus, Presence},
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use thali::{
    command::import::bulk::insert,
    db::{Meter, Transaction},
    graph::id::Kind,
};
use uuid::Uuid;

use super::{Ward, events, problems, send};
use crate::{
    app::{TestApp, monday},
    data::{Size, today},
    on_both,
};

impl Ward {
    /// Dishes that contain milk, and that do not.
    pub fn dishes(&self) -> (Uuid, Uuid) {
        let has_milk = |dish: &Uuid| {
            let mut rows = self.data.allergens.iter();
            rows.any(|row| {
                row.dish_id == *dish
                    && row.allergen == Allergen::Milk
                    && row.presence == Presence::Contains
            })
        };
        let declared = || {
            self.data
                .dishes
                .iter()
                .filter(|dish| dish.allergens_declared)
                .map(|dish| dish.id)
        };
        (
            declared().find(has_milk).unwrap(),
            declared().find(|dish| !has_milk(dish)).unwrap(),
        )
    }

    /// An order of a dish that is in this state.
    async fn order(&self, app: &TestApp, dish: Uuid, status: OrderStatus) -> Uuid {
        let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
        let id = self.place(&db, dish, status).await;
        db.commit().await.unwrap();
        id
    }

    pub async fn place(&self, db: &Transaction, dish: Uuid, status: OrderStatus) -> Uuid {
        let id = Uuid::now_v7();
        let row = order::Model {
            id,
            hospital_id: self.hospital,
            kitchen_id: self.data.kitchens[0].id,
            ward_id: Some(self.data.wards[0].id),
            patient_id: Some(self.patient),
            placed_by: Some(self.nurse),
            menu_id: self.data.menus[0].id,
            slot_id: None,
            number: id.simple().to_string(),
            date: today(),
            meal: Meal::Lunch,
            audience: Audience::Patient,
            status,
            is_late: false,
            delivery_at: monday() + chrono::TimeDelta::hours(3),
            bed: Some("4".to_owned()),
            currency: "GBP".to_owned(),
            total_minor: 0,
            flagged_at: None,
            placed_at: monday(),
            updated_at: monday(),
            version: 1,
        };
        let line = order_line::Model {
            order_id: id,
            position: 1,
            menu_item_id: None,
            dish_id: dish,
            dish_name: "A dish".to_owned(),
            unit_price_minor: 0,
            quantity: 1,
        };
        insert::<order::Entity, _>(db, vec![row]).await.unwrap();
        insert::<order_line::Entity, _>(db, vec![line])
            .await
            .unwrap();
        id
    }
}

pub async fn order(app: &TestApp, id: Uuid) -> order::Model {
    let db = app.app.db.reader(&Meter::new("test"));
    order::Entity::find_by_id(id)
        .one(&db)
        .await
        .unwrap()
        .unwrap()
}

async fn order_events(app: &TestApp) -> Vec<order_event::Model> {
    let db = app.app.db.reader(&Meter::new("test"));
    let events = order_event::Entity::find()
        .order_by_asc(order_event::Column::OrderId)
        .order_by_asc(order_event::Column::Version);
    events.all(&db).await.unwrap()
}

on_both! {
    async fn those_that_no_longer_fit_are_flagged(app: TestApp) {
        use OrderStatus::*;
        let ward = Ward::fill(&app).await;
        let (milk, none) = ward.dishes();
        let (mut flagged, mut kept) = (Vec::new(), Vec::new());
        for status in [Placed, Accepted, Preparing, Ready, OutForDelivery] {
            flagged.push(ward.order(&app, milk, status).await);
            kept.push(ward.order(&app, none, status).await);
        }
        for status in [Delivered, Rejected, Cancelled] {
            kept.push(ward.order(&app, milk, status).await);
        }
        let input = ward.change(1, "k1", json!({ "allergen": "MILK", "criticality": "HIGH" }));
        let payload = send(&app, ward.dietitian, "recordAllergy", &input).await;
        assert_eq!(problems(&payload), []);
        for id in kept {
            let row = order(&app, id).await;
            assert_eq!((row.flagged_at, row.version), (None, 1), "{row:?}");
        }
        for id in &flagged {
            let row = order(&app, *id).await;
            assert_eq!((row.flagged_at, row.version), (Some(monday()), 2), "{row:?}");
        }
        let told = order_events(&app).await;
        assert_eq!(told.iter().map(|event| event.order_id).collect::<Vec<_>>(), flagged);
        for event in &told {
            assert_eq!((event.kind, event.version), (OrderEventKind::Flagged, 2));
            assert_eq!(event.account_id, Some(ward.dietitian));
            let reason = event.reason.as_deref().unwrap().to_lowercase();
            assert!(!reason.contains("milk"), "the kitchen is not told the diagnosis");
        }
        let mut names = vec!["PatientAllergyRecorded"];
        names.extend(["OrderFlagged"; 5]);
        assert_eq!(events(&app).await, names);

        // Once, and not again by what makes it no worse.
        let again = ward.change(2, "k2", json!({ "allergen": "EGGS", "criticality": "LOW" }));
        assert_eq!(problems(&send(&app, ward.nurse, "recordAllergy", &again).await), []);
        let less = json!({ "allergen": "MILK", "criticality": "LOW", "reason": "Tested." });
        let less = ward.change(3, "k3", less);
        assert_eq!(problems(&send(&app, ward.dietitian, "recordAllergy", &less).await), []);
        assert_eq!(order_events(&app).await.len(), 5);
    }
}

on_both! {
    async fn a_refused_change_flags_nothing(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let id = ward.order(&app, ward.dishes().0, OrderStatus::Placed).await;
        let input = ward.change(7, "k1", json!({ "allergen": "MILK", "criticality": "HIGH" }));
        let payload = send(&app, ward.nurse, "recordAllergy", &input).await;
        assert_eq!(problems(&payload), [("VersionConflict", "expectedVersion".to_owned())]);
        assert_eq!(order(&app, id).await.flagged_at, None);
        assert_eq!(events(&app).await, [""; 0]);
    }
}

on_both! {
    async fn one_that_was_let_stand_stands_until_there_is_more(app: TestApp) {
        let ward = Ward::with(&app, Size::ONE, |_| {}, &[(Allergen::Milk, Criticality::Low)]).await;
        let id = ward.order(&app, ward.dishes().0, OrderStatus::Placed).await;
        let overridden = order_event::Model {
            order_id: id,
            version: 1,
            status: OrderStatus::Placed,
            kind: OrderEventKind::Overridden,
            account_id: Some(ward.dietitian),
            role: None,
            reason: Some("A little is tolerated.".to_owned()),
            at: monday(),
        };
        let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
        insert::<order_event::Entity, _>(&db, vec![overridden]).await.unwrap();
        db.commit().await.unwrap();
        let other = ward.change(1, "k1", json!({ "allergen": "LUPIN" }));
        assert_eq!(problems(&send(&app, ward.nurse, "recordAllergy", &other).await), []);
        assert_eq!(order(&app, id).await.flagged_at, None);
        let worse = ward.change(2, "k2", json!({ "allergen": "MILK", "criticality": "HIGH" }));
        assert_eq!(problems(&send(&app, ward.nurse, "recordAllergy", &worse).await), []);
        assert_eq!(order(&app, id).await.flagged_at, Some(monday()));
    }
}

on_both! {
    async fn they_follow_who_is_moved_and_wait_for_who_is_discharged(app: TestApp) {
        use OrderStatus::*;
        let ward = Ward::fill(&app).await;
        let (_, dish) = ward.dishes();
        let placed = ward.order(&app, dish, Placed).await;
        let carried = ward.order(&app, dish, OutForDelivery).await;
        let delivered = ward.order(&app, dish, Delivered).await;
        let to = ward.data.wards[1].id;
        let moved = ward.change(1, "k1", json!({ "ward": Kind::Ward.id(to).0, "bed": "9" }));
        let payload = send(&app, ward.nurse, "movePatient", &moved).await;
        assert_eq!(problems(&payload), []);
        assert_eq!(payload["patient"]["bed"], "9");
        for (id, bed) in [(placed, "9"), (carried, "9"), (delivered, "4")] {
            let row = order(&app, id).await;
            assert_eq!(row.bed.as_deref(), Some(bed));
            assert_eq!(row.ward_id == Some(to), bed == "9");
        }
        let gone = send(&app, ward.nurse, "dischargePatient", &ward.change(2, "k2", json!({}))).await;
        assert_eq!(problems(&gone), []);
        for id in [placed, carried] {
            assert_eq!(order(&app, id).await.flagged_at, Some(monday()));
        }
        assert_eq!(order(&app, delivered).await.flagged_at, None);
        let kinds: Vec<_> = order_events(&app).await.iter().map(|event| (event.order_id, event.kind)).collect();
        use OrderEventKind::{Flagged, Moved};
        assert_eq!(kinds, [(placed, Moved), (placed, Flagged), (carried, Moved), (carried, Flagged)]);
        let told = ["OrderMoved", "OrderMoved", "PatientMoved", "OrderFlagged", "OrderFlagged", "PatientDischarged"];
        assert_eq!(events(&app).await, told);
    }
}

on_both! {
    async fn they_follow_who_comes_back_to_another_bed(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let (_, dish) = ward.dishes();
        let placed = ward.order(&app, dish, OrderStatus::Placed).await;
        let gone = send(&app, ward.nurse, "dischargePatient", &ward.change(1, "k1", json!({}))).await;
        assert_eq!(problems(&gone), []);
        assert_eq!(order(&app, placed).await.bed.as_deref(), Some("4"));
        let to = ward.data.wards[1].id;
        let db = app.app.db.reader(&Meter::new("test"));
        let row = patient::Entity::find_by_id(ward.patient).one(&db).await.unwrap().unwrap();
        let input = json!({
            "hospital": Kind::Hospital.id(ward.hospital).0,
            "ward": Kind::Ward.id(to).0,
            "bed": "2",
            "code": row.code,
            "idempotencyKey": "k2",
        });
        let back = send(&app, ward.nurse, "admitPatient", &input).await;
        assert_eq!(problems(&back), []);
        let row = order(&app, placed).await;
        assert_eq!((row.ward_id, row.bed.as_deref()), (Some(to), Some("2")));
        assert!(row.flagged_at.is_some(), "somebody decides whether it still is for them");
    }
}
