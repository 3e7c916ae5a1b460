//! `signOut`: ends sessions, and with them whatever shows them.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::session::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{Entrance, entrance::Entering};
use crate::{
    auth::{CookieChange, Scope, Viewer},
    error::Result,
    graph::{Plain, Problem},
};

/// What is to end.
#[derive(Default, InputObject)]
pub struct SignOutInput {
    /// Whether all sessions of the account end, on all devices; else that of this request.
    #[graphql(default = false)]
    everywhere: bool,
}

/// What has ended.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// How many sessions it were.
    sessions_ended: i32,
    /// Always empty.
    problems: Vec<Problem>,
}

#[derive(Default)]
pub struct SignOut(Entrance);

impl SignOut {
    pub fn new(entrance: Entrance) -> Self {
        Self(entrance)
    }
}

#[Object]
impl SignOut {
    /// Ends the session of the request, or all sessions of the account. Their tokens and cookies
    /// are good for nothing from then on, access tokens included.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to end.")] input: SignOutInput,
    ) -> Result<Option<Plain<SignOutPayload>>> {
        let entering = self.0.enter(ctx)?;
        let sessions_ended = sign_out(&entering, &input).await?;
        Ok(Some(Plain(SignOutPayload {
            sessions_ended,
            problems: Vec::new(),
        })))
    }
}

async fn sign_out(entering: &Entering<'_>, input: &SignOutInput) -> Result<i32> {
    entering.viewer.known()?;
    let Viewer::Account(who) = entering.viewer else {
        // The token of the settings has no session.
        return Ok(0);
    };
    let conn = entering.begin().await?;
    // Whose session is over may end no other.
    let scope = Scope::of(entering.viewer, &conn).await?;
    scope.viewer().known()?;
    let mut end = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(entering.now))
        .filter(Column::AccountId.eq(who.account))
        .filter(Column::EndedAt.is_null());
    if !input.everywhere {
        end = end.filter(Column::Id.eq(who.session));
    }
    let ended = end.exec(&conn).await?.rows_affected;
    entering.end(conn).await?;
    if let Some(jar) = entering.jar {
        jar.put(CookieChange::Clear);
    }
    Ok(i32::try_from(ended).unwrap_or(i32::MAX))
}
