//! `movePatient`: a patient lies elsewhere.

use std::ops::ControlFlow;

use async_graphql::{Context, ID, InputObject, Object};
use entity::ward;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{
    Patient, PatientById,
    change::{Kept, Named, PatientChange},
};
use crate::{
    db::Transaction,
    error::Result,
    event::Event,
    graph::{Changed, Plain, Problem, Writes, id::Kind, payload},
    ordering::follow,
    text::tidy,
};

/// Where a patient lies from now on.
#[derive(InputObject)]
pub struct MovePatientInput {
    /// The patient.
    patient: ID,
    /// The ward, of the same hospital. Who goes to another hospital is discharged here and
    /// admitted there.
    ward: ID,
    /// The bed, of up to 20 characters; null or left out where it is not known.
    bed: Option<String>,
    /// The `version` of the patient that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    MovePatientPayload {
        /// The patient as they are now; null where there are problems.
        patient: Patient by PatientById,
        /// Why they were not moved: all that is to be mended. Empty where they were.
        problems,
    }
}

#[derive(Default)]
pub struct MovePatient(Writes);

impl MovePatient {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl MovePatient {
    /// Moves a patient to another ward or bed. Their orders that have not arrived follow. For
    /// nurses and dietitians of the hospital.
    async fn move_patient(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: MovePatientInput,
    ) -> Result<Option<Plain<MovePatientPayload>>> {
        let changed = move_patient(&self.0, ctx, input).await?;
        Ok(Some(Plain(MovePatientPayload(changed))))
    }
}

async fn move_patient(
    writes: &Writes,
    ctx: &Context<'_>,
    input: MovePatientInput,
) -> Result<Changed> {
    let named = Named {
        patient: &input.patient,
        expected_version: input.expected_version,
        key: &input.idempotency_key,
    };
    let ward = Kind::Ward.read(&input.ward)?;
    let begun = PatientChange::begin(writes, ctx, "movePatient", &input, named).await?;
    let mut change = match begun {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(changed) => return Ok(changed),
    };
    let hospital = change.row.hospital_id;
    if !has_ward(&change.write.conn, hospital, ward).await? {
        let problem = Problem::not_found(&["ward"], &input.ward);
        change.write.problems.push(problem);
    }
    let bed = read_bed(input.bed.as_deref(), &mut change.write.problems);
    if change.write.problems.is_empty() {
        (change.row.ward_id, change.row.bed) = (Some(ward), bed);
        let events = follow(&change.write.conn, change.actor, &change.row).await?;
        for event in events {
            change.write.record(event).await?;
        }
    }
    let kept = Kept {
        action: "movePatient",
        reason: None,
        details: json!({ "ward": ward, "bed": change.row.bed }),
        event: |patient, version| Event::PatientMoved { patient, version },
    };
    change.end(kept).await
}

pub(super) async fn has_ward(conn: &Transaction, hospital: Uuid, ward: Uuid) -> Result<bool> {
    let found = ward::Entity::find_by_id(ward).filter(ward::Column::HospitalId.eq(hospital));
    Ok(found.one(conn).await?.is_some())
}

/// The longest name of a bed, in characters.
const LONGEST: usize = 20;

pub(super) fn read_bed(sent: Option<&str>, problems: &mut Vec<Problem>) -> Option<String> {
    let sent = sent?;
    let bed = tidy(sent);
    if bed.is_empty() || bed.chars().count() > LONGEST || bed.contains(char::is_control) {
        let allowed = format!("1 to {LONGEST} visible characters");
        problems.push(Problem::invalid(&["bed"], sent, allowed));
    }
    Some(bed)
}
