//! Writing orders that nothing speaks against: rows first, what everybody wants last.
//!
//! However many orders and lines, the statements are the same and their number is constant.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    order,
    vocabulary::{OrderEventKind, OrderStatus},
};
use sea_orm::{
    ActiveEnum, ConnectionTrait,
    sea_query::{Expr, OnConflict, Order, Query},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    decide::Accepted, hold::Held, overrides::audit, portions, slots, slots::Slot, tally::Tally,
};
use crate::{
    db::Transaction,
    error::{Error, Result},
    event::Event,
    graph::Write,
    sql::{Sent, insert_from, sent, sent_id},
};

/// What was not there any more when it was to be taken.
#[derive(Debug, Default, PartialEq)]
pub struct Short {
    /// Items of which fewer portions are left.
    pub items: Vec<Uuid>,
    pub slot: bool,
}

/// Takes numbers for these orders of one hospital and one day: before their portions and their slot
/// are held, as who waits for a number keeps nobody else waiting then.
pub async fn number(conn: &Transaction, orders: Vec<&mut order::Model>) -> Result<()> {
    let Some(first) = orders.first() else {
        return Ok(());
    };
    let (hospital, date) = (first.hospital_id, first.date);
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let mut numbers = take_numbers(conn, hospital, date, &ids).await?;
    for order in orders {
        order.number = numbers.remove(&order.id).unwrap_or_default();
    }
    Ok(())
}

/// Writes the orders, which have numbers and are of one menu and one slot, and takes their portions
/// and places. Where something is short the transaction is not to be committed. What was held for
/// one of them counts for it.
pub async fn place(
    write: &mut Write,
    accepted: Vec<Accepted>,
    slot: &Slot,
    held: &Held,
) -> Result<Short> {
    let Some(first) = accepted.first() else {
        return Ok(Short::default());
    };
    let date = first.order.date;
    insert_orders(write, &accepted).await?;
    insert_lines(write, &accepted).await?;
    insert_events(write, &accepted).await?;
    let events = accepted
        .iter()
        .map(|Accepted { order, .. }| Event::OrderPlaced {
            order: order.id,
            hospital: order.hospital_id,
            kitchen: order.kitchen_id,
        });
    write.record_all(events.collect()).await?;
    let trays = i32::try_from(accepted.len()).unwrap_or(i32::MAX);
    let mut tally = Tally::default();
    for Accepted { order, lines, .. } in &accepted {
        tally.place(order, lines);
    }
    let mut wanted: BTreeMap<Uuid, i32> = BTreeMap::new();
    let mut decided = Vec::new();
    for Accepted {
        order,
        lines,
        overrides,
        ..
    } in accepted
    {
        for line in lines {
            if let Some(item) = line.menu_item_id {
                *wanted.entry(item).or_default() += i32::from(line.quantity);
            }
        }
        decided.extend(overrides.into_iter().map(|granted| (order.id, granted)));
    }
    audit(write, decided).await?;
    let items = portions::take(&write.conn, &wanted, &held.portions, write.now).await?;
    let is_taken = match held.place {
        Some(_) => slots::exchange(&write.conn, held.place, Some((slot, date))).await?,
        None => slot.take(&write.conn, date, trays).await?,
    };
    let slot = !is_taken;
    let short = Short { items, slot };
    if short == Short::default() {
        tally.write(&write.conn).await?;
    }
    Ok(short)
}

async fn insert_orders(write: &Write, accepted: &[Accepted]) -> Result<()> {
    let rows = accepted.iter().map(|Accepted { order, .. }| {
        json!([
            sent_id(order.id),
            sent_id(order.kitchen_id),
            order.ward_id.map(sent_id),
            order.patient_id.map(sent_id),
            order.number,
            order.bed,
            order.currency,
            order.total_minor,
            order.version,
        ])
    });
    let rows: Value = rows.collect();
    let columns = [
        ("id", Sent::Id),
        ("kitchen", Sent::Id),
        ("ward", Sent::Id),
        ("patient", Sent::Id),
        ("number", Sent::Text),
        ("bed", Sent::Text),
        ("currency", Sent::Text),
        ("total", Sent::Number),
        ("version", Sent::Number),
    ];
    let Some(Accepted { order, .. }) = accepted.first() else {
        return Ok(());
    };
    let of_order = |name: &'static str| Expr::col(("k", name));
    let values = [
        ("id", of_order("id")),
        ("hospital_id", Expr::val(order.hospital_id)),
        ("kitchen_id", of_order("kitchen")),
        ("ward_id", of_order("ward")),
        ("patient_id", of_order("patient")),
        ("placed_by", Expr::val(order.placed_by)),
        ("menu_id", Expr::val(order.menu_id)),
        ("slot_id", Expr::val(order.slot_id)),
        ("number", of_order("number")),
        ("date", Expr::val(order.date)),
        ("meal", Expr::val(order.meal.to_value())),
        ("audience", Expr::val(order.audience.to_value())),
        ("status", Expr::val(order.status.to_value())),
        ("is_late", Expr::val(order.is_late)),
        ("delivery_at", Expr::val(order.delivery_at)),
        ("bed", of_order("bed")),
        ("currency", of_order("currency")),
        ("total_minor", of_order("total")),
        ("placed_at", Expr::val(order.placed_at)),
        ("updated_at", Expr::val(order.updated_at)),
        ("version", of_order("version")),
    ];
    let backend = write.conn.get_database_backend();
    let mut select = Query::select();
    select.from_subquery(sent(&rows, &columns, backend), "k");
    let (names, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    select.exprs(values);
    let insert = insert_from("orders", &names, select)?;
    write.conn.execute(&insert).await?;
    Ok(())
}

async fn insert_lines(write: &Write, accepted: &[Accepted]) -> Result<()> {
    let lines = accepted.iter().flat_map(|accepted| &accepted.lines);
    let rows: Value = lines
        .map(|line| {
            json!([
                sent_id(line.order_id),
                line.position,
                line.menu_item_id.map(sent_id),
                sent_id(line.dish_id),
                line.dish_name,
                line.unit_price_minor,
                line.quantity,
            ])
        })
        .collect();
    let columns = [
        ("order_id", Sent::Id),
        ("position", Sent::Number),
        ("menu_item_id", Sent::Id),
        ("dish_id", Sent::Id),
        ("dish_name", Sent::Text),
        ("unit_price_minor", Sent::Number),
        ("quantity", Sent::Number),
    ];
    let table = sent(&rows, &columns, write.conn.get_database_backend());
    let insert = insert_from("order_line", &columns.map(|(name, _)| name), table)?;
    write.conn.execute(&insert).await?;
    Ok(())
}

async fn insert_events(write: &Write, accepted: &[Accepted]) -> Result<()> {
    let mut rows = Vec::with_capacity(accepted.len());
    for accepted in accepted {
        let id = sent_id(accepted.order.id);
        let placed = OrderEventKind::StatusChanged.to_value();
        rows.push(json!([id, 1, placed, accepted.role.to_value(), null]));
        // One that stands in spite of a conflict was let stand from the beginning.
        if let Some(granted) = accepted.overrides.first() {
            let (kind, role) = (
                OrderEventKind::Overridden.to_value(),
                granted.role.to_value(),
            );
            rows.push(json!([id, 2, kind, role, granted.reason]));
        }
    }
    let columns = [
        ("id", Sent::Id),
        ("version", Sent::Number),
        ("kind", Sent::Number),
        ("role", Sent::Number),
        ("reason", Sent::Text),
    ];
    let backend = write.conn.get_database_backend();
    let rows = Value::from(rows);
    let select = Query::select()
        .columns([("k", "id"), ("k", "version"), ("k", "kind"), ("k", "role")])
        .column(("k", "reason"))
        .expr(Expr::val(OrderStatus::Placed.to_value()))
        .expr(Expr::val(write.scope.account()))
        .expr(Expr::val(write.now))
        .from_subquery(sent(&rows, &columns, backend), "k")
        .take();
    let columns = [
        "order_id",
        "version",
        "kind",
        "role",
        "reason",
        "status",
        "account_id",
        "at",
    ];
    let insert = insert_from("order_event", &columns, select)?;
    write.conn.execute(&insert).await?;
    Ok(())
}

/// The letters and digits of order numbers: Crockford's base 32, in which none looks like another.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NUMBER_LENGTH: usize = 4;
/// So often a number is tried. There are a million of them for a hospital and a day.
const TRIES: usize = 20;

/// Takes a number for each order. They are random: a counter would be a row that all wait for.
async fn take_numbers(
    conn: &Transaction,
    hospital: Uuid,
    date: NaiveDate,
    orders: &[Uuid],
) -> Result<BTreeMap<Uuid, String>> {
    let columns = [("number", Sent::Text), ("order_id", Sent::Id)];
    let mut taken: BTreeMap<Uuid, String> = BTreeMap::new();
    for _ in 0..TRIES {
        let without = orders.iter().filter(|id| !taken.contains_key(id));
        // Sorted: two who try the same numbers wait for each other in one order.
        let tried: BTreeMap<String, Uuid> = without.map(|id| (random_number(), *id)).collect();
        if tried.is_empty() {
            return Ok(taken);
        }
        let rows = tried
            .iter()
            .map(|(number, id)| json!([number, sent_id(*id)]));
        let rows: Value = rows.collect();
        let select = Query::select()
            .expr(Expr::val(hospital))
            .expr(Expr::val(date))
            .column(("k", "number"))
            .column(("k", "order_id"))
            .from_subquery(sent(&rows, &columns, conn.get_database_backend()), "k")
            .order_by(("k", "number"), Order::Asc)
            .take();
        let columns = ["hospital_id", "date", "number", "order_id"];
        let mut insert = insert_from("order_number", &columns, select)?;
        insert
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .returning(Query::returning().columns(["order_id", "number"]));
        for row in conn.query_all(&insert).await? {
            taken.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Err(Error::Unavailable)
}

fn random_number() -> String {
    let symbol = |_| char::from(SYMBOLS[fastrand::usize(..SYMBOLS.len())]);
    (0..NUMBER_LENGTH).map(symbol).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_easy_to_say_and_to_read() {
        for _ in 0..1000 {
            let number = random_number();
            assert_eq!(number.len(), 4);
            assert!(
                number.bytes().all(|symbol| SYMBOLS.contains(&symbol)),
                "{number}"
            );
            assert!(!number.contains(['I', 'L', 'O', 'U']), "{number}");
        }
    }
}
