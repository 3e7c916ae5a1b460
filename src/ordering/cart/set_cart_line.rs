//! `setCartLine`: how many portions of an item are in a cart.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    CartWrites,
    cart_writes::{Filled, cart_payload},
};
use crate::{
    carts::What,
    error::Result,
    graph::{Plain, id::Kind},
};

/// How much of an item is to be in a cart.
#[derive(InputObject)]
pub struct SetCartLineInput {
    /// The `token` of a cart; null or left out for that of the account of who is signed in.
    cart: Option<String>,
    /// The menu item.
    menu_item: ID,
    /// How many portions are to be in it, 0 to 20; 0 takes the item out.
    quantity: i32,
    /// The `version` of the cart that you saw: where it has another one, nothing is changed. Left
    /// out where that does not matter.
    expected_version: Option<i32>,
}

cart_payload!(SetCartLinePayload);

#[derive(Default)]
pub struct SetCartLine(CartWrites);

impl SetCartLine {
    pub fn new(writes: CartWrites) -> Self {
        Self(writes)
    }
}

#[Object]
impl SetCartLine {
    /// Sets how many portions of a menu item are in a cart, at the price that the viewer would pay
    /// now: so a price that has changed is agreed to. It can be sent again.
    async fn set_cart_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be in the cart.")] input: SetCartLineInput,
    ) -> Result<Option<Plain<SetCartLinePayload>>> {
        let filled = set_cart_line(&self.0, ctx, &input).await?;
        Ok(Some(Plain(SetCartLinePayload(filled))))
    }
}

async fn set_cart_line(
    writes: &CartWrites,
    ctx: &Context<'_>,
    input: &SetCartLineInput,
) -> Result<Filled> {
    let item = Kind::MenuItem.read(&input.menu_item)?;
    let quantity = input.quantity;
    let mut write = writes.begin(ctx, input.cart.as_deref(), false).await?;
    write.check_quantity(quantity, 0);
    let what = match quantity {
        0 => Some(What::Remove(item)),
        _ => write.price(item, quantity).await?.map(What::Set),
    };
    match what {
        None => write.refuse(item),
        Some(what) if write.problems.is_empty() => {
            let expected = input.expected_version;
            let outcome = write.change(what, expected, None).await?;
            write.heed(outcome, (item, quantity), expected.unwrap_or_default(), "");
        }
        Some(_) => {}
    }
    Ok(write.end())
}
