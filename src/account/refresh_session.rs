//! `refreshSession`: the next tokens of a session, for its last refresh token.
//!
//! A refresh token is used once. One that comes again was copied by somebody, unless the answer
//! to its first use was lost: so for a moment it gets tokens again, and after that ends the
//! session. When one of a session's tokens is used, all others of it are used up, so of two who
//! share a session one is found out with their next refresh, whoever was first.

use async_graphql::{Context, InputObject, Object};
use chrono::TimeDelta;
use entity::{account, refresh_token, session};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{
    Entrance,
    entered::{Entered, entered},
    entrance::Entering,
};
use crate::{
    auth::secret,
    error::{Error, Result},
    graph::Plain,
};

/// For how long after its first use a refresh token is good once more.
const GRACE: TimeDelta = TimeDelta::seconds(30);

const NOT_GOOD: Error =
    Error::Unauthenticated("The refresh token is not good, or not any more: sign in.");

/// The session that is to go on.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came last.
    refresh_token: String,
}

entered!(RefreshSessionPayload, "Always empty.");

#[derive(Default)]
pub struct RefreshSession(Entrance);

impl RefreshSession {
    pub fn new(entrance: Entrance) -> Self {
        Self(entrance)
    }
}

#[Object]
impl RefreshSession {
    /// Gets the next tokens of a session and uses the refresh token up. One that comes again
    /// later than 30 seconds after its first use ends the session, for somebody has a copy.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RefreshSessionInput,
    ) -> Result<Option<Plain<RefreshSessionPayload>>> {
        let entering = self.0.enter(ctx)?;
        let entered = refresh_session(&entering, &input.refresh_token).await?;
        Ok(Some(Plain(RefreshSessionPayload(entered))))
    }
}

async fn refresh_session(entering: &Entering<'_>, token: &str) -> Result<Entered> {
    let find = || refresh_token::Entity::find_by_id(secret::hash(token));
    // What is no token costs nobody a transaction.
    let Some(token) = find().one(&entering.reader()).await? else {
        return Err(NOT_GOOD);
    };
    let conn = entering.begin().await?;
    let session = session::Entity::find_by_id(token.session_id).lock_exclusive();
    let session = session.one(&conn).await?;
    let is_over =
        |session: &session::Model| session.ended_at.is_some() || session.expires_at <= entering.now;
    let Some(session) = session.filter(|session| !is_over(session)) else {
        return Err(NOT_GOOD);
    };
    // Read again behind the lock: of two who send it at once the second sees the first.
    let used_at = find().one(&conn).await?.and_then(|token| token.used_at);
    if used_at.is_some_and(|used_at| entering.now - used_at > GRACE) {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(entering.now))
            .filter(session::Column::Id.eq(session.id))
            .exec(&conn)
            .await?;
        entering.end(conn).await?;
        tracing::warn!(session = %session.id, "a refresh token came again: the session is ended");
        return Err(NOT_GOOD);
    }
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(entering.now))
        .filter(refresh_token::Column::SessionId.eq(session.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(&conn)
        .await?;
    let account = account::Entity::find_by_id(session.account_id);
    let account = account.one(&conn).await?.ok_or(NOT_GOOD)?;
    let tokens = entering.issue(&conn, &session).await?;
    entering.end(conn).await?;
    Ok(Entered::known(account, Some(tokens)))
}
