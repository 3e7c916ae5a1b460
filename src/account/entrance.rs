//! How somebody becomes known: the way to the database of the few mutations that nobody has to be
//! signed in for.

use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entity::account;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::EmailAddress;
use crate::{
    app::App,
    auth::{Address, Bound, Jar, Viewer},
    carts::Whose,
    db::{Meter, Position, Reader, Transaction},
    error::{Error, Result},
    graph::{Ctx, Reads, at_work},
    load::Loaders,
};

/// Wrong attempts in a quarter of an hour: for an account from one address, for an account, and
/// from an address, behind which there may be a whole hospital.
const MOST_FOR_ONE_FROM_ONE: i64 = 10;
const MOST_FOR_ONE: i64 = 50;
const MOST_FROM_ONE: i64 = 100;
/// New accounts from an address in a quarter of an hour.
const MOST_NEW_FROM_ONE: i64 = 1_000;

/// The way in. As `Writes`, a root of mutations holds it in a private field and nothing else can
/// make one; it writes for who is not known, and so only accounts and sessions:
///
/// ```compile_fail,E0616
/// use thali::account::SignIn;
///
/// fn write_elsewhere(root: &SignIn) {
///     let _ = &root.0;
/// }
/// ```
///
/// ```compile_fail,E0624
/// use thali::account::Entrance;
///
/// fn past_the_root(entrance: &Entrance, ctx: &async_graphql::Context<'_>) {
///     let _ = entrance.enter(ctx);
/// }
/// ```
#[derive(Default)]
pub struct Entrance {
    /// None in a schema that is printed or checked, and never run.
    app: Option<App>,
}

/// Somebody on their way in.
pub struct Entering<'a> {
    pub app: &'a App,
    pub viewer: Viewer,
    pub now: DateTime<Utc>,
    /// Where a cookie can be set.
    pub jar: Option<&'a Jar>,
    address: Address,
    loaders: &'a Arc<Loaders<Reads>>,
    meter: &'a Arc<Meter>,
}

impl Entrance {
    pub fn new(app: &App) -> Self {
        Self {
            app: Some(app.clone()),
        }
    }

    pub(super) fn enter<'a>(&'a self, ctx: &'a Context<'_>) -> Result<Entering<'a>> {
        let (app, meter) = at_work(&self.app, ctx)?;
        Ok(Entering {
            app,
            viewer: ctx.data_opt().copied().unwrap_or_default(),
            now: ctx.now()?,
            jar: ctx.data_opt(),
            address: ctx.data_opt().copied().unwrap_or_default(),
            loaders: ctx.loaders()?,
            meter,
        })
    }
}

impl Entering<'_> {
    /// Refuses to set a cookie where there is no way to.
    pub fn check_cookie(&self, is_wanted: bool) -> Result<()> {
        match self.jar {
            None if is_wanted => Err(Error::bad_input(
                "`cookie` is true, but only the answer to an HTTP request can set one: sign in \
                 by POST.",
            )),
            _ => Ok(()),
        }
    }

    /// Counts an attempt to prove who it is; an error where there were too many.
    pub async fn attempt(&self, email: &EmailAddress) -> Result<[Bound; 3]> {
        let (key, from) = (email.key(), self.address.network());
        // The one that everything counts for is first: once it is passed, no names are kept.
        let bounds = [
            Bound::new(&format!("from {from}"), MOST_FROM_ONE),
            Bound::new(&format!("account {key} from {from}"), MOST_FOR_ONE_FROM_ONE),
            Bound::new(&format!("account {key}"), MOST_FOR_ONE),
        ];
        self.app.sign_ins.attempt(&bounds, self.now).await?;
        Ok(bounds)
    }

    /// Counts a new account; an error where there were too many.
    pub async fn attempt_new(&self) -> Result<()> {
        let bound = Bound::new(
            &format!("new from {}", self.address.network()),
            MOST_NEW_FROM_ONE,
        );
        self.app.sign_ins.attempt(&[bound], self.now).await
    }

    /// Takes attempts back that were right.
    pub async fn forgive(&self, bounds: &[Bound]) {
        self.app.sign_ins.forgive(bounds, self.now).await;
    }

    /// Puts what somebody chose before they signed in into the cart of their account. Who cannot
    /// have their cart gets in all the same.
    pub(super) async fn bring_cart(&self, token: Option<&str>, account: Uuid) {
        let Some(from) = token.map(Whose::token) else {
            return;
        };
        let into = Whose::Account(account);
        if self.app.carts.merge(&from, &into, self.now).await.is_err() {
            tracing::warn!("a cart was not brought along by who signed in");
        }
    }

    /// Reads what is so now, apart from any transaction.
    pub fn reader(&self) -> Reader {
        self.app.db.reader(self.meter).at_least(Position::LATEST)
    }

    /// The account with this address.
    pub async fn find(&self, email: &EmailAddress) -> Result<Option<account::Model>> {
        let found = account::Entity::find()
            .filter(account::Column::EmailKey.eq(email.key()))
            .one(&self.reader())
            .await?;
        Ok(found)
    }

    /// A transaction; to be begun after all that is slow.
    pub async fn begin(&self) -> Result<Transaction> {
        // The key of tokens may have to be made, in a transaction of its own: not within this one.
        self.app.tokens.keys(&self.app.db).await?;
        // What was read before keeps a connection: a request waits for one and holds none.
        self.loaders.rest();
        Ok(self.app.db.begin(self.meter).await?)
    }

    /// Makes what was written so. What the request reads then is new.
    pub async fn end(&self, conn: Transaction) -> Result<()> {
        conn.commit().await?;
        self.loaders.forget();
        Ok(())
    }
}
