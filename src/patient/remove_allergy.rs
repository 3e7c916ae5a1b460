//! `removeAllergy`: a patient is not allergic to something after all.

use std::ops::ControlFlow;

use async_graphql::{Context, ID, InputObject, InputType, Object};
use entity::vocabulary::Allergen;
use serde_json::json;

use super::{
    Patient, PatientById,
    allergy::delete_allergy,
    change::{Kept, Named, PatientChange},
};
use crate::{
    error::Result,
    event::Event,
    graph::{Changed, Plain, Problem, Writes, payload},
};

/// What a patient is not allergic to.
#[derive(InputObject)]
pub struct RemoveAllergyInput {
    /// The patient.
    patient: ID,
    /// What was recorded by mistake, or is over.
    allergen: Allergen,
    /// Why, in 1 to 500 characters.
    reason: String,
    /// The `version` of the patient that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    RemoveAllergyPayload {
        /// The patient as they are now; null where there are problems.
        patient: Patient by PatientById,
        /// Why it was not taken back: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct RemoveAllergy(Writes);

impl RemoveAllergy {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl RemoveAllergy {
    /// Takes back that a patient is allergic to something. For nurses and dietitians of the
    /// hospital.
    async fn remove_allergy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: RemoveAllergyInput,
    ) -> Result<Option<Plain<RemoveAllergyPayload>>> {
        let changed = remove_allergy(&self.0, ctx, input).await?;
        Ok(Some(Plain(RemoveAllergyPayload(changed))))
    }
}

async fn remove_allergy(
    writes: &Writes,
    ctx: &Context<'_>,
    input: RemoveAllergyInput,
) -> Result<Changed> {
    let named = Named {
        patient: &input.patient,
        expected_version: input.expected_version,
        key: &input.idempotency_key,
    };
    let begun = PatientChange::begin(writes, ctx, "removeAllergy", &input, named).await?;
    let mut change = match begun {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(changed) => return Ok(changed),
    };
    let name = input.allergen.to_value();
    if !delete_allergy(&change.write.conn, change.row.id, input.allergen).await? {
        let allowed = "an allergy that was recorded";
        let problem = Problem::invalid(&["allergen"], &name, allowed);
        change.write.problems.push(problem);
    }
    let kept = Kept {
        action: "removeAllergy",
        reason: Some(&input.reason),
        details: json!({ "allergen": name }),
        event: |patient, version| Event::PatientAllergyRemoved { patient, version },
    };
    change.end(kept).await
}
