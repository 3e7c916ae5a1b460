//! What is recorded of patients: once, by a version that was seen, and audited.

use entity::vocabulary::{Allergen, Criticality, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};
use thali::graph::id::Kind;

use super::{Ward, allergies_of, audited, events, problems, row_of, send};
use crate::{data::Size, on_both};

impl Ward {
    /// A change of the patient, who is at `version`.
    pub fn change(&self, version: i32, key: &str, change: Value) -> Value {
        let mut input = json!({
            "patient": self.id(), "expectedVersion": version, "idempotencyKey": key,
        });
        input
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        input
    }
}

on_both! {
    async fn an_allergy_is_recorded_once_and_audited(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let input = ward.change(1, "k1", json!({ "allergen": "MILK", "criticality": "HIGH" }));
        let answers = join_all((0..8).map(|_| send(&app, ward.nurse, "recordAllergy", &input))).await;
        for payload in &answers {
            assert_eq!(problems(payload), [], "{payload:#}");
            assert_eq!(payload["patient"]["version"], 2);
            assert_eq!(payload["patient"]["allergies"], json!([{ "allergen": "MILK", "criticality": "HIGH" }]));
        }
        assert_eq!(events(&app).await, ["PatientAllergyRecorded"]);
        let [entry] = &audited(&app).await[..] else { panic!("one change, one entry") };
        assert_eq!((entry.account_id, entry.role), (Some(ward.nurse), Role::Nurse));
        assert_eq!((&*entry.action, entry.subject_id), ("recordAllergy", ward.patient));
        let details: Value = serde_json::from_str(&entry.details).unwrap();
        assert_eq!(details, json!({ "allergen": "MILK", "criticality": "HIGH" }));

        let stale = ward.change(1, "k2", json!({ "allergen": "EGGS" }));
        let refused = send(&app, ward.nurse, "recordAllergy", &stale).await;
        assert_eq!(problems(&refused), [("VersionConflict", "expectedVersion".to_owned())]);
        let other = ward.change(2, "k1", json!({ "allergen": "EGGS" }));
        let refused = send(&app, ward.nurse, "recordAllergy", &other).await;
        assert_eq!(problems(&refused), [("IdempotencyKeyReused", "idempotencyKey".to_owned())]);
        assert_eq!(allergies_of(&app).await, [(Allergen::Milk, Criticality::High)]);
        assert_eq!(audited(&app).await.len(), 1);
    }
}

on_both! {
    async fn what_allows_more_needs_a_reason(app: TestApp) {
        let ward = Ward::with(
            &app,
            Size::ONE,
            |row| (row.diets, row.food_levels) = (1 << 4, Some(0b0001_0000)),
            &[(Allergen::Milk, Criticality::High)],
        )
        .await;
        let mut version = 1;
        for (number, (mutation, change)) in [
            ("recordAllergy", json!({ "allergen": "MILK", "criticality": "LOW" })),
            ("recordDiet", json!({ "diet": [] })),
            ("recordDiet", json!({ "texture": [4, 5] })),
            ("recordDiet", json!({ "texture": null })),
            ("removeAllergy", json!({ "allergen": "MILK" })),
        ]
        .into_iter()
        .enumerate()
        {
            let mut change = ward.change(version, &format!("k{number}"), change);
            change["reason"] = json!("  ");
            let refused = send(&app, ward.dietitian, mutation, &change).await;
            assert_eq!(problems(&refused), [("InvalidValue", "reason".to_owned())], "{change:#}");
            change["reason"] = json!("Tolerated under supervision.");
            let payload = send(&app, ward.dietitian, mutation, &change).await;
            assert_eq!(problems(&payload), [], "{change:#}");
            version += 1;
            assert_eq!(payload["patient"]["version"], version);
        }
        let entries = audited(&app).await;
        assert_eq!(entries.len(), 5);
        assert!(entries.iter().all(|entry| entry.reason == "Tolerated under supervision."));
        assert_eq!(allergies_of(&app).await, []);
        let row = row_of(&app, ward.patient).await;
        assert_eq!((row.diets, row.food_levels), (0, None));

        // And what allows less needs none.
        let less = json!({
            "diet": ["HALAL"], "fluids": [2],
            "nilByMouth": { "from": "2026-11-23T10:00:00Z", "until": "2026-11-23T14:00:00Z" },
        });
        let payload = send(&app, ward.nurse, "recordDiet", &ward.change(version, "less", less)).await;
        assert_eq!(problems(&payload), []);
        let patient = &payload["patient"];
        assert_eq!((&patient["diet"], &patient["fluids"]), (&json!(["HALAL"]), &json!([2])));
        assert_eq!(patient["texture"], Value::Null);
        assert_eq!(patient["nilByMouth"]["until"], "2026-11-23T14:00:00Z");
    }
}

on_both! {
    async fn values_that_are_not_allowed_change_nothing(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let elsewhere = ward.data.wards.iter().find(|row| row.hospital_id != ward.hospital).unwrap().id;
        let here = Kind::Ward.id(ward.data.wards[1].id).0;
        for (mutation, change, expected) in [
            ("recordDiet", json!({ "texture": [2] }), ("InvalidValue", "texture")),
            ("recordDiet", json!({ "fluids": [5] }), ("InvalidValue", "fluids")),
            (
                "recordDiet",
                json!({ "nilByMouth": { "from": "2026-11-23T10:00:00Z", "until": "2026-11-23T10:00:00Z" } }),
                ("InvalidValue", "nilByMouth.until"),
            ),
            ("recordAllergy", json!({ "allergen": "MILK", "reason": "x".repeat(501) }), ("InvalidValue", "reason")),
            ("removeAllergy", json!({ "allergen": "MILK", "reason": "none" }), ("InvalidValue", "allergen")),
            ("movePatient", json!({ "ward": Kind::Ward.id(elsewhere).0 }), ("NotFound", "ward")),
            ("movePatient", json!({ "ward": here, "bed": "" }), ("InvalidValue", "bed")),
        ] {
            let payload = send(&app, ward.nurse, mutation, &ward.change(1, "k1", change)).await;
            assert_eq!(problems(&payload), [(expected.0, expected.1.to_owned())], "{payload:#}");
            assert_eq!(payload["patient"], Value::Null);
        }
        assert_eq!(row_of(&app, ward.patient).await.version, 1);
        assert_eq!((events(&app).await.len(), audited(&app).await.len()), (0, 0));
    }
}

on_both! {
    async fn who_comes_back_is_the_same_patient(app: TestApp) {
        let ward = Ward::with(&app, Size::ONE, |_| {}, &[(Allergen::Milk, Criticality::High)]).await;
        let admit = |code: &str, key: &str| json!({
            "hospital": Kind::Hospital.id(ward.hospital).0,
            "ward": Kind::Ward.id(ward.data.wards[1].id).0,
            "code": code, "bed": "2", "idempotencyKey": key,
        });
        let refused = send(&app, ward.nurse, "admitPatient", &admit("4711", "k1")).await;
        assert_eq!(problems(&refused), [("InvalidValue", "code".to_owned())]);

        let gone = send(&app, ward.nurse, "dischargePatient", &ward.change(1, "k2", json!({}))).await;
        assert_eq!(problems(&gone), [], "{gone:#}");
        assert_eq!(gone["patient"]["ward"], Value::Null);
        assert_eq!(gone["patient"]["dischargedAt"], "2026-11-23T09:00:00Z");
        let change = ward.change(2, "k3", json!({ "allergen": "EGGS" }));
        let refused = send(&app, ward.nurse, "recordAllergy", &change).await;
        assert_eq!(problems(&refused), [("InvalidValue", "patient".to_owned())]);

        for _ in 0..2 {
            let back = send(&app, ward.nurse, "admitPatient", &admit("4711", "k4")).await;
            assert_eq!(back["patient"]["id"], ward.id(), "{back:#}");
            assert_eq!((&back["patient"]["version"], &back["patient"]["bed"]), (&json!(3), &json!("2")));
            assert_eq!(back["patient"]["allergies"][0]["allergen"], "MILK");
            assert_eq!(back["patient"]["dischargedAt"], Value::Null);
        }
        let new = send(&app, ward.nurse, "admitPatient", &admit("4712", "k5")).await;
        assert_ne!(new["patient"]["id"], ward.id());
        assert_eq!(new["patient"]["version"], 1, "{new:#}");
        assert_eq!(events(&app).await, ["PatientDischarged", "PatientAdmitted", "PatientAdmitted"]);
    }
}

on_both! {
    async fn of_many_who_admit_one_code_one_does(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let admit = |key: usize| json!({
            "hospital": Kind::Hospital.id(ward.hospital).0, "code": "9", "idempotencyKey": format!("k{key}"),
        });
        let inputs: Vec<Value> = (0..8).map(admit).collect();
        let sent = inputs.iter().map(|input| send(&app, ward.nurse, "admitPatient", input));
        let answers = join_all(sent).await;
        let admitted = answers.iter().filter(|payload| problems(payload).is_empty());
        assert_eq!(admitted.count(), 1, "{answers:#?}");
    }
}
