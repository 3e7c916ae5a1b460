//! Holds: portions, and a place in a slot, that are promised for a few minutes to who is about to
//! order them. An account has one at most.
//!
//! What is held counts as promised for as long as the row of the hold is there. Whoever deletes
//! the row gives back what it held, or takes it for an order: in the same transaction, and so
//! once. A hold that has expired is given back by a job; until then it may still be ordered with,
//! and from then on an order with it has to find what it wants, as any other.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{hold, hold_line, position::Cells};
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType, Order, Query},
};
use uuid::Uuid;

mod edges;
mod hold_portions;
mod release_hold;

pub use edges::HoldById;
use edges::LinesOfHold;
pub use hold_portions::HoldPortions;
pub use release_hold::ReleaseHold;

use super::{portions, slots, slots::Place};
use crate::{
    app::App,
    db::{Meter, Transaction},
    error::Result,
    graph::{Ctx, Listed, Plain, Problem, Row, Write, id::Kind, scalar},
    menu::{MenuItem, MenuItemById},
    sql::is_any_of,
};

/// For how long something is held.
const LIFE: TimeDelta = TimeDelta::minutes(5);

/// How many that have expired are given back in one transaction.
const BATCH: u64 = 50;

/// Portions, and a place in a slot, that are held.
pub struct Hold(hold::Model);

/// Portions, and a place in a slot, that are held for who is about to order them. Shown to them
/// and to administrators.
#[Object]
impl Hold {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Hold.id(self.0.id)
    }

    /// Until when it is promised. From then on it may be given back at any moment.
    async fn expires_at(&self) -> scalar::DateTime {
        scalar::DateTime(self.0.expires_at)
    }

    /// The beginning of the delivery slot in which a place is held; null where none is.
    async fn slot(&self) -> Option<scalar::DateTime> {
        self.0.delivery_at.map(scalar::DateTime)
    }

    /// The portions that are held.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Plain<HoldLine>>>> {
        let lines = ctx.load(LinesOfHold, self.0.id).await?;
        let lines = lines.iter().cloned().map(|row| Plain(HoldLine(row)));
        Ok(Listed(lines.collect()))
    }
}

/// Portions of a menu item that are held.
pub struct HoldLine(hold_line::Model);

/// Portions of a menu item that are held.
#[Object]
impl HoldLine {
    /// The menu item; null where its menu is not published any more.
    async fn menu_item(&self, ctx: &Context<'_>) -> Result<Option<Row<MenuItem>>> {
        ctx.load(MenuItemById, self.0.menu_item_id).await
    }

    /// How many portions.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }
}

/// What holds that are over had promised. It is still counted: whoever has it takes or gives it.
#[derive(Debug, Default)]
pub struct Held {
    pub portions: BTreeMap<Uuid, i32>,
    pub place: Option<Place>,
}

/// Ends a hold of the sender: what it promised is theirs to take. One of theirs that is over
/// promised nothing; another's is a problem, as one that never was.
pub async fn take(write: &mut Write, hold: &ID) -> Result<Held> {
    let id = Kind::Hold.read(hold)?;
    if let Some(held) = end(&write.conn, own(write, id), None).await?.pop() {
        return Ok(held);
    }
    if !write.has_made(id).await? {
        write.problems.push(Problem::not_found(&["hold"], hold));
    }
    Ok(Held::default())
}

/// The hold with this id, if it is the sender's.
fn own(write: &Write, id: Uuid) -> Condition {
    Condition::all()
        .add(Expr::col(("hold", "id")).eq(id))
        .add(Expr::col(("hold", "account_id")).eq(write.scope.account()))
}

/// Waits for these holds, or skips those that somebody else has, and deletes them.
async fn end(
    conn: &Transaction,
    which: Condition,
    behavior: Option<LockBehavior>,
) -> Result<Vec<Held>> {
    let of_hold = Expr::col(("hold_line", "hold_id")).equals(("hold", "id"));
    let mut query = Query::select();
    query
        .columns([("hold", "id"), ("hold", "slot_id"), ("hold", "date")])
        .columns([("hold_line", "menu_item_id"), ("hold_line", "quantity")])
        .from("hold")
        .left_join("hold_line", of_hold)
        .cond_where(which)
        .order_by(("hold", "id"), Order::Asc);
    match behavior {
        Some(behavior) => {
            query.lock_with_tables_behavior(LockType::Update, ["hold"], behavior);
        }
        None => {
            query.lock_with_tables(LockType::Update, ["hold"]);
        }
    }
    let mut holds: BTreeMap<Uuid, Held> = BTreeMap::new();
    for row in &conn.query_all(&query).await? {
        let mut cells = Cells::new(row, 0, 0);
        let held = holds.entry(cells.value()?).or_default();
        let (slot, date): (Option<Uuid>, _) = (cells.value()?, cells.value()?);
        held.place = slot.map(|slot| (slot, date));
        let (item, quantity): (Option<Uuid>, Option<i32>) = (cells.value()?, cells.value()?);
        held.portions.extend(item.zip(quantity));
    }
    if !holds.is_empty() {
        let ids: Vec<Uuid> = holds.keys().copied().collect();
        let id = Expr::col(("hold", "id"));
        hold::Entity::delete_many()
            .filter(is_any_of(id, &ids, conn.get_database_backend()))
            .exec(conn)
            .await?;
    }
    Ok(holds.into_values().collect())
}

/// Gives back what was held, in the order in which everybody holds it.
async fn give_back(conn: &Transaction, held: Vec<Held>, now: DateTime<Utc>) -> Result<()> {
    let mut places: Vec<Place> = held.iter().filter_map(|held| held.place).collect();
    places.sort_unstable();
    let mut back: BTreeMap<Uuid, i32> = BTreeMap::new();
    for (item, portions) in held.into_iter().flat_map(|held| held.portions) {
        *back.entry(item).or_default() += portions;
    }
    if !back.is_empty() {
        portions::take(conn, &BTreeMap::new(), &back, now).await?;
    }
    for (slot, date) in places {
        slots::give_back(conn, slot, date).await?;
    }
    Ok(())
}

/// Gives back holds that have expired; whether there were any.
pub async fn release_holds(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let conn = app.db.begin(&Meter::new("release holds")).await?;
    let expired = Query::select()
        .column("id")
        .from("hold")
        .and_where(Expr::col("expires_at").lte(now))
        .order_by("expires_at", Order::Asc)
        .limit(BATCH)
        .take();
    let which = Condition::all().add(Expr::col(("hold", "id")).in_subquery(expired));
    // Somebody else gives back, or orders with, those that are skipped.
    let held = end(&conn, which, Some(LockBehavior::SkipLocked)).await?;
    let is_any = !held.is_empty();
    give_back(&conn, held, now).await?;
    conn.commit().await?;
    Ok(is_any)
}
