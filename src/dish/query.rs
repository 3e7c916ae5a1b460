//! The way into the graph that leads to dishes.

use async_graphql::{Context, Object};

use super::{Dish, DishFilter, DishOrder, Dishes};
use crate::{
    error::Result,
    graph::{Connection, Ctx, Row, Slice},
};

#[derive(Default)]
pub struct DishQuery;

#[Object]
impl DishQuery {
    /// The dishes of all kitchens.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn dishes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words of the name or description. Forgives typing errors.")]
        search: Option<String>,
        #[graphql(desc = "Only dishes that fit all of this.")] filter: Option<DishFilter>,
        #[graphql(desc = "The ordering; best match first with `search`, else by name.")]
        order_by: Option<DishOrder>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Dish>>> {
        let dishes = Dishes::new(search.as_deref(), filter, order_by)?;
        ctx.page(
            dishes,
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
