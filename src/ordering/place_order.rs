//! `placeOrder`: a meal for a patient, or for oneself.

use async_graphql::{Context, ID, InputObject, Object};
use uuid::Uuid;

use super::{
    Order, OrderById,
    known::Known,
    place::place,
    portions,
    tray::{NewOrderLine, NewOverride, Tray},
};
use crate::{
    error::Result,
    graph::{Begun, Changed, Plain, Problem, Writes, id::Kind, payload, scalar::DateTime},
};

/// A meal that is ordered.
#[derive(InputObject)]
pub struct PlaceOrderInput {
    /// The patient for whom it is; null or left out for who orders for themselves and pays as
    /// staff or as a visitor.
    patient: Option<ID>,
    /// When it is to be brought: the beginning of a delivery slot of the meal.
    slot: DateTime,
    /// What is ordered: items of one menu and one kitchen, 1 to 50 lines.
    lines: Vec<NewOrderLine>,
    /// What all of it costs as you showed it, in minor units of its currency: where it costs
    /// something else now, the order is not placed.
    agreed_total_minor: Option<i64>,
    /// What is ordered in spite of a conflict with what the patient may eat.
    #[graphql(default)]
    overrides: Vec<NewOverride>,
    /// A key that you make for this order, 1 to 255 visible ASCII characters. Send the order again
    /// with it when you do not know whether it arrived: it is placed once.
    idempotency_key: String,
}

payload! {
    PlaceOrderPayload {
        /// The order as it is now; null where there are problems.
        order: Order by OrderById,
        /// Why it was not placed: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct PlaceOrder(Writes);

impl PlaceOrder {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl PlaceOrder {
    /// Places an order: for themselves everybody who is signed in, for a patient the patient and
    /// those who care for them. An order that was placed has its portions and its place in the
    /// slot. After the cut-off it is a late tray, as long as one can be had.
    async fn place_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: PlaceOrderInput,
    ) -> Result<Option<Plain<PlaceOrderPayload>>> {
        let changed = place_order(&self.0, ctx, input).await?;
        Ok(Some(Plain(PlaceOrderPayload(changed))))
    }
}

async fn place_order(
    writes: &Writes,
    ctx: &Context<'_>,
    input: PlaceOrderInput,
) -> Result<Changed> {
    let tray = Tray::read(
        Vec::new(),
        input.patient.as_ref(),
        &input.lines,
        input.agreed_total_minor,
        &input.overrides,
    )?;
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "placeOrder", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let trays = std::slice::from_ref(&tray);
    let wanted = input.slot.0;
    let known = Known::load(&write, trays, wanted).await?;
    let mut problems = Vec::new();
    let slot = known.slot(wanted, write.now, 1).unwrap_or_else(|problem| {
        problems.push(*problem);
        None
    });
    let accepted = known.decide(&tray, id, (wanted, slot.as_ref()), &write, &mut problems)?;
    write.problems.extend(problems);
    if let (Some(accepted), Some(slot), true) = (accepted, slot, write.problems.is_empty()) {
        let short = place(&mut write, vec![accepted], &slot).await?;
        if !short.items.is_empty() {
            let left = portions::left(&write.conn, &short.items).await?;
            for (item, (_, number)) in tray.portions() {
                if short.items.contains(&item) {
                    let path = tray.path(&["lines", &number.to_string(), "quantity"]);
                    let left = left.get(&item).map_or(0, |left| (*left).max(0));
                    let id = Kind::MenuItem.id(item);
                    write
                        .problems
                        .push(Problem::portions_exhausted(path, id, left));
                }
            }
        }
        if short.slot {
            let mut open = known.open_slots(write.now, 1);
            open.retain(|open| *open != wanted);
            let problem = Problem::slot_full(vec!["slot".to_owned()], &open);
            write.problems.push(problem);
        }
    }
    write.end(id).await
}
