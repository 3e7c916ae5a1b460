//! Open orders of a patient, looked at again when something of the patient was changed, or of a
//! dish.
//!
//! None is taken back here: a tray that does not come can do harm too. An order that does not fit
//! any more is flagged, and those who answer for it decide.

use std::collections::BTreeMap;

use entity::{
    order, order_event, order_line, patient,
    vocabulary::{OrderEventKind, OrderStatus},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

mod dish;

pub use dish::{hold_items, recheck_dishes};

use super::{
    load_plates_of_dishes,
    rules::{Conflict, Eater, Plate, conflicts},
    tally::{Tally, lines_of},
};
use crate::{db::Transaction, error::Result, event::Event, patient::Actor, sql::is_any_of};

const NO_LONGER_FITS: &str = "It no longer fits what the patient may eat.";
const DISCHARGED: &str = "The patient was discharged.";

/// Holds the open orders of a patient, in the order of their ids. The patient is held before.
async fn hold_orders(conn: &Transaction, patient: Uuid) -> Result<Vec<order::Model>> {
    let orders = order::Entity::find()
        .filter(order::Column::PatientId.eq(patient))
        .filter(order::Column::Status.is_in(OPEN))
        .order_by_asc(order::Column::Id)
        .lock(LockType::NoKeyUpdate);
    Ok(orders.all(conn).await?)
}

/// The states before the tray has arrived.
const OPEN: [OrderStatus; 5] = [
    OrderStatus::Placed,
    OrderStatus::Accepted,
    OrderStatus::Preparing,
    OrderStatus::Ready,
    OrderStatus::OutForDelivery,
];

/// Flags the open orders of a patient that do not fit what they may eat now. One that was let
/// stand in spite of a conflict stands, unless there is a new one. What is to be told.
pub async fn recheck(
    conn: &Transaction,
    actor: Actor,
    patient: Uuid,
    before: &Eater,
    after: &Eater,
) -> Result<Vec<Event>> {
    if before == after {
        return Ok(Vec::new());
    }
    let orders = hold_orders(conn, patient).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let plates = load_trays(conn, &ids).await?;
    let overridden = load_overridden(conn, &ids).await?;
    let mut events = Vec::new();
    for order in orders {
        let of = |eater: &Eater| -> Vec<Conflict> {
            let plates = plates.get(&order.id).into_iter().flatten();
            plates
                .flat_map(|plate| conflicts(eater, plate, order.delivery_at))
                .collect()
        };
        let (known, now) = (of(before), of(after));
        let is_known = |conflict| known.iter().any(|known| known.covers(conflict));
        let has_new = !now.iter().all(is_known);
        let was_let_stand = order.flagged_at.is_some() || overridden.contains(&order.id);
        if has_new || !now.is_empty() && !was_let_stand {
            events.push(flag(conn, actor, order, NO_LONGER_FITS).await?);
        }
    }
    Ok(events)
}

/// Flags all open orders of a patient who was discharged. What is to be told.
pub async fn flag_all(conn: &Transaction, actor: Actor, patient: Uuid) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for order in hold_orders(conn, patient).await? {
        events.push(flag(conn, actor, order, DISCHARGED).await?);
    }
    Ok(events)
}

/// Sends the orders of a patient who was moved after them. What is to be told.
pub async fn follow(
    conn: &Transaction,
    actor: Actor,
    patient: &patient::Model,
) -> Result<Vec<Event>> {
    let orders = hold_orders(conn, patient.id).await?;
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let lines = lines_of(conn, &ids).await?;
    let (mut events, mut tally) = (Vec::new(), Tally::default());
    for before in orders {
        let mut order = before.clone();
        (order.ward_id, order.bed) = (patient.ward_id, patient.bed.clone());
        let order = write(conn, actor, order, OrderEventKind::Moved, None).await?;
        let lines = lines.get(&order.id).map_or(&[][..], Vec::as_slice);
        tally.follow(&before, &order, lines);
        events.push(Event::OrderMoved {
            order: order.id,
            hospital: order.hospital_id,
            kitchen: order.kitchen_id,
            version: order.version,
        });
    }
    tally.write(conn).await?;
    Ok(events)
}

async fn flag(
    conn: &Transaction,
    actor: Actor,
    mut order: order::Model,
    reason: &str,
) -> Result<Event> {
    order.flagged_at = Some(actor.at);
    let order = write(conn, actor, order, OrderEventKind::Flagged, Some(reason)).await?;
    Ok(Event::OrderFlagged {
        order: order.id,
        hospital: order.hospital_id,
        kitchen: order.kitchen_id,
        version: order.version,
    })
}

/// Writes an order that is held as its next version, with the event of it.
async fn write(
    conn: &Transaction,
    actor: Actor,
    mut order: order::Model,
    kind: OrderEventKind,
    reason: Option<&str>,
) -> Result<order::Model> {
    (order.version, order.updated_at) = (order.version + 1, actor.at);
    let row = order.clone().into_active_model().reset_all();
    row.update_without_returning(conn).await?;
    let event = order_event::Model {
        order_id: order.id,
        version: order.version,
        status: order.status,
        kind,
        account_id: actor.account,
        role: Some(actor.role),
        reason: reason.map(str::to_owned),
        at: actor.at,
    };
    order_event::Entity::insert(event.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(order)
}

/// What is on the trays of these orders.
async fn load_trays(conn: &Transaction, orders: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Plate>>> {
    let lines = lines_of(conn, orders).await?;
    let dishes = lines.values().flatten().map(|line| line.dish_id);
    let mut dishes: Vec<Uuid> = dishes.collect();
    dishes.sort_unstable();
    dishes.dedup();
    let plates = load_plates_of_dishes(conn, &dishes).await?;
    let plate = |line: &order_line::Model| plates.get(&line.dish_id).cloned();
    let trays = lines.into_iter();
    let trays = trays.map(|(order, lines)| (order, lines.iter().filter_map(plate).collect()));
    Ok(trays.collect())
}

/// Those of these orders that somebody let stand in spite of a conflict.
async fn load_overridden(conn: &Transaction, orders: &[Uuid]) -> Result<Vec<Uuid>> {
    let of_order = Expr::col((order_event::Entity, order_event::Column::OrderId));
    let overridden = order_event::Entity::find()
        .select_only()
        .column(order_event::Column::OrderId)
        .filter(is_any_of(of_order, orders, conn.get_database_backend()))
        .filter(order_event::Column::Kind.eq(OrderEventKind::Overridden))
        .into_tuple();
    Ok(overridden.all(conn).await?)
}
