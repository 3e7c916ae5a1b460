//! The ways into the graph that lead to hospitals.

use async_graphql::{Context, Object};

use super::{Hospital, HospitalByInput, lists::Hospitals};
use crate::{
    error::Result,
    graph::{Connection, Ctx, Row, Slice},
    place::Near,
    search::Search,
};

#[derive(Default)]
pub struct HospitalQuery;

#[Object]
impl HospitalQuery {
    /// A hospital by id, slug or code; null when there is none.
    async fn hospital(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which hospital.")] by: HospitalByInput,
    ) -> Result<Option<Row<Hospital>>> {
        by.load(ctx).await
    }

    /// Hospitals: nearest first with `near`, else best match first with `search`, else by name.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn hospitals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only hospitals inside this circle.")] near: Option<Near>,
        #[graphql(desc = "Words of the name, city, postcode or code. Forgives typing errors.")]
        search: Option<String>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Hospital>>> {
        let hospitals = Hospitals {
            near: near.map(Near::check).transpose()?,
            search: search.as_deref().map(Search::parse).transpose()?.flatten(),
        };
        ctx.page(
            hospitals,
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
