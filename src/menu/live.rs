//! What of a menu item is live: its price and its availability. Neither is ever cached.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use entity::{availability, menu_item_price, vocabulary::Audience};
use sea_orm::{
    ActiveEnum, ConnectionTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    error::Result,
    graph::{
        Plain, Reads, Row,
        fetch::{models, one_each, select},
        money::Money,
        scalar::DateTime,
    },
    load::Edge,
    sql::is_any_of,
};

/// The price of a menu item for an audience.
#[derive(Clone, Debug)]
pub struct ItemPrice(menu_item_price::Model);

/// The price of a dish that is sold by weight.
#[derive(SimpleObject)]
pub struct WeightPrice {
    /// What is paid whatever the weight.
    base: Plain<Money>,
    /// What is paid for each unit.
    per_unit: Plain<Money>,
    /// The unit, such as 100g.
    unit: String,
}

impl ItemPrice {
    fn money(&self, amount_minor: i64) -> Money {
        Money {
            amount_minor,
            currency: self.0.currency.clone(),
        }
    }

    pub fn portion(&self) -> Money {
        self.money(self.0.base_minor + self.0.per_unit_minor)
    }

    pub fn version(&self) -> i32 {
        self.0.version
    }

    pub fn by_weight(&self) -> Option<WeightPrice> {
        Some(WeightPrice {
            base: Plain(self.money(self.0.base_minor)),
            per_unit: Plain(self.money(self.0.per_unit_minor)),
            unit: self.0.unit.clone()?,
        })
    }
}

#[derive(Clone, PartialEq)]
pub struct PriceOfItem {
    pub audience: Audience,
}

impl Edge for PriceOfItem {
    type Key = Uuid;
    type Value = Option<Arc<ItemPrice>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu_item_price::Entity>(&[]);
        let item = Expr::col(("menu_item_price", "menu_item_id"));
        query
            .and_where(is_any_of(item, keys, reads.backend()))
            .and_where(Expr::col("audience").eq(self.audience.to_value()));
        let prices = models::<menu_item_price::Model>(&reads.conn.query_all(&query).await?)?;
        let prices = prices.into_iter().map(|row| Arc::new(ItemPrice(row)));
        Ok(one_each(keys, prices, |price| price.0.menu_item_id))
    }
}

/// The portions of a menu item.
pub struct Availability(availability::Model);

/// How many portions of a menu item there are and are left.
#[Object]
impl Availability {
    /// Portions planned for the meal; null where there is no limit.
    async fn portions(&self) -> Option<i32> {
        self.0.portions
    }

    /// Portions that can still be ordered; null where there is no limit.
    async fn remaining(&self) -> Option<i32> {
        self.0
            .portions
            .map(|portions| Ord::max(portions - self.0.reserved, 0))
    }

    /// What a change of the portions has to name. An order leaves it as it is.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When this was true.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }
}

#[derive(Clone, PartialEq)]
pub struct AvailabilityOfItem;

impl Edge for AvailabilityOfItem {
    type Key = Uuid;
    type Value = Option<Row<Availability>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<availability::Entity>(&[]);
        let item = Expr::col(("availability", "menu_item_id"));
        query.and_where(is_any_of(item, keys, reads.backend()));
        let rows = models::<availability::Model>(&reads.conn.query_all(&query).await?)?;
        let rows = rows.into_iter().map(|row| Row::new(Availability(row)));
        Ok(one_each(keys, rows, |row| row.0.menu_item_id))
    }
}
