//! Which orders to list, and in which order.

use std::collections::BTreeSet;

use async_graphql::{Enum, ID, InputObject};
use chrono::{Days, NaiveTime};
use entity::vocabulary::{Meal, OrderStatus};
use sea_orm::{
    ActiveEnum, Condition, Iterable,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::{
    error::Result,
    graph::{
        id::Kind,
        page::{KeyType, Order, OrderDirection, OrderKey},
        scalar::{Date, DateTime},
    },
};

/// Which orders to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, InputObject)]
pub struct OrderFilter {
    /// Only orders that are in one of these states.
    pub status: Option<BTreeSet<OrderStatus>>,
    /// Only orders for this day, in the hospital's time zone.
    pub date: Option<Date>,
    /// Only orders for this meal.
    pub meal: Option<Meal>,
    /// Only orders to be delivered at this moment or later.
    pub delivery_from: Option<DateTime>,
    /// Only orders to be delivered before this moment.
    pub delivery_before: Option<DateTime>,
    /// With true only orders that somebody has to look at, because what their patient may eat was
    /// changed; with false only others.
    pub flagged: Option<bool>,
    /// Only orders for this ward.
    pub ward: Option<ID>,
}

/// What orders can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderOrderField {
    /// When they are to be delivered.
    DeliveryTime,
    /// When they were placed.
    PlacedAt,
}

/// An ordering of orders.
#[derive(Clone, Copy, Debug, PartialEq, InputObject)]
pub struct OrderOrder {
    /// What to order by.
    pub field: OrderOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

impl Default for OrderOrder {
    fn default() -> Self {
        Self {
            field: OrderOrderField::DeliveryTime,
            direction: OrderDirection::Asc,
        }
    }
}

impl OrderOrder {
    pub fn keys(self) -> Order {
        let moment = match self.field {
            OrderOrderField::DeliveryTime => "delivery_at",
            OrderOrderField::PlacedAt => "placed_at",
        };
        Order {
            keys: vec![OrderKey::new(column(moment), KeyType::Moment)],
            descending: self.direction == OrderDirection::Desc,
        }
    }
}

/// What an index has, and which states those are.
type Part = (&'static str, fn(OrderStatus) -> bool);

impl OrderFilter {
    /// Adds the conditions to a select that has `orders` in its FROM, all but that on the status.
    pub fn apply(&self, select: &mut SelectStatement) -> Result<()> {
        if let Some(Date(date)) = self.date {
            select.and_where(column("date").eq(date));
            // No clock is a day away from UTC, and dinner is served before the next morning: what
            // lies beyond need not be looked through.
            let midnight = date.and_time(NaiveTime::MIN).and_utc();
            let earliest = midnight.checked_sub_days(Days::new(1));
            let latest = midnight.checked_add_days(Days::new(3));
            let delivery = || column("delivery_at");
            select.and_where_option(earliest.map(|earliest| delivery().gte(earliest)));
            select.and_where_option(latest.map(|latest| delivery().lt(latest)));
        }
        if let Some(meal) = self.meal {
            select.and_where(column("meal").eq(meal.to_value()));
        }
        if let Some(DateTime(from)) = self.delivery_from {
            select.and_where(column("delivery_at").gte(from));
        }
        if let Some(DateTime(before)) = self.delivery_before {
            select.and_where(column("delivery_at").lt(before));
        }
        match self.flagged {
            Some(true) => select.and_where(column("flagged_at").is_not_null()),
            Some(false) => select.and_where(column("flagged_at").is_null()),
            None => select,
        };
        if let Some(ward) = &self.ward {
            select.and_where(column("ward_id").eq(Kind::Ward.read(ward)?));
        }
        Ok(())
    }

    /// The condition on the status in parts, each of which has an index: open orders, delivered
    /// ones, and those that were given back. Few are in the first and the last, and their indexes
    /// have only them, so that no page looks through what was delivered for something else.
    pub fn parts(&self) -> Vec<Condition> {
        let Some(wanted) = &self.status else {
            return Vec::new();
        };
        if OrderStatus::iter().all(|status| wanted.contains(&status)) {
            return Vec::new();
        }
        let delivered = |status: OrderStatus| status.is_last() && !status.gives_back();
        // The same texts as in the indexes.
        let parts: [Part; 3] = [
            ("orders.status < 6", |status| !status.is_last()),
            ("orders.status = 6", delivered),
            ("orders.status > 6", OrderStatus::gives_back),
        ];
        let condition = |(text, is_in): Part| {
            let part = || OrderStatus::iter().filter(|status| is_in(*status));
            let wanted: Vec<i16> = part()
                .filter(|status| wanted.contains(status))
                .map(|status| status.to_value())
                .collect();
            let is_whole = wanted.len() == part().count();
            let which = (!is_whole).then(|| column("status").is_in(wanted.clone()));
            let condition = Condition::all().add(Expr::cust(text)).add_option(which);
            (!wanted.is_empty()).then_some(condition)
        };
        let parts: Vec<Condition> = parts.into_iter().filter_map(condition).collect();
        match parts.is_empty() {
            true => vec![Condition::all().add(Expr::val(1).eq(0))],
            false => parts,
        }
    }
}

fn column(name: &'static str) -> Expr {
    Expr::col(("orders", name))
}
