//! What the server says of itself.

use async_graphql::{Context, Object};

use crate::{
    error::Result,
    graph::{Ctx, scalar::DateTime},
};

#[derive(Default)]
pub struct ServerQuery;

#[Object]
impl ServerQuery {
    /// The server's time, by which cut-offs are decided: compare it with the device's clock.
    async fn server_time(&self, ctx: &Context<'_>) -> Result<DateTime> {
        ctx.now().map(DateTime)
    }
}
