//! Persons: accounts with what they are and where, and the token that says who asks.

use entity::{account, membership, session, vocabulary::Role};
use sea_orm::{EntityTrait, IntoActiveModel};
use thali::{auth::Place, db::Meter};
use uuid::Uuid;

use crate::app::{TestApp, monday};

/// An account that is signed in and is `role` at each of these places; of a kitchen its people.
pub async fn person(app: &TestApp, roles: &[(Role, Place)]) -> Uuid {
    let id = Uuid::now_v7();
    let row = account::Model {
        id,
        email: format!("{id}@example.org"),
        email_key: format!("{id}@example.org"),
        name: "Somebody".to_owned(),
        password_hash: "nobody signs in with this".to_owned(),
        created_at: monday(),
        updated_at: monday(),
    };
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let insert = account::Entity::insert(row.into_active_model());
    insert.exec_without_returning(&db).await.unwrap();
    let row = session::Model {
        id,
        account_id: id,
        cookie_hash: None,
        created_at: monday(),
        expires_at: monday() + chrono::TimeDelta::days(30),
        ended_at: None,
    };
    let insert = session::Entity::insert(row.into_active_model());
    insert.exec_without_returning(&db).await.unwrap();
    for (role, place) in roles {
        let (hospital_id, kitchen_id) = match place {
            Place::Hospital(id) => (Some(*id), None),
            Place::Kitchen(id) => (None, Some(*id)),
        };
        become_member(&db, id, *role, hospital_id, kitchen_id, None).await;
    }
    db.commit().await.unwrap();
    id
}

/// An account that is an administrator.
pub async fn administrator(app: &TestApp) -> Uuid {
    let id = person(app, &[]).await;
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    become_member(&db, id, Role::Administrator, None, None, None).await;
    db.commit().await.unwrap();
    id
}

/// An account that is a patient.
pub async fn person_in_bed(app: &TestApp, hospital: Uuid, patient: Uuid) -> Uuid {
    let id = person(app, &[]).await;
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let place = (Some(hospital), None);
    become_member(&db, id, Role::Patient, place.0, place.1, Some(patient)).await;
    db.commit().await.unwrap();
    id
}

async fn become_member(
    db: &thali::db::Transaction,
    account_id: Uuid,
    role: Role,
    hospital_id: Option<Uuid>,
    kitchen_id: Option<Uuid>,
    patient_id: Option<Uuid>,
) {
    let row = membership::Model {
        id: Uuid::now_v7(),
        account_id,
        role,
        hospital_id,
        kitchen_id,
        patient_id,
        created_at: monday(),
    };
    let insert = membership::Entity::insert(row.into_active_model());
    insert.exec_without_returning(db).await.unwrap();
}
