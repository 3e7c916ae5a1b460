//! What persons are, as lists.

use entity::{
    membership,
    position::{ByPosition, Cells},
};
use sea_orm::{
    DbErr,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::Membership;
use crate::{
    error::Result,
    graph::{
        Reads,
        fetch::columns,
        page::{List, Listing, Order},
    },
};

/// What an account is at which place, in the order in which it became it. Only reached from who
/// may see the account.
#[derive(Clone, Debug, PartialEq)]
pub struct MembershipsOfAccount;

impl List for MembershipsOfAccount {
    type Item = Membership;
    type Key = Uuid;

    async fn listing(&self, _: &Reads) -> Result<Listing> {
        Ok(Listing {
            table: "membership",
            row: &["id"],
            columns: columns::<membership::Entity>(&[]),
            from: Query::select().from("membership").take(),
            parent: Some(Expr::col(("membership", "account_id"))),
            only: None,
            parts: Vec::new(),
            order: Order::by([]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Membership, DbErr> {
        membership::Model::read(cells).map(Membership)
    }
}
