//! Sessions: begun by a sign-in, shown by a cookie or by tokens, ended by a sign-out or by time.

use async_graphql::SimpleObject;
use chrono::TimeDelta;
use entity::{account, refresh_token, session};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{entered::Entered, entrance::Entering};
use crate::{
    auth::{CookieChange, SignedIn, secret},
    db::Transaction,
    error::Result,
    graph::scalar::DateTime,
};

/// NIST SP 800-63B, 4.1.3: who they are is to be proven again after 30 days at the latest.
pub const LIFE: TimeDelta = TimeDelta::days(30);

/// What an application shows from now on to be known. Keep both as you would a password.
#[derive(SimpleObject)]
pub struct SessionTokens {
    /// Send it with each request as `Authorization: Bearer …`.
    access_token: String,
    /// Until when it is good.
    access_token_expires_at: DateTime,
    /// Gets the next tokens from `refreshSession`, once.
    refresh_token: String,
    /// Until when the session lasts: then they have to sign in again.
    refresh_token_expires_at: DateTime,
}

impl Entering<'_> {
    /// Begins a session of an account in this transaction, and ends that. The cart with this token
    /// comes along.
    pub async fn open(
        &self,
        conn: Transaction,
        account: account::Model,
        with_cookie: bool,
        cart: Option<&str>,
    ) -> Result<Entered> {
        let jar = self.jar.filter(|_| with_cookie);
        let cookie = jar.map(|_| secret::random()).transpose()?;
        let session = session::Model {
            id: Uuid::now_v7(),
            account_id: account.id,
            cookie_hash: cookie.as_deref().map(secret::hash),
            created_at: self.now,
            expires_at: self.now + LIFE,
            ended_at: None,
        };
        session::Entity::insert(session.clone().into_active_model())
            .exec_without_returning(&conn)
            .await?;
        let tokens = match cookie {
            Some(_) => None,
            None => Some(self.issue(&conn, &session).await?),
        };
        self.end(conn).await?;
        if let (Some(jar), Some(value)) = (jar, cookie) {
            jar.put(CookieChange::Set { value, life: LIFE });
        }
        self.bring_cart(cart, account.id).await;
        Ok(Entered::known(account, tokens))
    }

    /// The next tokens of a session.
    pub async fn issue(
        &self,
        conn: &Transaction,
        session: &session::Model,
    ) -> Result<SessionTokens> {
        let refresh_token = secret::random()?;
        let row = refresh_token::Model {
            hash: secret::hash(&refresh_token),
            session_id: session.id,
            created_at: self.now,
            used_at: None,
        };
        refresh_token::Entity::insert(row.into_active_model())
            .exec_without_returning(conn)
            .await?;
        let who = SignedIn {
            account: session.account_id,
            session: session.id,
        };
        let keys = self.app.tokens.keys(&self.app.db).await?;
        let (access_token, until) = keys.issue(who, self.now, session.expires_at)?;
        Ok(SessionTokens {
            access_token,
            access_token_expires_at: DateTime(until),
            refresh_token,
            refresh_token_expires_at: DateTime(session.expires_at),
        })
    }
}
