//! `recordDiet`: what a patient may eat, apart from allergies.

use std::{collections::BTreeSet, ops::ControlFlow};

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::vocabulary::{BitSet, Diet};
use serde_json::json;

use super::{
    Patient, PatientById,
    change::{Kept, Named, PatientChange},
};
use crate::{
    error::Result,
    event::Event,
    graph::{Changed, Plain, Problem, Writes, payload, scalar::DateTime},
    ordering::{
        levels,
        rules::{ALL_DRINKS, ALL_FOODS},
    },
};

/// A span of time in which a patient may eat and drink nothing.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NewNilByMouth {
    /// From when on.
    from: DateTime,
    /// Until when, later than `from`; null or left out until further notice.
    until: Option<DateTime>,
}

/// What a patient may eat, apart from allergies. What is left out stays as it is.
#[derive(InputObject)]
pub struct RecordDietInput {
    /// The patient.
    patient: ID,
    /// All diets that every dish must fit, in place of those before.
    diet: Option<BTreeSet<Diet>>,
    /// The IDDSI levels of foods, from 3 to 7, that they can swallow safely; null for all.
    texture: MaybeUndefined<BTreeSet<i16>>,
    /// The IDDSI levels of drinks, from 0 to 4, that they can swallow safely; null for all.
    fluids: MaybeUndefined<BTreeSet<i16>>,
    /// When they may eat and drink nothing; null for never.
    nil_by_mouth: MaybeUndefined<NewNilByMouth>,
    /// Why, in up to 500 characters: needed where the patient may then eat more than before.
    reason: Option<String>,
    /// The `version` of the patient that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    RecordDietPayload {
        /// The patient as they are now; null where there are problems.
        patient: Patient by PatientById,
        /// Why it was not recorded: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct RecordDiet(Writes);

impl RecordDiet {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl RecordDiet {
    /// Records what a patient may eat, apart from allergies. Their open orders are checked again,
    /// and flagged where they no longer fit. For nurses and dietitians of the hospital.
    async fn record_diet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: RecordDietInput,
    ) -> Result<Option<Plain<RecordDietPayload>>> {
        let changed = record_diet(&self.0, ctx, input).await?;
        Ok(Some(Plain(RecordDietPayload(changed))))
    }
}

async fn record_diet(
    writes: &Writes,
    ctx: &Context<'_>,
    input: RecordDietInput,
) -> Result<Changed> {
    let named = Named {
        patient: &input.patient,
        expected_version: input.expected_version,
        key: &input.idempotency_key,
    };
    // A field that is null and one that was left out are one in the input's value, and two here.
    let nulls = [
        input.texture.is_null(),
        input.fluids.is_null(),
        input.nil_by_mouth.is_null(),
    ];
    let mutation = format!("recordDiet {nulls:?}");
    let begun = PatientChange::begin(writes, ctx, &mutation, &input, named).await?;
    let mut change = match begun {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(changed) => return Ok(changed),
    };
    let (row, problems) = (&mut change.row, &mut change.write.problems);
    if let Some(diet) = &input.diet {
        row.diets = Diet::bits(diet.iter().copied());
    }
    if !input.texture.is_undefined() {
        row.food_levels = read_levels("texture", input.texture.value(), ALL_FOODS, problems);
    }
    if !input.fluids.is_undefined() {
        row.drink_levels = read_levels("fluids", input.fluids.value(), ALL_DRINKS, problems);
    }
    if !input.nil_by_mouth.is_undefined() {
        let span = input.nil_by_mouth.value();
        row.nil_by_mouth_from = span.map(|span| span.from.0);
        row.nil_by_mouth_until = span.and_then(|span| Some(span.until?.0));
        if let (Some(from), Some(until)) = (row.nil_by_mouth_from, row.nil_by_mouth_until)
            && until <= from
        {
            let allowed = "later than `from`";
            problems.push(Problem::invalid(&["nilByMouth", "until"], until, allowed));
        }
    }
    let kept = Kept {
        action: "recordDiet",
        reason: input.reason.as_deref(),
        details: json!({
            "diets": change.row.diets,
            "foodLevels": change.row.food_levels,
            "drinkLevels": change.row.drink_levels,
            "nilByMouth": [change.row.nil_by_mouth_from, change.row.nil_by_mouth_until],
        }),
        event: |patient, version| Event::PatientDietRecorded { patient, version },
    };
    change.end(kept).await
}

/// The set of levels that were sent, which must be of the scale; None for all of it.
fn read_levels(
    field: &str,
    sent: Option<&BTreeSet<i16>>,
    all: i32,
    problems: &mut Vec<Problem>,
) -> Option<i32> {
    let scale = levels(all);
    let sent = sent?;
    let wrong = sent.iter().find(|level| !scale.contains(level));
    if let Some(level) = wrong {
        let ends = scale.first().zip(scale.last());
        let (first, last) = ends.unwrap_or((&0, &0));
        let allowed = format!("IDDSI levels from {first} to {last}");
        problems.push(Problem::invalid(&[field], level, allowed));
        return None;
    }
    let bits = sent.iter().fold(0, |bits, level| bits | 1 << level);
    (bits != all).then_some(bits)
}
