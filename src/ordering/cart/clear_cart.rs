//! `clearCart`: everything is taken out of a cart.

use async_graphql::{Context, InputObject, Object};
use uuid::Uuid;

use super::{
    CartWrites,
    cart_writes::{Filled, cart_payload},
};
use crate::{carts::What, error::Result, graph::Plain};

/// Which cart is to be empty.
#[derive(InputObject)]
pub struct ClearCartInput {
    /// The `token` of a cart; null or left out for that of the account of who is signed in.
    cart: Option<String>,
    /// The `version` of the cart that you saw: where it has another one, nothing is changed. Left
    /// out where that does not matter.
    expected_version: Option<i32>,
}

cart_payload!(ClearCartPayload);

#[derive(Default)]
pub struct ClearCart(CartWrites);

impl ClearCart {
    pub fn new(writes: CartWrites) -> Self {
        Self(writes)
    }
}

#[Object]
impl ClearCart {
    /// Takes everything out of a cart. It can be sent again.
    async fn clear_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cart is to be empty.")] input: ClearCartInput,
    ) -> Result<Option<Plain<ClearCartPayload>>> {
        let filled = clear_cart(&self.0, ctx, &input).await?;
        Ok(Some(Plain(ClearCartPayload(filled))))
    }
}

async fn clear_cart(
    writes: &CartWrites,
    ctx: &Context<'_>,
    input: &ClearCartInput,
) -> Result<Filled> {
    let mut write = writes.begin(ctx, input.cart.as_deref(), false).await?;
    let expected = input.expected_version;
    let outcome = write.change(What::Clear, expected, None).await?;
    write.heed(outcome, (Uuid::nil(), 0), expected.unwrap_or_default(), "");
    Ok(write.end())
}
