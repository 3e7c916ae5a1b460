//! What orders come to, in tables that the transaction of each order keeps true: portions of
//! dishes by kitchen, meal and ward, and what became of the orders of a slot.
//!
//! Their rows are the last that a transaction takes, after the items and the slot: who orders the
//! same dish or for the same slot has waited already, so that orders wait for nobody here. All
//! keys of a table are written by one statement in their order.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{order, order_line, vocabulary::OrderStatus};
use sea_orm::{
    ActiveEnum, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Order},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    db::Transaction,
    error::Result,
    sql::{Sent, insert_from, is_any_of, sent, sent_id},
};

/// The line by which an order is counted once.
pub(super) const FIRST: i16 = 1;

/// What a transaction adds to the tallies, or takes away.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    portions: BTreeMap<Dish, Portions>,
    orders: BTreeMap<Slot, Figures>,
}

/// A dish for a ward, and who cooks it when. The order of the fields is that of the rows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Dish {
    kitchen: Uuid,
    date: NaiveDate,
    meal: i16,
    dish: Uuid,
    hospital: Uuid,
    /// Nil for none.
    ward: Uuid,
}

#[derive(Debug, Default, PartialEq)]
struct Portions {
    portions: i64,
    trays: i64,
}

/// A slot of a meal on a day.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    hospital: Uuid,
    date: NaiveDate,
    meal: i16,
    /// Nil for none.
    slot: Uuid,
    currency: String,
}

#[derive(Debug, Default, PartialEq)]
struct Figures {
    placed: i64,
    delivered: i64,
    rejected: i64,
    cancelled: i64,
    late: i64,
    portions: i64,
    total_minor: i64,
}

impl Tally {
    /// An order that was placed.
    pub fn place(&mut self, order: &order::Model, lines: &[order_line::Model]) {
        self.cook(order, lines, 1);
        self.figures(order).placed += 1;
        self.serve(order, lines, 1);
    }

    /// An order that came to a state after which nothing follows. The lines are asked for where
    /// it is not delivered.
    pub fn end(&mut self, order: &order::Model, lines: &[order_line::Model]) {
        let figures = self.figures(order);
        match order.status {
            OrderStatus::Delivered => figures.delivered += 1,
            OrderStatus::Rejected => figures.rejected += 1,
            OrderStatus::Cancelled => figures.cancelled += 1,
            _ => {}
        }
        if order.status.gives_back() {
            self.cook(order, lines, -1);
            self.serve(order, lines, -1);
        }
    }

    /// An order that goes to another ward, with all its lines.
    pub fn follow(
        &mut self,
        before: &order::Model,
        after: &order::Model,
        lines: &[order_line::Model],
    ) {
        self.cook(before, lines, -1);
        self.cook(after, lines, 1);
    }

    fn cook(&mut self, order: &order::Model, lines: &[order_line::Model], times: i64) {
        for line in lines {
            let dish = Dish {
                kitchen: order.kitchen_id,
                date: order.date,
                meal: order.meal.to_value(),
                dish: line.dish_id,
                hospital: order.hospital_id,
                ward: order.ward_id.unwrap_or_default(),
            };
            let tally = self.portions.entry(dish).or_default();
            tally.portions += times * i64::from(line.quantity);
            tally.trays += times * i64::from(line.position == FIRST);
        }
    }

    fn serve(&mut self, order: &order::Model, lines: &[order_line::Model], times: i64) {
        let portions: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
        let figures = self.figures(order);
        figures.late += times * i64::from(order.is_late);
        figures.portions += times * portions;
        figures.total_minor += times * order.total_minor;
    }

    fn figures(&mut self, order: &order::Model) -> &mut Figures {
        let slot = Slot {
            hospital: order.hospital_id,
            date: order.date,
            meal: order.meal.to_value(),
            slot: order.slot_id.unwrap_or_default(),
            currency: order.currency.clone(),
        };
        self.orders.entry(slot).or_default()
    }

    /// Writes it: at most two statements, whatever the number of orders and lines.
    pub async fn write(self, conn: &Transaction) -> Result<()> {
        let changed = self.portions.into_iter();
        let changed = changed.filter(|(_, tally)| *tally != Portions::default());
        let rows = changed.map(|(key, tally)| {
            json!([
                sent_id(key.kitchen),
                key.date,
                key.meal,
                sent_id(key.dish),
                sent_id(key.hospital),
                sent_id(key.ward),
                tally.portions,
                tally.trays,
            ])
        });
        PORTIONS.add(conn, rows.collect()).await?;
        let rows = self.orders.into_iter().map(|(key, figures)| {
            json!([
                sent_id(key.hospital),
                key.date,
                key.meal,
                sent_id(key.slot),
                key.currency,
                figures.placed,
                figures.delivered,
                figures.rejected,
                figures.cancelled,
                figures.late,
                figures.portions,
                figures.total_minor,
            ])
        });
        ORDERS.add(conn, rows.collect()).await
    }
}

/// A table of tallies.
pub(super) struct Table {
    pub name: &'static str,
    pub key: &'static [(&'static str, Sent)],
    pub figures: &'static [&'static str],
}

pub(super) const PORTIONS: Table = Table {
    name: "portion_tally",
    key: &[
        ("kitchen_id", Sent::Id),
        ("date", Sent::Date),
        ("meal", Sent::Number),
        ("dish_id", Sent::Id),
        ("hospital_id", Sent::Id),
        ("ward_id", Sent::Id),
    ],
    figures: &["portions", "trays"],
};

pub(super) const ORDERS: Table = Table {
    name: "order_tally",
    key: &[
        ("hospital_id", Sent::Id),
        ("date", Sent::Date),
        ("meal", Sent::Number),
        ("slot_id", Sent::Id),
        ("currency", Sent::Text),
    ],
    figures: &[
        "placed",
        "delivered",
        "rejected",
        "cancelled",
        "late",
        "portions",
        "total_minor",
    ],
};

impl Table {
    pub fn columns(&self) -> Vec<&'static str> {
        let key = self.key.iter().map(|(name, _)| *name);
        key.chain(self.figures.iter().copied()).collect()
    }

    /// Adds rows to those that are there.
    async fn add(&self, conn: &Transaction, rows: Vec<Value>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let figures = self.figures.iter().map(|name| (*name, Sent::Number));
        let columns: Vec<_> = self.key.iter().copied().chain(figures).collect();
        let mut select = sent(&Value::from(rows), &columns, conn.get_database_backend());
        for (name, _) in self.key {
            select.order_by(*name, Order::Asc);
        }
        let mut known = OnConflict::columns(self.key.iter().map(|(name, _)| *name));
        for name in self.figures {
            let there = Expr::col((self.name, *name));
            known.value(*name, there.add(Expr::col(("excluded", *name))));
        }
        let mut insert = insert_from(self.name, &self.columns(), select)?;
        insert.on_conflict(known);
        conn.execute(&insert).await?;
        Ok(())
    }
}

/// The lines of these orders, by the order.
pub async fn lines_of(
    conn: &Transaction,
    orders: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<order_line::Model>>> {
    let of_order = Expr::col((order_line::Entity, order_line::Column::OrderId));
    let lines =
        order_line::Entity::find().filter(is_any_of(of_order, orders, conn.get_database_backend()));
    let mut of: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for line in lines.all(conn).await? {
        of.entry(line.order_id).or_default().push(line);
    }
    Ok(of)
}

#[cfg(test)]
mod tests;
