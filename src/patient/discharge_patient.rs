//! `dischargePatient`: a patient leaves the hospital.

use std::ops::ControlFlow;

use async_graphql::{Context, ID, InputObject, Object};
use serde_json::json;

use super::{
    Patient, PatientById,
    change::{Kept, Named, PatientChange},
};
use crate::{
    error::Result,
    event::Event,
    graph::{Changed, Plain, Writes, payload},
    ordering::flag_all,
};

/// Who leaves the hospital.
#[derive(InputObject)]
pub struct DischargePatientInput {
    /// The patient.
    patient: ID,
    /// The `version` of the patient that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    DischargePatientPayload {
        /// The patient as they are now; null where there are problems.
        patient: Patient by PatientById,
        /// Why they were not discharged: all that is to be mended. Empty where they were.
        problems,
    }
}

#[derive(Default)]
pub struct DischargePatient(Writes);

impl DischargePatient {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl DischargePatient {
    /// Discharges a patient: nothing is ordered for them any more, and their bed is free. Their open
    /// orders are flagged, also those on their way, so that somebody takes them back or lets them
    /// stand. For nurses and dietitians of the hospital.
    async fn discharge_patient(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: DischargePatientInput,
    ) -> Result<Option<Plain<DischargePatientPayload>>> {
        let changed = discharge_patient(&self.0, ctx, input).await?;
        Ok(Some(Plain(DischargePatientPayload(changed))))
    }
}

async fn discharge_patient(
    writes: &Writes,
    ctx: &Context<'_>,
    input: DischargePatientInput,
) -> Result<Changed> {
    let named = Named {
        patient: &input.patient,
        expected_version: input.expected_version,
        key: &input.idempotency_key,
    };
    let begun = PatientChange::begin(writes, ctx, "dischargePatient", &input, named).await?;
    let mut change = match begun {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(changed) => return Ok(changed),
    };
    let details = json!({ "ward": change.row.ward_id, "bed": change.row.bed });
    if change.write.problems.is_empty() {
        (change.row.ward_id, change.row.bed) = (None, None);
        change.row.discharged_at = Some(change.actor.at);
        let events = flag_all(&change.write.conn, change.actor, change.row.id).await?;
        for event in events {
            change.write.record(event).await?;
        }
    }
    let kept = Kept {
        action: "dischargePatient",
        reason: None,
        details,
        event: |patient, version| Event::PatientDischarged { patient, version },
    };
    change.end(kept).await
}
