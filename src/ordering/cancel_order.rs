//! `cancelOrder`: an order is taken back.

use async_graphql::{Context, ID, InputObject, Object};
use entity::vocabulary::OrderStatus;

use super::{
    Order, OrderById,
    change::{Change, change},
};
use crate::{
    error::Result,
    graph::{Begun, Changed, Plain, Writes, id::Kind, payload},
};

/// An order that is taken back.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// The order.
    order: ID,
    /// The `version` of the order that you saw.
    expected_version: i32,
    /// Why, 1 to 500 characters: for the kitchen.
    reason: String,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    CancelOrderPayload {
        /// The order as it is now; null where there are problems.
        order: Order by OrderById,
        /// Why it was not cancelled: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct CancelOrder(Writes);

impl CancelOrder {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl CancelOrder {
    /// Takes an order back that is not being cooked yet, and gives back its portions and its
    /// place in the slot. For who placed it, its patient, and those who care for patients or
    /// manage the meals of the hospital.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: CancelOrderInput,
    ) -> Result<Option<Plain<CancelOrderPayload>>> {
        let changed = cancel_order(&self.0, ctx, input).await?;
        Ok(Some(Plain(CancelOrderPayload(changed))))
    }
}

async fn cancel_order(
    writes: &Writes,
    ctx: &Context<'_>,
    input: CancelOrderInput,
) -> Result<Changed> {
    let id = Kind::Order.read(&input.order)?;
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "cancelOrder", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let sent = Change {
        order: &input.order,
        to: OrderStatus::Cancelled,
        at: "order",
        expected_version: input.expected_version,
        reason: Some(&input.reason),
    };
    change(&mut write, id, sent).await?;
    write.end(id).await
}
