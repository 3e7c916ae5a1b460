//! Portions: promised by conditional updates, and given back.
//!
//! Every item that was ordered has a row, also where its portions are not limited or not known:
//! so what is promised always is what a recount of the orders gives.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::availability::{Column, Entity};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Expr, ExprTrait, Func, OnConflict, Order, Query, SelectStatement},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    db::Transaction,
    error::Result,
    sql::{Sent, insert_from, is_any_of, sent, sent_id},
};

const COLUMNS: [&str; 5] = ["menu_item_id", "portions", "reserved", "as_of", "version"];

/// Promises the portions of `wanted`, in place of those of `held`, which were promised before; the
/// items of `wanted` of which fewer are left, for which nothing is promised.
///
/// One statement that holds the rows in the order of their ids, so that no two orders wait for
/// each other; whether a portion is left is asked of the row as it is once it is held.
pub async fn take(
    conn: &Transaction,
    wanted: &BTreeMap<Uuid, i32>,
    held: &BTreeMap<Uuid, i32>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let backend = conn.get_database_backend();
    let items: BTreeSet<Uuid> = wanted.keys().chain(held.keys()).copied().collect();
    let of = |portions: &BTreeMap<Uuid, i32>, item| portions.get(item).copied().unwrap_or(0);
    let rows = items.iter().map(|item| {
        let (wanted, held) = (of(wanted, item), of(held, item));
        json!([sent_id(*item), wanted, held])
    });
    let columns = [
        ("item", Sent::Id),
        ("portions", Sent::Number),
        ("held", Sent::Number),
    ];
    let table = sent(&rows.collect::<Value>(), &columns, backend);
    // What a row would be that is not there is checked even where it is: it can have no number
    // below zero. So what is held comes as the version, which nobody has set.
    let held = Expr::col(("excluded", "version"));
    let reserved = Expr::col((Entity, Column::Reserved))
        .add(Expr::col(("excluded", "reserved")))
        .sub(held);
    let portions = Expr::col((Entity, Column::Portions));
    let is_left = portions
        .clone()
        .is_null()
        .or(reserved.clone().lte(portions));
    let rows = unset(table, Expr::col(("k", "held")), now);
    let mut insert = insert_from("availability", &COLUMNS, rows)?;
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
    let mut insert = insert_from("availability", &COLUMNS, unset(lines, Expr::val(0), now))?;
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
fn unset(table: SelectStatement, version: Expr, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .column(("k", "item"))
        .expr(Expr::cust("CAST(NULL AS integer)"))
        .column(("k", "portions"))
        .expr(Expr::val(now))
        .expr(version)
        .from_subquery(table, "k")
        .order_by(("k", "item"), Order::Asc)
        .take()
}

/// How many portions are left of these items; those are missing that have no limit.
pub async fn left(conn: &Transaction, items: &[Uuid]) -> Result<BTreeMap<Uuid, i32>> {
    let portions = Expr::col((Entity, Column::Portions));
    let left = portions.clone().sub(Expr::col((Entity, Column::Reserved)));
    let item = Expr::col((Entity, Column::MenuItemId));
    let query = Query::select()
        .column((Entity, Column::MenuItemId))
        .expr_as(left, "portions_left")
        .from(Entity)
        .and_where(is_any_of(item, items, conn.get_database_backend()))
        .and_where(portions.is_not_null())
        .take();
    read_left(&conn.query_all(&query).await?)
}

/// The same, of rows that nobody else changes until the end of the transaction. Those without a
/// limit are held too, and made where there are none: who takes portions of them next has the
/// slot by then, for which others wait who hold such a row.
pub async fn hold(
    conn: &Transaction,
    items: &[Uuid],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, i32>> {
    let rows = items.iter().map(|item| json!([sent_id(*item), 0]));
    let rows = json!(rows.collect::<Vec<_>>());
    let columns = [("item", Sent::Id), ("portions", Sent::Number)];
    let table = sent(&rows, &columns, conn.get_database_backend());
    let reserved = Expr::col((Entity, Column::Reserved));
    let left = Expr::col(Column::Portions).sub(Expr::col(Column::Reserved));
    let mut insert = insert_from("availability", &COLUMNS, unset(table, Expr::val(0), now))?;
    insert
        .on_conflict(
            OnConflict::column(Column::MenuItemId)
                .value(Column::Reserved, reserved)
                .to_owned(),
        )
        .returning(Query::returning().exprs([Expr::col(Column::MenuItemId), left]));
    read_left(&conn.query_all(&insert).await?)
}

fn read_left(rows: &[QueryResult]) -> Result<BTreeMap<Uuid, i32>> {
    let mut left = BTreeMap::new();
    for row in rows {
        if let Some(portions) = row.try_get_by_index(1)? {
            left.insert(row.try_get_by_index(0)?, portions);
        }
    }
    Ok(left)
}
