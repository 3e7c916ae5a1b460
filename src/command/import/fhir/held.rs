//! The patient of a resource, held while it is applied, in a transaction of its own.

use entity::{patient, vocabulary::Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::{super::failed, read::Unheard};
use crate::{
    app::App,
    auth::{Scope, Viewer},
    db::{Meter, Transaction},
    event::Event,
    ordering::{load_eater, rules::Eater},
    outbox,
    patient::{Actor, audit, hold, write_patient},
};

/// A patient who is held.
pub struct Held {
    pub conn: Transaction,
    /// The patient as they will be.
    pub row: patient::Model,
    /// What they could eat before.
    pub before: Eater,
    pub actor: Actor,
}

impl Held {
    /// Holds the patient of a hospital who has one of these codes; or says why not.
    pub async fn hold(
        app: &App,
        hospital: Uuid,
        codes: &[String],
    ) -> anyhow::Result<Result<Self, Unheard>> {
        let unknown = |why| Unheard {
            path: "subject".to_owned(),
            value: codes.join(", "),
            why,
        };
        if codes.is_empty() {
            let why = "names no patient by an identifier, nor one that is in the file";
            return Ok(Err(unknown(why)));
        }
        let conn = app.db.begin(&Meter::new("import fhir")).await?;
        let found = patient::Entity::find()
            .filter(patient::Column::HospitalId.eq(hospital))
            .filter(patient::Column::Code.is_in(codes));
        let ids: Vec<Uuid> = found.all(&conn).await?.iter().map(|row| row.id).collect();
        let scope = Scope::of(Viewer::Administrator, &conn).await;
        let held = hold(&conn, &scope.map_err(failed)?, &ids).await;
        let mut held = held.map_err(failed)?;
        let (Some(row), true) = (held.pop(), held.is_empty()) else {
            conn.rollback().await?;
            let why = "is no patient of the hospital, or more than one";
            return Ok(Err(unknown(why)));
        };
        if row.discharged_at.is_some() {
            conn.rollback().await?;
            return Ok(Err(unknown("was discharged")));
        }
        let before = load_eater(&conn, &row).await.map_err(failed)?;
        let actor = Actor {
            account: None,
            role: Role::Administrator,
            at: app.clock.now(),
        };
        Ok(Ok(Self {
            conn,
            row,
            before,
            actor,
        }))
    }

    /// Makes the change that `resource`, at `place`, asks for, and tells of it.
    pub async fn end(
        self,
        app: &App,
        (place, resource): (&str, &Value),
        told: fn(Uuid, i32) -> Event,
    ) -> anyhow::Result<()> {
        let (conn, actor, id) = (self.conn, self.actor, self.row.id);
        let after = load_eater(&conn, &self.row).await.map_err(failed)?;
        let written = write_patient(&conn, actor, self.row, (&self.before, &after)).await;
        let (version, mut events) = written.map_err(failed)?;
        let audited = audit(&conn, actor, ("import fhir", id), place, resource).await;
        audited.map_err(failed)?;
        events.insert(0, told(id, version));
        let recorded = outbox::record(&conn, events, actor.at).await?;
        conn.commit().await?;
        outbox::tell(app, recorded).await;
        Ok(())
    }
}
