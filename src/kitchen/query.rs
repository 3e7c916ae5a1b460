//! The way into the graph that leads to kitchens.

use async_graphql::{Context, Object};

use super::{Kitchen, KitchenFilter, edges::KitchensNear};
use crate::{
    error::Result,
    graph::{Connection, Ctx, Row, Slice, id::Kind},
    place::Near,
};

#[derive(Default)]
pub struct KitchenQuery;

#[Object]
impl KitchenQuery {
    /// The kitchens near a place, nearest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn kitchens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only kitchens inside this circle.")] near: Near,
        #[graphql(desc = "Only kitchens that fit all of this.")] filter: Option<KitchenFilter>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Kitchen>>> {
        let serves = filter.and_then(|filter| filter.serves);
        let serves = serves.map(|id| Kind::Hospital.read(&id)).transpose()?;
        let kitchens = KitchensNear {
            near: near.check()?,
            serves,
        };
        ctx.page(
            kitchens,
            (),
            Slice {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }
}
