//! `releaseHold`: what is held is given back before its time is over.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{end, give_back, own};
use crate::{
    error::Result,
    graph::{Plain, Problem, Writes, id::Kind},
};

/// What is not to be held any more.
#[derive(InputObject)]
pub struct ReleaseHoldInput {
    /// The hold.
    hold: ID,
}

/// What became of the hold.
#[derive(SimpleObject)]
pub struct ReleaseHoldPayload {
    /// Whether it was given back by this; false where it was over before.
    released: bool,
    /// Always empty.
    problems: Vec<Problem>,
}

#[derive(Default)]
pub struct ReleaseHold(Writes);

impl ReleaseHold {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl ReleaseHold {
    /// Gives back what is held, for whoever wants it. It can be sent again: a hold that is over,
    /// or is somebody else's, is left as it is. For everybody who is signed in.
    async fn release_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is not to be held any more.")] input: ReleaseHoldInput,
    ) -> Result<Option<Plain<ReleaseHoldPayload>>> {
        let released = release_hold(&self.0, ctx, &input).await?;
        Ok(Some(Plain(ReleaseHoldPayload {
            released,
            problems: Vec::new(),
        })))
    }
}

async fn release_hold(
    writes: &Writes,
    ctx: &Context<'_>,
    input: &ReleaseHoldInput,
) -> Result<bool> {
    let id = Kind::Hold.read(&input.hold)?;
    let write = writes.open(ctx).await?;
    let held = end(&write.conn, own(&write, id), None).await?;
    let is_there = !held.is_empty();
    give_back(&write.conn, held, write.now).await?;
    write.end(id).await?;
    Ok(is_there)
}
