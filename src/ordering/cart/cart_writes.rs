//! The way to change carts, for the mutations that do.

use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Cart;
use crate::{
    app::App,
    auth::{Address, Bound, Scope, Viewer, secret},
    carts::{Change, Key, Line, MOST_LINES, MOST_PORTIONS, Outcome, What, Whose},
    db::{Position, Reader},
    error::{Error, Result},
    graph::{Ctx, KEYS, Problem, Reads, at_work, id::Kind, is_key},
    load::Loaders,
    ordering::{
        offer::{self, Holding, Payer},
        tray::Tray,
    },
};

/// New carts of who is not signed in from an address, behind which there may be a whole hospital,
/// in a quarter of an hour.
const MOST_NEW_FROM_ONE: i64 = 3_000;

/// The way to carts. As `Writes`, a root of mutations holds it in a private field and nothing else
/// can make one:
///
/// ```compile_fail,E0616
/// use thali::ordering::AddToCart;
///
/// fn change_elsewhere(root: &AddToCart) {
///     let _ = &root.0;
/// }
/// ```
#[derive(Default)]
pub struct CartWrites {
    /// None in a schema that is printed or checked, and never run.
    app: Option<App>,
}

/// A change of a cart under way.
pub struct CartWrite<'a> {
    app: &'a App,
    now: DateTime<Utc>,
    scope: Scope,
    whose: Whose,
    token: Option<String>,
    /// Whether the cart may have to be made.
    makes: bool,
    conn: Reader,
    loaders: &'a Arc<Loaders<Reads>>,
    pub problems: Vec<Problem>,
}

/// What became of a change: the cart, if there are no problems.
pub struct Filled {
    pub account: Option<Uuid>,
    pub token: Option<String>,
    pub problems: Vec<Problem>,
}

impl CartWrites {
    pub fn new(app: &App) -> Self {
        Self {
            app: Some(app.clone()),
        }
    }

    /// Takes out of the cart of an account what was ordered. Carts that cannot be had now keep
    /// it: the order is placed.
    pub async fn take(&self, ctx: &Context<'_>, account: Uuid, ordered: &Tray) {
        let (Some(app), Ok(now)) = (&self.app, ctx.now()) else {
            return;
        };
        let portions = ordered.portions().into_iter();
        let portions = portions.map(|(item, (portions, _))| (item, portions));
        let change = Change {
            what: What::Take(portions.collect()),
            makes: true,
            expected_version: None,
            key: None,
        };
        let whose = Whose::Account(account);
        if app.carts.change(&whose, &change, now).await.is_err() {
            tracing::warn!("what was ordered stays in a cart");
        }
    }

    /// Begins to change the cart with this token, else that of the account, else a new one, where
    /// that is wanted.
    pub(super) async fn begin<'a>(
        &'a self,
        ctx: &'a Context<'_>,
        token: Option<&str>,
        is_new_wanted: bool,
    ) -> Result<CartWrite<'a>> {
        let (app, meter) = at_work(&self.app, ctx)?;
        let loaders = ctx.loaders()?;
        // What was read before keeps a connection: a request waits for one and holds none.
        loaders.rest();
        let viewer = ctx.data_opt::<Viewer>().copied().unwrap_or_default();
        let conn = app.db.reader(meter).at_least(Position::LATEST);
        let scope = Scope::of(viewer, &conn).await?;
        let (now, mut token) = (ctx.now()?, token.map(str::to_owned));
        let (whose, makes) = match (&token, scope.account()) {
            (Some(token), _) => (Whose::token(token), false),
            (None, Some(account)) => (Whose::Account(account), true),
            (None, None) => {
                if scope.viewer() != Viewer::Anonymous {
                    scope.viewer().known()?;
                }
                if !is_new_wanted {
                    return Err(Error::bad_input(
                        "Name the `cart` by its token, or sign in for that of your account.",
                    ));
                }
                let Address(address) = ctx.data_opt().copied().unwrap_or_default();
                let from = Address(address).network();
                let bound = Bound::new(&format!("carts from {from}"), MOST_NEW_FROM_ONE);
                conn.rest();
                app.sign_ins.attempt(&[bound], now).await?;
                (Whose::token(token.insert(secret::random()?)), true)
            }
        };
        Ok(CartWrite {
            app,
            now,
            scope,
            whose,
            token,
            makes,
            conn,
            loaders,
            problems: Vec::new(),
        })
    }
}

impl CartWrite<'_> {
    /// These portions at the price that the viewer would pay now; nothing where they cannot be
    /// ordered.
    pub async fn price(&self, item: Uuid, quantity: i32) -> Result<Option<Line>> {
        let payer = Payer::Viewer(&self.scope);
        let offers = offer::load(&self.conn, &[item], payer, Holding::Nothing).await?;
        let price = offers.get(&item).and_then(|offer| offer.price.clone());
        Ok(price.map(|(unit_price_minor, currency)| Line {
            item,
            quantity,
            unit_price_minor,
            currency,
            added_at: self.now,
        }))
    }

    /// Checks the number of portions that is sent.
    pub fn check_quantity(&mut self, quantity: i32, least: i32) {
        if !(least..=MOST_PORTIONS).contains(&quantity) {
            let allowed = format!("{least} to {MOST_PORTIONS} portions");
            self.problems
                .push(Problem::invalid(&["quantity"], quantity, allowed));
        }
    }

    /// Checks an idempotency key that is sent.
    pub fn check_key(&mut self, key: &str) {
        if !is_key(key) {
            self.problems
                .push(Problem::invalid(&["idempotencyKey"], key, KEYS));
        }
    }

    /// Tells that an item cannot be ordered.
    pub fn refuse(&mut self, item: Uuid) {
        let path = vec!["menuItem".to_owned()];
        let item = Kind::MenuItem.id(item);
        self.problems.push(Problem::not_on_menu(path, item));
    }

    /// Changes the cart; whether it was changed so before is told by the outcome.
    pub async fn change(
        &self,
        what: What,
        expected_version: Option<i32>,
        key: Option<Key>,
    ) -> Result<Outcome> {
        // Who waits for Redis keeps nobody from the database.
        self.conn.rest();
        let change = Change {
            what,
            makes: self.makes,
            expected_version,
            key,
        };
        self.app.carts.change(&self.whose, &change, self.now).await
    }

    /// Adds to the problems why a change of `item` was not made, if it was not.
    pub fn heed(
        &mut self,
        outcome: Outcome,
        (item, quantity): (Uuid, i32),
        expected: i32,
        key: &str,
    ) {
        let problem = match outcome {
            Outcome::Done | Outcome::Again => return,
            Outcome::Missing => {
                let token = self.token.as_deref().unwrap_or_default();
                Problem::not_found(&["cart"], token)
            }
            Outcome::Version(version) => Problem::version_conflict(expected, version),
            Outcome::KeyReused(at) => Problem::key_reused(key, at),
            Outcome::Full => {
                let item = Kind::MenuItem.id(item);
                let allowed = format!("an item of the cart, which has {MOST_LINES}");
                Problem::invalid(&["menuItem"], item.as_str(), allowed)
            }
            Outcome::TooMany { has } => {
                let allowed =
                    format!("at most {MOST_PORTIONS} with the {has} that are in the cart");
                Problem::invalid(&["quantity"], quantity, allowed)
            }
        };
        self.problems.push(problem);
    }

    /// Ends the change: what is shown of the cart is read after it.
    pub fn end(self) -> Filled {
        self.conn.rest();
        self.loaders.forget();
        Filled {
            account: self.scope.account().filter(|_| self.token.is_none()),
            token: self.token,
            problems: self.problems,
        }
    }
}

impl Filled {
    pub async fn cart(&self, ctx: &Context<'_>) -> Result<Option<Cart>> {
        match (&self.token, self.account) {
            _ if !self.problems.is_empty() => Ok(None),
            (Some(token), _) => Cart::of_token(ctx, token.clone()).await,
            (None, Some(account)) => Cart::of_account(ctx, account).await.map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Declares the payload of a mutation that changes a cart.
macro_rules! cart_payload {
    ($name:ident) => {
        /// What became of the change.
        pub struct $name(super::cart_writes::Filled);

        /// What became of the change.
        #[async_graphql::Object]
        impl $name {
            /// The cart as it is now; null where there are problems.
            async fn cart(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> $crate::error::Result<Option<$crate::graph::Plain<super::Cart>>> {
                Ok(self.0.cart(ctx).await?.map($crate::graph::Plain))
            }

            /// Why it was not changed: all that is to be mended. Empty where it was.
            async fn problems(&self) -> &[$crate::graph::Problem] {
                &self.0.problems
            }
        }
    };
}

pub(super) use cart_payload;
