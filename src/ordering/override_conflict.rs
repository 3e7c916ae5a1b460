//! `overrideConflict`: an order stands in spite of what its patient may eat by now.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{
    order_line,
    vocabulary::{OrderEventKind, Role},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    Order, OrderById,
    change::{hold, next, patient_of},
    load_eaters, load_plates_of_dishes,
    overrides::{Granted, audit, decider, details},
    rules::conflicts,
    tray::check_reason,
};
use crate::{
    auth::Place,
    error::{Error, Result},
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Write, Writes, id::Kind, payload},
    patient,
};

/// A decision that an order stands.
#[derive(InputObject)]
pub struct OverrideConflictInput {
    /// The order, which is flagged.
    order: ID,
    /// The `version` of the order that you saw.
    expected_version: i32,
    /// Why it may be eaten all the same, 1 to 500 characters: kept with who decided it.
    reason: String,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    OverrideConflictPayload {
        /// The order as it is now; null where there are problems.
        order: Order by OrderById,
        /// Why it does not stand: all that is to be mended. Empty where it does.
        problems,
    }
}

#[derive(Default)]
pub struct OverrideConflict(Writes);

impl OverrideConflict {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl OverrideConflict {
    /// Lets a flagged order stand in spite of what its patient may eat by now. For those who may
    /// decide about all that speaks against it: nurses or dietitians, by the conflict. Nobody may
    /// where a dish contains an allergen of high or unknown criticality, or while nothing may be
    /// eaten.
    async fn override_conflict(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: OverrideConflictInput,
    ) -> Result<Option<Plain<OverrideConflictPayload>>> {
        let changed = override_conflict(&self.0, ctx, input).await?;
        Ok(Some(Plain(OverrideConflictPayload(changed))))
    }
}

async fn override_conflict(
    writes: &Writes,
    ctx: &Context<'_>,
    input: OverrideConflictInput,
) -> Result<Changed> {
    let id = Kind::Order.read(&input.order)?;
    let (key, reason) = (&input.idempotency_key, &input.reason);
    let begun = writes.begin(ctx, "overrideConflict", key, &input, id);
    let mut write = match begun.await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let said = check_reason(reason).map(|allowed| Problem::invalid(&["reason"], reason, allowed));
    write.problems.extend(said);
    // Patients are held before orders. Whose order it is never changes.
    let patient = patient_of(&write, id).await?;
    let patients = patient::hold(&write.conn, &write.scope, patient.as_slice()).await?;
    let Some(mut order) = hold(&write, id).await? else {
        write
            .problems
            .push(Problem::not_found(&["order"], &input.order));
        return write.end(id).await;
    };
    if input.expected_version != order.version {
        let problem = Problem::version_conflict(input.expected_version, order.version);
        write.problems.push(problem);
    }
    if order.flagged_at.is_none() || order.status.is_last() {
        let allowed = "an order that is flagged";
        let problem = Problem::invalid(&["order"], input.order.as_str(), allowed);
        write.problems.push(problem);
        return write.end(id).await;
    }
    let granted = decide(&write, &order, &patients, reason.trim()).await?;
    let place = Place::Hospital(order.hospital_id);
    let role = write.scope.role(&[Role::Dietitian, Role::Nurse], place);
    let role = role.ok_or(NOT_YOURS)?;
    if write.problems.is_empty() {
        order.flagged_at = None;
        let (status, kind) = (order.status, OrderEventKind::Overridden);
        let reason = Some(reason.trim());
        let order = next(&write, order, status, kind, Some(role), reason).await?;
        audit(&write, granted.into_iter().map(|granted| (id, granted))).await?;
        let event = Event::OrderOverridden {
            order: id,
            hospital: order.hospital_id,
            kitchen: order.kitchen_id,
            version: order.version,
        };
        write.record(event).await?;
    }
    write.end(id).await
}

const NOT_YOURS: Error = Error::Forbidden(
    "Only those may decide this who are trained for all that speaks against the order: change the \
     order, or cancel it.",
);

/// What speaks against the order now, each decided by the viewer; an error where they may not.
async fn decide(
    write: &Write,
    order: &entity::order::Model,
    patients: &[entity::patient::Model],
    reason: &str,
) -> Result<Vec<Granted>> {
    let [patient] = patients else {
        return Err(NOT_YOURS);
    };
    let lines = order_line::Entity::find().filter(order_line::Column::OrderId.eq(order.id));
    let lines = lines.all(&write.conn).await?;
    let mut dishes: Vec<Uuid> = lines.iter().map(|line| line.dish_id).collect();
    dishes.sort_unstable();
    dishes.dedup();
    let eaters = load_eaters(&write.conn, patients).await?;
    let plates = load_plates_of_dishes(&write.conn, &dishes).await?;
    let mut granted = Vec::new();
    for dish in dishes {
        let (Some(eater), Some(plate)) = (eaters.get(&patient.id), plates.get(&dish)) else {
            let cause = anyhow::anyhow!("a patient or a dish that is there was not read");
            return Err(Error::internal(cause));
        };
        for conflict in conflicts(eater, plate, order.delivery_at) {
            granted.push(Granted {
                role: decider(&conflict, patient, &write.scope).ok_or(NOT_YOURS)?,
                reason: reason.to_owned(),
                details: details(dish, &conflict),
            });
        }
    }
    Ok(granted)
}
