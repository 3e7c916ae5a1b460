//! `advanceOrder`: the next state of an order.

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

/// The state to which an order is brought.
#[derive(InputObject)]
pub struct AdvanceOrderInput {
    /// The order.
    order: ID,
    /// The state: one of its `allowedTransitions`.
    to: OrderStatus,
    /// The `version` of the order that you saw.
    expected_version: i32,
    /// Why, 1 to 500 characters: for those who ordered. Required where it is rejected or
    /// cancelled.
    reason: Option<String>,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    AdvanceOrderPayload {
        /// The order as it is now; null where there are problems.
        order: Order by OrderById,
        /// Why it was not changed: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct AdvanceOrder(Writes);

impl AdvanceOrder {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl AdvanceOrder {
    /// Brings an order to its next state. For those whose part it is: `allowedTransitions` of the
    /// order says what you may do. What is rejected or cancelled gives its portions and its place
    /// in the slot back.
    async fn advance_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: AdvanceOrderInput,
    ) -> Result<Option<Plain<AdvanceOrderPayload>>> {
        let changed = advance_order(&self.0, ctx, input).await?;
        Ok(Some(Plain(AdvanceOrderPayload(changed))))
    }
}

async fn advance_order(
    writes: &Writes,
    ctx: &Context<'_>,
    input: AdvanceOrderInput,
) -> Result<Changed> {
    let id = Kind::Order.read(&input.order)?;
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "advanceOrder", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let sent = Change {
        order: &input.order,
        to: input.to,
        at: "to",
        expected_version: input.expected_version,
        reason: input.reason.as_deref(),
    };
    change(&mut write, id, sent).await?;
    write.end(id).await
}
