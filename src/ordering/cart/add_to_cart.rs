//! `addToCart`: portions are put into a cart.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    CartWrites,
    cart_writes::{Filled, cart_payload},
};
use crate::{
    carts::{Key, Outcome, What},
    error::Result,
    graph::{Plain, id::Kind},
};

/// What is put into a cart.
#[derive(InputObject)]
pub struct AddToCartInput {
    /// The `token` of a cart; null or left out for that of the account of who is signed in, and
    /// for a new one of who is not.
    cart: Option<String>,
    /// The menu item.
    menu_item: ID,
    /// How many portions, 1 to 20: they are added to those that are there.
    #[graphql(default = 1)]
    quantity: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once, as long as it is
    /// one of the last 50 of the cart. Where it makes a cart, it makes another one.
    idempotency_key: String,
}

cart_payload!(AddToCartPayload);

#[derive(Default)]
pub struct AddToCart(CartWrites);

impl AddToCart {
    pub fn new(writes: CartWrites) -> Self {
        Self(writes)
    }
}

#[Object]
impl AddToCart {
    /// Puts portions of a menu item into a cart, at the price that the viewer would pay now. It
    /// promises none of them. For everybody, also without an account.
    async fn add_to_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is put in.")] input: AddToCartInput,
    ) -> Result<Option<Plain<AddToCartPayload>>> {
        let filled = add_to_cart(&self.0, ctx, &input).await?;
        Ok(Some(Plain(AddToCartPayload(filled))))
    }
}

async fn add_to_cart(
    writes: &CartWrites,
    ctx: &Context<'_>,
    input: &AddToCartInput,
) -> Result<Filled> {
    let item = Kind::MenuItem.read(&input.menu_item)?;
    let (quantity, key) = (input.quantity, &input.idempotency_key);
    let mut write = writes.begin(ctx, input.cart.as_deref(), true).await?;
    write.check_quantity(quantity, 1);
    write.check_key(key);
    let line = write.price(item, quantity).await?;
    if write.problems.is_empty() {
        let is_offered = line.is_some();
        // Where it is not offered any more it may have been put in before.
        let what = line.map_or(What::Take(Vec::new()), What::Add);
        let name = Key::new(key, &format!("{item} {quantity}"));
        let outcome = write.change(what, None, Some(name)).await?;
        if outcome == Outcome::Done && !is_offered {
            write.refuse(item);
        }
        write.heed(outcome, (item, quantity), 0, key);
    } else if line.is_none() {
        write.refuse(item);
    }
    Ok(write.end())
}
