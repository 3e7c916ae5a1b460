//! Bringing an order to another state: once, by who may, and with all that follows from it.

use std::collections::BTreeMap;

use async_graphql::ID;
use entity::{
    order, order_event,
    vocabulary::{OrderEventKind, OrderStatus, Role},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set,
    sea_query::{Expr, ExprTrait, LockType, Query},
};
use uuid::Uuid;

use super::{
    portions, slots,
    tally::{Tally, lines_of},
    transition::Standing,
    tray::check_reason,
    visible_to,
};
use crate::{
    error::{Error, Result},
    event::Event,
    graph::{
        Problem, Write,
        fetch::{models, select},
    },
};

/// Waits for an order that the viewer sees and holds it; what became of it meanwhile is read.
pub async fn hold(write: &Write, id: Uuid) -> Result<Option<order::Model>> {
    let backend = write.conn.get_database_backend();
    let mut query = select::<order::Entity>(&[]);
    query
        .and_where(Expr::col(("orders", "id")).eq(id))
        .cond_where(visible_to(&write.scope, backend))
        .lock(LockType::NoKeyUpdate);
    let rows = write.conn.query_all(&query).await?;
    Ok(models(&rows)?.pop())
}

/// The patient of an order that the viewer sees, who is to be held before it.
pub async fn patient_of(write: &Write, id: Uuid) -> Result<Option<Uuid>> {
    let backend = write.conn.get_database_backend();
    let query = Query::select()
        .column(("orders", "patient_id"))
        .from("orders")
        .and_where(Expr::col(("orders", "id")).eq(id))
        .cond_where(visible_to(&write.scope, backend))
        .take();
    let row = write.conn.query_one(&query).await?;
    let patient = row.map(|row| row.try_get_by_index::<Option<Uuid>>(0));
    Ok(patient.transpose()?.flatten())
}

/// A change of the state of an order as it was sent.
pub struct Change<'a> {
    pub order: &'a ID,
    pub to: OrderStatus,
    /// Where the state stands in the input.
    pub at: &'a str,
    pub expected_version: i32,
    pub reason: Option<&'a str>,
}

/// Brings the order `id` to the state that was sent, or adds to the problems what speaks against
/// it.
pub async fn change(write: &mut Write, id: Uuid, sent: Change<'_>) -> Result<()> {
    let Change { to, reason, .. } = sent;
    match reason {
        Some(reason) => write.problems.extend(
            check_reason(reason).map(|allowed| Problem::invalid(&["reason"], reason, allowed)),
        ),
        None if to.gives_back() => {
            let problem = Problem::invalid(&["reason"], "null", "a reason, for those who ordered");
            write.problems.push(problem);
        }
        None => {}
    }
    let Some(order) = hold(write, id).await? else {
        write
            .problems
            .push(Problem::not_found(&["order"], sent.order));
        return Ok(());
    };
    let standing = Standing::of(&order);
    let Some(role) = standing.mover(to, &write.scope) else {
        return Err(Error::Forbidden(
            "Only those may do this to an order who have a part in it: `allowedTransitions` says \
             what you may do now.",
        ));
    };
    if sent.expected_version != order.version {
        let problem = Problem::version_conflict(sent.expected_version, order.version);
        write.problems.push(problem);
    }
    let allowed = standing.allowed(&write.scope);
    if !allowed.contains(&to) {
        let path = vec![sent.at.to_owned()];
        let problem = Problem::transition_not_allowed(path, to, order.status, allowed);
        write.problems.push(problem);
    }
    match write.problems.is_empty() {
        true => bring(write, order, to, Some(role), reason.map(str::trim)).await,
        false => Ok(()),
    }
}

/// Brings an order, which is held, to a state that can follow its own. Where it is not delivered
/// then, its portions and its place in the slot are given back: once, because nothing follows.
pub async fn bring(
    write: &mut Write,
    order: order::Model,
    to: OrderStatus,
    role: Option<Role>,
    reason: Option<&str>,
) -> Result<()> {
    let order = next(
        write,
        order,
        to,
        OrderEventKind::StatusChanged,
        role,
        reason,
    )
    .await?;
    if to.gives_back() {
        portions::give_back(&write.conn, order.id, write.now).await?;
        if let Some(slot) = order.slot_id {
            slots::give_back(&write.conn, slot, order.date).await?;
        }
    }
    if to.is_last() {
        let mut lines = match to.gives_back() {
            true => lines_of(&write.conn, &[order.id]).await?,
            false => BTreeMap::new(),
        };
        let mut tally = Tally::default();
        tally.end(&order, &lines.remove(&order.id).unwrap_or_default());
        tally.write(&write.conn).await?;
    }
    let event = Event::OrderStatusChanged {
        order: order.id,
        hospital: order.hospital_id,
        kitchen: order.kitchen_id,
        status: to,
        version: order.version,
    };
    write.record(event).await
}

/// Writes the next version of an order, which is held, and what happened to it.
pub async fn next(
    write: &Write,
    mut order: order::Model,
    status: OrderStatus,
    kind: OrderEventKind,
    role: Option<Role>,
    reason: Option<&str>,
) -> Result<order::Model> {
    (order.status, order.version, order.updated_at) = (status, order.version + 1, write.now);
    let row = order.clone().into_active_model();
    let row = order::ActiveModel {
        status: Set(order.status),
        version: Set(order.version),
        updated_at: Set(order.updated_at),
        flagged_at: Set(order.flagged_at),
        ..row
    };
    row.update_without_returning(&write.conn).await?;
    let event = order_event::Model {
        order_id: order.id,
        version: order.version,
        status,
        kind,
        account_id: write.scope.account(),
        role,
        reason: reason.map(str::to_owned),
        at: write.now,
    };
    order_event::Entity::insert(event.into_active_model())
        .exec_without_returning(&write.conn)
        .await?;
    Ok(order)
}
