//! An order, as those see it who may.

use async_graphql::{Context, ID, Object};
use entity::{
    order,
    vocabulary::{Meal, OrderStatus},
};
use sea_orm::{ConnectionTrait, sea_query::Expr};
use uuid::Uuid;

use super::{
    transition::{Standing, TransitionsOf},
    visible_to,
};
use crate::{
    error::Result,
    graph::{
        Ctx, Plain, Reads, Row,
        fetch::{models, one_each, select},
        id::Kind,
        money::Money,
        scalar::{Date, DateTime},
    },
    load::Edge,
    sql::is_any_of,
};

/// A meal that was ordered.
#[derive(Clone, Debug)]
pub struct Order(pub order::Model);

/// A meal that was ordered.
#[Object]
impl Order {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Order.id(self.0.id)
    }

    /// What people call it by: four letters and digits, unique at the hospital on the day of the
    /// meal.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// What a change of it has to name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// How far it is.
    async fn status(&self) -> OrderStatus {
        self.0.status
    }

    /// The day of the meal, in the hospital's time zone.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The meal.
    async fn meal(&self) -> Meal {
        self.0.meal
    }

    /// When the first trays of its slot leave the kitchen.
    async fn delivery_time(&self) -> DateTime {
        DateTime(self.0.delivery_at)
    }

    /// Whether it was ordered after the cut-off, as a late tray.
    async fn is_late(&self) -> bool {
        self.0.is_late
    }

    /// The bed to which it is brought; null where it is not for a patient in a bed.
    async fn bed(&self) -> Option<&str> {
        self.0.bed.as_deref()
    }

    /// What all of it costs, at the prices of the moment when it was placed.
    async fn total(&self) -> Plain<Money> {
        Plain(Money {
            amount_minor: self.0.total_minor,
            currency: self.0.currency.clone(),
        })
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    /// The states to which you can bring it now.
    async fn allowed_transitions(&self, ctx: &Context<'_>) -> Result<Vec<OrderStatus>> {
        let allowed = ctx.load(TransitionsOf, Standing::of(&self.0)).await?;
        Ok(allowed.to_vec())
    }

    /// Whether you can take it back now.
    async fn viewer_can_cancel(&self, ctx: &Context<'_>) -> Result<bool> {
        let allowed = ctx.load(TransitionsOf, Standing::of(&self.0)).await?;
        Ok(allowed.contains(&OrderStatus::Cancelled))
    }
}

#[derive(Clone, PartialEq)]
pub struct OrderById;

impl Edge for OrderById {
    type Key = Uuid;
    type Value = Option<Row<Order>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let mut query = select::<order::Entity>(&[]);
        query
            .and_where(is_any_of(
                Expr::col(("orders", "id")),
                keys,
                reads.backend(),
            ))
            .cond_where(visible_to(scope, reads.backend()));
        let orders = models::<order::Model>(&reads.conn.query_all(&query).await?)?;
        let orders = orders.into_iter().map(|row| Row::new(Order(row)));
        Ok(one_each(keys, orders, |order| order.0.id))
    }
}
