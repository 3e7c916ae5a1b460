//! `recordAllergy`: what a patient is allergic to, from now on.

use std::ops::ControlFlow;

use async_graphql::{Context, ID, InputObject, InputType, Object};
use entity::vocabulary::{Allergen, Criticality};
use serde_json::json;

use super::{
    Patient, PatientById,
    allergy::write_allergy,
    change::{Kept, Named, PatientChange},
};
use crate::{
    error::Result,
    event::Event,
    graph::{Changed, Plain, Writes, payload},
};

/// What a patient is allergic to.
#[derive(InputObject)]
pub struct RecordAllergyInput {
    /// The patient.
    patient: ID,
    /// What they are allergic to. A group, such as NUTS, stands for all its species.
    allergen: Allergen,
    /// How bad a reaction can be; what is not known counts as bad.
    #[graphql(default_with = "Criticality::UnableToAssess")]
    criticality: Criticality,
    /// Why, in up to 500 characters: needed where the patient may then eat more than before.
    reason: Option<String>,
    /// The `version` of the patient that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    RecordAllergyPayload {
        /// The patient as they are now; null where there are problems.
        patient: Patient by PatientById,
        /// Why it was not recorded: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct RecordAllergy(Writes);

impl RecordAllergy {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl RecordAllergy {
    /// Records what a patient is allergic to, or how bad a reaction can be where that is recorded
    /// already. Their open orders are checked again, and flagged where they no longer fit. For
    /// nurses and dietitians of the hospital.
    async fn record_allergy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: RecordAllergyInput,
    ) -> Result<Option<Plain<RecordAllergyPayload>>> {
        let changed = record_allergy(&self.0, ctx, input).await?;
        Ok(Some(Plain(RecordAllergyPayload(changed))))
    }
}

async fn record_allergy(
    writes: &Writes,
    ctx: &Context<'_>,
    input: RecordAllergyInput,
) -> Result<Changed> {
    let named = Named {
        patient: &input.patient,
        expected_version: input.expected_version,
        key: &input.idempotency_key,
    };
    let begun = PatientChange::begin(writes, ctx, "recordAllergy", &input, named).await?;
    let change = match begun {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(changed) => return Ok(changed),
    };
    write_allergy(&change, input.allergen, input.criticality).await?;
    let details = json!({
        "allergen": input.allergen.to_value(),
        "criticality": input.criticality.to_value(),
    });
    let kept = Kept {
        action: "recordAllergy",
        reason: input.reason.as_deref(),
        details,
        event: |patient, version| Event::PatientAllergyRecorded { patient, version },
    };
    change.end(kept).await
}
