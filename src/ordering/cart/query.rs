//! `cart`: that of who is not signed in.

use async_graphql::{Context, Object};

use super::Cart;
use crate::{error::Result, graph::Plain};

#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// The cart of who is not signed in; null where there is none with this token any more. The
    /// cart of an account is in `viewer`.
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `token` of the cart.")] token: String,
    ) -> Result<Option<Plain<Cart>>> {
        Ok(Cart::of_token(ctx, token).await?.map(Plain))
    }
}
