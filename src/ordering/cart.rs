//! Carts: what somebody is about to order. Nothing is promised by them; what speaks against
//! ordering them is told whenever they are shown, by the rules of an order.
//!
//! They are kept in `crate::carts`. An account has one, which only its person reaches. Who is not
//! signed in has as many as they like, and each is reached by whoever has its token.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

mod add_to_cart;
mod cart_writes;
mod clear_cart;
mod problems;
mod query;
mod set_cart_line;

pub use add_to_cart::AddToCart;
pub use cart_writes::CartWrites;
pub use clear_cart::ClearCart;
use problems::ProblemsOfCart;
pub use query::CartQuery;
pub use set_cart_line::SetCartLine;
use uuid::Uuid;

use crate::{
    carts::{Kept, Line, Whose},
    error::Result,
    graph::{Ctx, Listed, Plain, Problem, Reads, Row, id::Kind, money::Money, scalar::DateTime},
    load::Edge,
    menu::{MenuItem, MenuItemById},
};

/// What somebody is about to order.
pub struct Cart {
    token: Option<String>,
    version: i32,
    lines: Arc<[Line]>,
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Cart {
    fn of(kept: &Kept, token: Option<String>) -> Self {
        Self {
            token,
            version: kept.version,
            lines: kept.lines.as_slice().into(),
            expires_at: kept.expires_at,
        }
    }

    /// The cart of an account, which may be empty; that of the viewer and of nobody else.
    pub async fn of_account(ctx: &Context<'_>, account: Uuid) -> Result<Self> {
        let kept = ctx.load(CartOf, Whose::Account(account)).await?;
        Ok(Self::of(&kept.unwrap_or_default(), None))
    }

    /// The cart that has this token.
    pub async fn of_token(ctx: &Context<'_>, token: String) -> Result<Option<Self>> {
        let kept = ctx.load(CartOf, Whose::token(&token)).await?;
        Ok(kept.map(|kept| Self::of(&kept, Some(token))))
    }
}

/// What somebody is about to order. It promises nothing: portions and prices are those of the
/// moment when the order is placed.
#[Object]
impl Cart {
    /// What this cart is reached by, for who is not signed in: keep it as you would a password.
    /// Null for the cart of an account.
    async fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What a change of it can name, so that nothing is changed that was not seen; 0 where nothing
    /// was ever put in.
    async fn version(&self) -> i32 {
        self.version
    }

    /// What is in it, in the order in which it was put in; at most 50 items.
    async fn lines(&self) -> Listed<Vec<Plain<CartLine>>> {
        let line = |index| {
            Plain(CartLine {
                lines: self.lines.clone(),
                index,
            })
        };
        Listed((0..self.lines.len()).map(line).collect())
    }

    /// What all of it costs, at the prices of the moments when it was put in; null where that is
    /// nothing, or several currencies.
    async fn total(&self) -> Option<Plain<Money>> {
        let first = self.lines.first()?;
        let is_one = |line: &Line| line.currency == first.currency;
        self.lines.iter().all(is_one).then(|| {
            Plain(Money {
                amount_minor: self.lines.iter().map(total).sum(),
                currency: first.currency.clone(),
            })
        })
    }

    /// Until when it is kept: 24 hours from its last change. Null where nothing was ever put in.
    async fn expires_at(&self) -> Option<DateTime> {
        self.expires_at.map(DateTime)
    }

    /// What speaks against ordering it as it is, by the same rules by which an order is taken or
    /// not: all that is to be mended before. The paths are those of the lines of the cart, or
    /// `slot`, or `patient`.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient who is to eat it; null or left out for the viewer.")]
        patient: Option<ID>,
        #[graphql(
            desc = "The beginning of the delivery slot in which it is to be brought; whichever \
                    can still be had if not given."
        )]
        slot: Option<DateTime>,
    ) -> Result<Listed<Vec<Problem>>> {
        let edge = ProblemsOfCart::asked(patient, slot)?;
        let problems = ctx.load(edge, self.lines.clone()).await?;
        Ok(Listed(problems.to_vec()))
    }
}

/// Portions of an item that somebody is about to order.
pub struct CartLine {
    lines: Arc<[Line]>,
    index: usize,
}

fn total(line: &Line) -> i64 {
    line.unit_price_minor.saturating_mul(line.quantity.into())
}

impl CartLine {
    fn line(&self) -> &Line {
        &self.lines[self.index]
    }

    fn money(&self, amount_minor: i64) -> Money {
        Money {
            amount_minor,
            currency: self.line().currency.clone(),
        }
    }
}

/// Portions of an item that somebody is about to order.
#[Object]
impl CartLine {
    /// The id of the menu item, by which the line is changed.
    async fn menu_item_id(&self) -> ID {
        Kind::MenuItem.id(self.line().item)
    }

    /// The menu item; null where it is not on its menu any more.
    async fn menu_item(&self, ctx: &Context<'_>) -> Result<Option<Row<MenuItem>>> {
        ctx.load(MenuItemById, self.line().item).await
    }

    /// How many portions, 1 to 20.
    async fn quantity(&self) -> i32 {
        self.line().quantity
    }

    /// What a portion cost when it was put in.
    async fn unit_price(&self) -> Plain<Money> {
        Plain(self.money(self.line().unit_price_minor))
    }

    /// What these portions cost together, at that price.
    async fn line_total(&self) -> Plain<Money> {
        Plain(self.money(total(self.line())))
    }

    /// When the item was first put in.
    async fn added_at(&self) -> DateTime {
        DateTime(self.line().added_at)
    }

    /// What of the problems of the cart is about this line. Name the same patient and slot as
    /// there: without a patient it does not tell what somebody may not eat.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient who is to eat it; null or left out for the viewer.")]
        patient: Option<ID>,
        #[graphql(
            desc = "The beginning of the delivery slot in which it is to be brought; whichever \
                    can still be had if not given."
        )]
        slot: Option<DateTime>,
    ) -> Result<Listed<Vec<Problem>>> {
        let edge = ProblemsOfCart::asked(patient, slot)?;
        let problems = ctx.load(edge, self.lines.clone()).await?;
        let at = ["lines".to_owned(), self.index.to_string()];
        let mut problems = problems.to_vec();
        problems.retain(|problem| problem.path_names().starts_with(&at));
        Ok(Listed(problems))
    }
}

/// A cart as it is kept. That of an account is there for its person alone.
#[derive(Clone, PartialEq)]
pub struct CartOf;

impl Edge for CartOf {
    type Key = Whose;
    type Value = Option<Arc<Kept>>;
    type Source = Reads;

    async fn load(&self, keys: &[Whose], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut own = None;
        if keys.iter().any(|key| matches!(key, Whose::Account(_))) {
            own = reads.scope().await?.account();
        }
        let kept = reads.carts(keys).await?;
        let seen = keys.iter().zip(kept).map(|(key, kept)| {
            let is_seen = match key {
                Whose::Account(account) => own == Some(*account),
                Whose::Token(_) => true,
            };
            Ok(kept.filter(|_| is_seen).map(Arc::new))
        });
        Ok(seen.collect())
    }
}
