//! `placeOrder`: a meal for a patient, or for oneself.

use async_graphql::{Context, ID, InputObject, Object};
use uuid::Uuid;

use super::{
    CartWrites, Order, OrderById,
    hold::{self, Held},
    known::Known,
    place::{number, place},
    short::tell,
    tray::{NewOrderLine, NewOverride, Tray},
};
use crate::{
    error::Result,
    graph::{Begun, Changed, Plain, Writes, payload, scalar::DateTime},
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
    /// A hold of yours: its portions and its place are taken for the order, and it is over. What
    /// is not ordered of it is given back. Once it has expired, others may have been faster.
    hold: Option<ID>,
    /// Whether what is ordered is taken out of the cart of the account, as far as it is there. The
    /// order is placed also where that fails.
    #[graphql(default = false)]
    from_cart: bool,
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
pub struct PlaceOrder(Writes, CartWrites);

impl PlaceOrder {
    pub fn new(writes: Writes, carts: CartWrites) -> Self {
        Self(writes, carts)
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
        let changed = place_order((&self.0, &self.1), ctx, input).await?;
        Ok(Some(Plain(PlaceOrderPayload(changed))))
    }
}

async fn place_order(
    (writes, carts): (&Writes, &CartWrites),
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
    let held = match &input.hold {
        Some(hold) => hold::take(&mut write, hold).await?,
        None => Held::default(),
    };
    let trays = std::slice::from_ref(&tray);
    let wanted = input.slot.0;
    let mut known = Known::load(&write, trays, wanted).await?;
    known.credit(&held);
    let mut problems = Vec::new();
    let slot = known.slot(wanted, write.now, 1).unwrap_or_else(|problem| {
        problems.push(*problem);
        None
    });
    let accepted = known.decide(&tray, id, (wanted, slot.as_ref()), &write, &mut problems)?;
    write.problems.extend(problems);
    if let (Some(mut accepted), Some(slot), true) = (accepted, slot, write.problems.is_empty()) {
        number(&write.conn, vec![&mut accepted.order]).await?;
        let short = place(&mut write, vec![accepted], &slot, &held).await?;
        tell(&mut write, (&known, &tray, &held), short, wanted).await?;
    }
    let account = write.scope.account().filter(|_| input.from_cart);
    let changed = write.end(id).await?;
    if let (Some(account), true) = (account, changed.problems.is_empty()) {
        carts.take(ctx, account, &tray).await;
    }
    Ok(changed)
}
