//! The lines of an order: names and prices as they were.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::order_line;
use sea_orm::{ConnectionTrait, sea_query::Expr};
use uuid::Uuid;

use super::visible::below_visible;
use crate::{
    dish::{Dish, DishById},
    error::Result,
    graph::{
        Ctx, Plain, Reads, Row,
        fetch::{many_each, models, select},
        money::Money,
    },
    load::Edge,
    menu::{MenuItem, MenuItemById},
    sql::is_any_of,
};

/// A line of an order, with the currency of the whole.
pub struct OrderLine {
    pub row: order_line::Model,
    pub currency: String,
}

/// A dish of an order, as it was when it was placed.
#[Object]
impl OrderLine {
    /// The item of the menu from which it was ordered; null where that is gone.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Row<MenuItem>>> {
        match self.row.menu_item_id {
            Some(item) => ctx.load(MenuItemById, item).await,
            None => Ok(None),
        }
    }

    /// The dish, as it is now; null where that is gone.
    async fn dish(&self, ctx: &Context<'_>) -> Result<Option<Row<Dish>>> {
        ctx.load(DishById, self.row.dish_id).await
    }

    /// The name of the dish when it was ordered.
    async fn dish_name(&self) -> &str {
        &self.row.dish_name
    }

    /// The price of a portion when it was ordered.
    async fn unit_price(&self) -> Plain<Money> {
        Plain(self.money(self.row.unit_price_minor))
    }

    /// How many portions.
    async fn quantity(&self) -> i16 {
        self.row.quantity
    }

    /// What these portions cost together.
    async fn line_total(&self) -> Plain<Money> {
        Plain(self.money(self.row.unit_price_minor * i64::from(self.row.quantity)))
    }
}

impl OrderLine {
    fn money(&self, amount_minor: i64) -> Money {
        Money {
            amount_minor,
            currency: self.currency.clone(),
        }
    }
}

#[derive(Clone, PartialEq)]
pub struct LinesOfOrder;

impl Edge for LinesOfOrder {
    type Key = Uuid;
    type Value = Arc<[order_line::Model]>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let mut query = select::<order_line::Entity>(&[]);
        let order = Expr::col(("order_line", "order_id"));
        query
            .and_where(is_any_of(order.clone(), keys, reads.backend()))
            .cond_where(below_visible(order, scope, reads.backend()))
            .order_by("position", sea_orm::Order::Asc);
        let lines = models::<order_line::Model>(&reads.conn.query_all(&query).await?)?;
        let lines = many_each(keys, lines, |line| line.order_id);
        Ok(lines.into_iter().map(|lines| Ok(lines.into())).collect())
    }
}
