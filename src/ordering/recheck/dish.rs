//! Open orders of a dish, looked at again when something of the dish was changed.
//!
//! Who orders holds the items, reads what is on them after that, and keeps them until the order is
//! there. So whoever changes the dish holds its items before: an order that was faster is seen
//! here, and one that is slower sees the change. Allergies are read once the orders are held, and
//! who records one holds them too: whoever comes second sees what the first did.

use std::collections::BTreeMap;

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
    },
    patient::Actor,
    sql::is_any_of,
};

/// Holds all of a dish that can still be ordered, or was and is not eaten. To be called before the
/// dish is written.
pub async fn hold_items(conn: &Transaction, dish: Uuid, now: DateTime<Utc>) -> Result<()> {
    let items = menu_item::Entity::find()
        .filter(menu_item::Column::Id.in_subquery(items(dish, now)))
        .order_by_asc(menu_item::Column::Id)
        .lock_exclusive();
    items.all(conn).await?;
    Ok(())
}

/// Flags the open orders of a dish, whose items are held, that fitted their patients as it was and
/// do not as it is. What is to be told.
pub async fn recheck_dish(
    conn: &Transaction,
    actor: Actor,
    dish: Uuid,
    (before, after): (&Plate, &Plate),
) -> Result<Vec<Event>> {
    let orders = hold_orders(conn, dish, actor.at).await?;
    let ids = orders.iter().filter_map(|order| order.patient_id);
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let patient = Expr::col((patient::Entity, patient::Column::Id));
    let patients = patient::Entity::find()
        .filter(is_any_of(patient, &ids, conn.get_database_backend()))
        .all(conn)
        .await?;
    let eaters: BTreeMap<Uuid, Eater> = match patients.is_empty() {
        true => BTreeMap::new(),
        false => load_eaters(conn, &patients).await?,
    };
    let mut events = Vec::new();
    for order in orders {
        let Some(eater) = order.patient_id.and_then(|id| eaters.get(&id)) else {
            continue;
        };
        let of = |plate| conflicts(eater, plate, order.delivery_at);
        let known: Vec<Conflict> = of(before);
        let is_new = |conflict: &Conflict| !known.iter().any(|known| known.covers(conflict));
        if of(after).iter().any(is_new) {
            events.push(flag(conn, actor, order, NO_LONGER_FITS).await?);
        }
    }
    Ok(events)
}

/// Holds the open orders of patients that have the dish, in the order of their ids.
async fn hold_orders(
    conn: &Transaction,
    dish: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<order::Model>> {
    let with_dish = Query::select()
        .column(("order_line", "order_id"))
        .from("order_line")
        .and_where(Expr::col(("order_line", "menu_item_id")).in_subquery(items(dish, now)))
        .take();
    let mut query = select::<order::Entity>(&[]);
    query
        .and_where(Expr::col(("orders", "id")).in_subquery(with_dish))
        .and_where(Expr::col(("orders", "status")).is_in(OPEN.map(|status| status.to_value())))
        .and_where(Expr::col(("orders", "patient_id")).is_not_null())
        .order_by(("orders", "id"), Order::Asc)
        .lock_with_tables(LockType::NoKeyUpdate, ["orders"]);
    Ok(models(&conn.query_all(&query).await?)?)
}

/// The items of the dish on menus of which something may not be eaten yet, wherever it is.
fn items(dish: Uuid, now: DateTime<Utc>) -> SelectStatement {
    let yesterday = now.date_naive() - Days::new(1);
    let menu = Expr::col(("menu", "id")).equals(("menu_item", "menu_id"));
    Query::select()
        .column(("menu_item", "id"))
        .from("menu_item")
        .inner_join("menu", menu)
        .and_where(Expr::col(("menu_item", "dish_id")).eq(dish))
        .and_where(Expr::col(("menu", "date")).gte(yesterday))
        .take()
}
