//! Patients: who sees them, what is recorded of them, and what becomes of their orders.

use entity::{
    audit_entry, outbox, patient, patient_allergy,
    vocabulary::{Allergen, Criticality, Role},
};
use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder};
use serde_json::{Value, json};
use thali::{auth::Place, command::import::bulk::insert, db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::{
    app::{TestApp, monday},
    data::{Data, Size},
    people::person,
};

mod access;
mod changes;
mod checks;
mod orders;
mod races;

/// A hospital with a patient on its first ward, and those who care for them.
struct Ward {
    data: Data,
    hospital: Uuid,
    patient: Uuid,
    nurse: Uuid,
    dietitian: Uuid,
}

fn patient(id: Uuid, data: &Data, code: &str) -> patient::Model {
    patient::Model {
        id,
        hospital_id: data.hospitals[0].id,
        ward_id: Some(data.wards[0].id),
        bed: Some("4".to_owned()),
        code: code.to_owned(),
        diets: 0,
        food_levels: None,
        drink_levels: None,
        nil_by_mouth_from: None,
        nil_by_mouth_until: None,
        admitted_at: monday(),
        discharged_at: None,
        updated_at: monday(),
        version: 1,
    }
}

impl Ward {
    async fn fill(app: &TestApp) -> Self {
        Self::with(app, Size::ONE, |_| {}, &[]).await
    }

    /// With a patient who may eat so, and has these allergies.
    async fn with(
        app: &TestApp,
        size: Size,
        change: impl FnOnce(&mut patient::Model),
        allergies: &[(Allergen, Criticality)],
    ) -> Self {
        // No orders but those that a test places.
        let data = Data::fill(app, Size { orders: 0, ..size }).await;
        let id = Uuid::now_v7();
        let mut row = patient(id, &data, "4711");
        change(&mut row);
        let allergies = allergies
            .iter()
            .map(|(allergen, criticality)| patient_allergy::Model {
                patient_id: id,
                allergen: *allergen,
                criticality: *criticality,
                recorded_by: None,
                recorded_at: monday(),
            });
        let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
        insert::<patient::Entity, _>(&db, vec![row]).await.unwrap();
        insert::<patient_allergy::Entity, _>(&db, allergies.collect())
            .await
            .unwrap();
        db.commit().await.unwrap();
        let hospital = data.hospitals[0].id;
        let at = Place::Hospital(hospital);
        Self {
            hospital,
            patient: id,
            nurse: person(app, &[(Role::Nurse, at)]).await,
            dietitian: person(app, &[(Role::Dietitian, at)]).await,
            data,
        }
    }

    fn id(&self) -> String {
        Kind::Patient.id(self.patient).0
    }
}

async fn add_patient(app: &TestApp, row: patient::Model) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let insert = patient::Entity::insert(row.into_active_model());
    insert.exec_without_returning(&db).await.unwrap();
    db.commit().await.unwrap();
}

async fn row_of(app: &TestApp, patient: Uuid) -> patient::Model {
    let db = app.app.db.reader(&Meter::new("test"));
    patient::Entity::find_by_id(patient)
        .one(&db)
        .await
        .unwrap()
        .unwrap()
}

async fn allergies_of(app: &TestApp) -> Vec<(Allergen, Criticality)> {
    let db = app.app.db.reader(&Meter::new("test"));
    let rows = patient_allergy::Entity::find().order_by_asc(patient_allergy::Column::Allergen);
    let rows = rows.all(&db).await.unwrap().into_iter();
    rows.map(|row| (row.allergen, row.criticality)).collect()
}

/// The names of the events that were written, in their order.
async fn events(app: &TestApp) -> Vec<String> {
    let db = app.app.db.reader(&Meter::new("test"));
    let rows = outbox::Entity::find()
        .order_by_asc(outbox::Column::Id)
        .all(&db)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

async fn audited(app: &TestApp) -> Vec<audit_entry::Model> {
    let db = app.app.db.reader(&Meter::new("test"));
    let rows = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id);
    rows.all(&db).await.unwrap()
}

/// Sends a mutation with an input in the name of `account`; its payload.
async fn send(app: &TestApp, account: Uuid, mutation: &str, input: &Value) -> Value {
    let answer = answer(app, account, mutation, input).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"][mutation].clone()
}

async fn answer(app: &TestApp, account: Uuid, mutation: &str, input: &Value) -> Value {
    let (first, rest) = mutation.split_at(1);
    let query = format!(
        "mutation ($input: {}{rest}Input!) {{ {mutation}(input: $input) {{
            patient {{
                id version bed diet texture fluids ward {{ name }}
                nilByMouth {{ from until }} allergies {{ allergen criticality }}
                admittedAt dischargedAt
            }}
            problems {{ __typename path message }}
        }} }}",
        first.to_uppercase()
    );
    app.execute_as(account, &query, json!({ "input": input }))
        .await
}

/// The types of the problems of a payload, with their paths.
fn problems(payload: &Value) -> Vec<(&str, String)> {
    let problems = payload["problems"].as_array().unwrap().iter();
    let path = |problem: &Value| {
        let path = problem["path"].as_array().unwrap().iter();
        path.map(|name| name.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(".")
    };
    problems
        .map(|problem| (problem["__typename"].as_str().unwrap(), path(problem)))
        .collect()
}
