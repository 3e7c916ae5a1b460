//! Open orders of dishes, looked at again when something of the dishes was changed.
//!
//! Who orders holds the items, reads what is on them after that, and keeps them until the order is
//! there. So whoever changes a dish holds its items before: an order that was faster is seen here,
//! and one that is slower sees the change. Allergies are read once the orders are held, and
//! who records one holds them too: whoever comes second sees what the first did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use entity::{menu_item, order, patient};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{NO_LONGER_FITS, OPEN, flag};
use crate::{
    db::Transaction,
    error::Result,
    event::Event,
    graph::fetch::{models, select},
    ordering::{
        load_eaters,
        rules::{Conflict, Eater, Plate, conflicts},
        tally::lines_of,
    },
    patient::Actor,
    sql::is_any_of,
};

/// Holds all of these dishes that can still be ordered, or was and is not eaten. To be called
/// before they are written, once in a transaction.
pub async fn hold_items(conn: &Transaction, dishes: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    let items = menu_item::Entity::find()
        .filter(menu_item::Column::Id.in_subquery(items(conn, dishes, now)))
        .order_by_asc(menu_item::Column::Id)
        .lock_exclusive();
    items.all(conn).await?;
    Ok(())
}

/// Flags the open orders of dishes, whose items are held, that fitted their patients as the dishes
/// were and do not as they are. What is to be told.
pub async fn recheck_dishes(
    conn: &Transaction,
    actor: Actor,
    before: &BTreeMap<Uuid, Plate>,
    after: &BTreeMap<Uuid, Plate>,
) -> Result<Vec<Event>> {
    let is_changed = |dish: &&Uuid| before.get(*dish) != after.get(*dish);
    let changed: Vec<Uuid> = after.keys().filter(is_changed).copied().collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let orders = hold_orders(conn, &changed, actor.at).await?;
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let lines = lines_of(conn, &ids).await?;
    let eaters = eaters_of(conn, &orders).await?;
    let mut events = Vec::new();
    for order in orders {
        let Some(eater) = order.patient_id.and_then(|id| eaters.get(&id)) else {
            continue;
        };
        let dishes = lines.get(&order.id).into_iter().flatten();
        let dishes: Vec<Uuid> = dishes.map(|line| line.dish_id).collect();
        let of = |plates: &BTreeMap<Uuid, Plate>| -> Vec<Conflict> {
            let plates = dishes.iter().filter_map(|dish| plates.get(dish));
            plates
                .flat_map(|plate| conflicts(eater, plate, order.delivery_at))
                .collect()
        };
        let known = of(before);
        let is_new = |conflict: &Conflict| !known.iter().any(|known| known.covers(conflict));
        if of(after).iter().any(is_new) {
            events.push(flag(conn, actor, order, NO_LONGER_FITS).await?);
        }
    }
    Ok(events)
}

async fn eaters_of(conn: &Transaction, orders: &[order::Model]) -> Result<BTreeMap<Uuid, Eater>> {
    let ids: BTreeSet<Uuid> = orders.iter().filter_map(|order| order.patient_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let patient = Expr::col((patient::Entity, patient::Column::Id));
    let patients = patient::Entity::find()
        .filter(is_any_of(patient, &ids, conn.get_database_backend()))
        .all(conn)
        .await?;
    match patients.is_empty() {
        true => Ok(BTreeMap::new()),
        false => load_eaters(conn, &patients).await,
    }
}

/// Holds the open orders of patients that have one of the dishes, in the order of their ids.
async fn hold_orders(
    conn: &Transaction,
    dishes: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<order::Model>> {
    let item = Expr::col(("order_line", "menu_item_id"));
    let with_dish = Query::select()
        .column(("order_line", "order_id"))
        .from("order_line")
        .and_where(item.in_subquery(items(conn, dishes, now)))
        .take();
    let mut query = select::<order::Entity>(&[]);
    query
        .and_where(Expr::col(("orders", "id")).in_subquery(with_dish))
        .and_where(Expr::col(("orders", "status")).is_in(OPEN.map(|status| status.to_value())))
        .and_where(Expr::col(("orders", "patient_id")).is_not_null())
        .order_by(("orders", "id"), Order::Asc)
        .lock_with_tables(LockType::NoKeyUpdate, ["orders"]);
    models(&conn.query_all(&query).await?)
}

/// The items of the dishes on menus of which something may not be eaten yet, wherever it is.
fn items(conn: &Transaction, dishes: &[Uuid], now: DateTime<Utc>) -> SelectStatement {
    let yesterday = now.date_naive() - Days::new(1);
    let menu = Expr::col(("menu", "id")).equals(("menu_item", "menu_id"));
    let dish = Expr::col(("menu_item", "dish_id"));
    Query::select()
        .column(("menu_item", "id"))
        .from("menu_item")
        .inner_join("menu", menu)
        .and_where(is_any_of(dish, dishes, conn.get_database_backend()))
        .and_where(Expr::col(("menu", "date")).gte(yesterday))
        .take()
}
