//! `viewer`: who asks, and what is theirs.

use async_graphql::{Context, Object};
use entity::account;

use super::{Account, Membership, edges::Oneself, lists::MembershipsOfAccount};
use crate::{
    error::Result,
    graph::{Connection, Ctx, Plain, Row, Slice},
    ordering::{Cart, Order, OrderFilter, OrderOrder, OrdersOf, Whose},
};

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who asks; null for who is not signed in. Who sends a token or a cookie that is not good
    /// any more gets the error `UNAUTHENTICATED`: refresh the session, or sign in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Row<Viewer>>> {
        ctx.load(Oneself, ()).await
    }
}

/// Who asks.
pub struct Viewer {
    account: Row<Account>,
}

impl Viewer {
    pub fn new(row: account::Model) -> Self {
        Self {
            account: Row::new(Account(row)),
        }
    }
}

/// Who asks, and what is theirs.
#[Object]
impl Viewer {
    /// The account with which they are signed in.
    async fn account(&self) -> &Row<Account> {
        &self.account
    }

    /// What they are about to order. Null where carts cannot be had now.
    async fn cart(&self, ctx: &Context<'_>) -> Result<Option<Plain<Cart>>> {
        let cart = Cart::of_account(ctx, self.account.0.id).await?;
        Ok(Some(Plain(cart)))
    }

    /// What they are at which place, in the order in which they became it.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Membership>>> {
        ctx.page(
            MembershipsOfAccount,
            self.account.0.id,
            Slice {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }

    /// The orders that they placed, also for others.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only orders that fit all of this.")] filter: Option<OrderFilter>,
        #[graphql(desc = "The ordering; earliest delivery first if not given.")] order_by: Option<
            OrderOrder,
        >,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Order>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        let orders = OrdersOf::new(Whose::Account, filter, order_by);
        ctx.page(orders, self.account.0.id, slice).await
    }
}
