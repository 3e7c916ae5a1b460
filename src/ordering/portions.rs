//! Portions: promised by conditional updates, and given back.
//!
//! Every item that was ordered has a row, also where its portions are not limited or not known:
//! so what is promised always is what a recount of the orders gives.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::availability::{Column, Entity};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Func, LockType, OnConflict, Order, Query, SelectStatement},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    db::Transaction,
    error::Result,
    sql::{Sent, insert_from, is_any_of, sent, sent_id},
};

const COLUMNS: [&str; 5] = ["menu_item_id", "portions", "reserved", "as_of", "version"];

/// Promises these portions; the items of which fewer are left, for which nothing is promised.
///
/// One statement that holds the rows in the order of their ids, so that no two orders wait for
/// each other; whether a portion is left is asked of the row as it is once it is held.
pub async fn take(
    conn: &Transaction,
    wanted: &BTreeMap<Uuid, i32>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let backend = conn.get_database_backend();
    let rows = wanted.iter();
    let rows = json!(
        rows.map(|(item, portions)| json!([sent_id(*item), portions]))
            .collect::<Vec<_>>()
    );
    let table = sent(
        &rows,
        &[("item", Sent::Id), ("portions", Sent::Number)],
        backend,
    );
    let reserved = Expr::col((Entity, Column::Reserved)).add(Expr::col(("excluded", "reserved")));
    let portions = Expr::col((Entity, Column::Portions));
    let is_left = portions
        .clone()
        .is_null()
        .or(reserved.clone().lte(portions));
    let mut insert = insert_from("availability", &COLUMNS, unset(table, now))?;
    insert
        .on_conflict(
            OnConflict::column(Column::MenuItemId)
                .value(Column::Reserved, reserved)
                .value(Column::AsOf, Expr::col(("excluded", "as_of")))
                .action_and_where(is_left)
                .to_owned(),
        )
        .returning_col(Column::MenuItemId);
    let taken = conn.query_all(&insert).await?;
    let taken = taken.iter().map(|row| row.try_get_by_index(0));
    let taken = taken.collect::<Result<Vec<Uuid>, _>>()?;
    let is_missing = |item: &&Uuid| !taken.contains(item);
    Ok(wanted.keys().filter(is_missing).copied().collect())
}

/// Gives back the portions of an order, which is held and has changed from a state that keeps
/// them to one that does not.
pub async fn give_back(conn: &Transaction, order: Uuid, now: DateTime<Utc>) -> Result<()> {
    let item = Expr::col(("order_line", "menu_item_id"));
    let promised =
        Expr::col(("availability", "menu_item_id")).equals(("order_line", "menu_item_id"));
    let lines = Query::select()
        .expr_as(item.clone(), "item")
        .expr_as(Func::sum(Expr::col(("order_line", "quantity"))), "portions")
        .from("order_line")
        .inner_join("availability", promised)
        .and_where(Expr::col(("order_line", "order_id")).eq(order))
        .add_group_by([item])
        .take();
    let reserved = Expr::col((Entity, Column::Reserved)).sub(Expr::col(("excluded", "reserved")));
    let mut insert = insert_from("availability", &COLUMNS, unset(lines, now))?;
    insert.on_conflict(
        OnConflict::column(Column::MenuItemId)
            .value(Column::Reserved, reserved)
            .value(Column::AsOf, Expr::col(("excluded", "as_of")))
            .to_owned(),
    );
    conn.execute(&insert).await?;
    Ok(())
}

/// Availabilities that nobody has set, in the order in which all hold them: of each row of
/// `table` its `item` and `portions`.
fn unset(table: SelectStatement, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .column(("k", "item"))
        .expr(Expr::cust("CAST(NULL AS integer)"))
        .column(("k", "portions"))
        .expr(Expr::val(now))
        .expr(Expr::val(0))
        .from_subquery(table, "k")
        .order_by(("k", "item"), Order::Asc)
        .take()
}

/// How many portions are left of these items; those are missing that have no limit.
pub async fn left(conn: &Transaction, items: &[Uuid]) -> Result<BTreeMap<Uuid, i32>> {
    read_left(conn, &select_left(conn, items)).await
}

/// The same, of rows that nobody else changes until the end of the transaction.
pub async fn hold(conn: &Transaction, items: &[Uuid]) -> Result<BTreeMap<Uuid, i32>> {
    let mut query = select_left(conn, items);
    query
        .order_by((Entity, Column::MenuItemId), Order::Asc)
        .lock(LockType::NoKeyUpdate);
    read_left(conn, &query).await
}

fn select_left(conn: &Transaction, items: &[Uuid]) -> SelectStatement {
    let backend = conn.get_database_backend();
    let portions = Expr::col((Entity, Column::Portions));
    let left = portions.clone().sub(Expr::col((Entity, Column::Reserved)));
    Query::select()
        .column((Entity, Column::MenuItemId))
        .expr_as(left, "portions_left")
        .from(Entity)
        .and_where(is_any_of(
            Expr::col((Entity, Column::MenuItemId)),
            items,
            backend,
        ))
        .and_where(portions.is_not_null())
        .take()
}

async fn read_left(conn: &Transaction, query: &SelectStatement) -> Result<BTreeMap<Uuid, i32>> {
    let rows = conn.query_all(query).await?;
    let left = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    left.collect()
}
