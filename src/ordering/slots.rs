//! The delivery slots of a meal: which can be had now, and how a place in one is taken.
//!
//! Decided by the moment of the request, in the hospital's time zone: before the cut-off normally,
//! then as a late tray, then not at all.

use std::{cmp::Ordering, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    meal_window,
    position::{ByPosition, Cells},
    slot_load,
    vocabulary::Meal,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::problem::rfc3339;
use crate::{
    db::Transaction,
    error::Result,
    graph::{Problem, fetch::select},
    hospital::{Hospital, MealWindow, WindowRow},
};

#[cfg(test)]
mod tests;

/// When a meal of a day can be ordered, and its slots in the order of time.
pub struct Slots {
    date: NaiveDate,
    opening: DateTime<Utc>,
    cut_off: DateTime<Utc>,
    late_end: DateTime<Utc>,
    slots: Vec<Slot>,
}

/// A slot on a day, as it is told apart from others and held in one order.
pub type Place = (Uuid, NaiveDate);

/// A slot, and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    pub id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub capacity: i32,
    pub taken: i32,
}

impl Slots {
    /// None where the meal is never served at the hospital.
    pub async fn load(
        conn: &impl ConnectionTrait,
        (hospital, time_zone): (Uuid, &str),
        date: NaiveDate,
        meal: Meal,
    ) -> Result<Option<Self>> {
        let slot = Expr::col(("delivery_slot", "meal_window_id"));
        let load = Expr::col(("slot_load", "slot_id"));
        let of_day = Expr::col(("slot_load", "date")).eq(date);
        let mut query = select::<meal_window::Entity>(&[]);
        query
            .expr_as(Expr::col(("delivery_slot", "id")), "slot_id")
            .expr_as(Expr::col(("delivery_slot", "starts_at")), "starts_at")
            .expr_as(Expr::col(("delivery_slot", "capacity")), "capacity")
            .expr_as(Expr::col(("slot_load", "taken")), "taken")
            .inner_join("delivery_slot", slot.equals(("meal_window", "id")))
            .left_join(
                "slot_load",
                load.equals(("delivery_slot", "id")).and(of_day),
            )
            .and_where(Expr::col(("meal_window", "hospital_id")).eq(hospital))
            .and_where(Expr::col(("meal_window", "meal")).eq(meal.to_value()))
            .order_by(("delivery_slot", "starts_at"), sea_orm::Order::Asc);
        let rows = conn.query_all(&query).await?;
        let mut found: Option<(MealWindow, Vec<Slot>)> = None;
        for row in &rows {
            let mut cells = Cells::new(row, 0, 0);
            let row = meal_window::Model::read(&mut cells)?;
            if found.is_none() {
                let zone = Hospital::zone(time_zone)?;
                let row = WindowRow {
                    window: row,
                    time_zone: time_zone.to_owned(),
                };
                found = Some((MealWindow::on(Arc::new(row), date, zone), Vec::new()));
            }
            if let Some((window, slots)) = &mut found {
                slots.push(Slot {
                    id: cells.value()?,
                    starts_at: window.at(cells.value()?),
                    capacity: cells.value()?,
                    taken: cells.value::<Option<i32>>()?.unwrap_or_default(),
                });
            }
        }
        Ok(found.map(|(window, slots)| Self {
            date,
            opening: window.opening(),
            cut_off: window.cut_off(),
            late_end: window.late_tray_end(),
            slots,
        }))
    }

    /// Whether what is ordered now is a late tray.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        now >= self.cut_off
    }

    /// The slot that begins at `wanted`, if it can be had now for so many trays.
    pub fn choose(
        &self,
        wanted: DateTime<Utc>,
        now: DateTime<Utc>,
        trays: i32,
    ) -> Result<Slot, Box<Problem>> {
        let path = || vec!["slot".to_owned()];
        self.check_open(now)?;
        let Some(slot) = self.slots.iter().find(|slot| slot.starts_at == wanted) else {
            let times: Vec<_> = self
                .slots
                .iter()
                .map(|slot| rfc3339(slot.starts_at))
                .collect();
            let allowed = format!("the beginning of a slot: {}", times.join(", "));
            return Err(Box::new(Problem::invalid(
                &["slot"],
                rfc3339(wanted),
                allowed,
            )));
        };
        if slot.starts_at <= now {
            return Err(Box::new(Problem::cutoff_passed(
                path(),
                &self.open(now, trays),
            )));
        }
        match slot.has_room(trays) {
            true => Ok(*slot),
            false => Err(Box::new(Problem::slot_full(path(), &self.open(now, trays)))),
        }
    }

    fn check_open(&self, now: DateTime<Utc>) -> Result<(), Box<Problem>> {
        let opens_at = (now < self.opening).then_some(self.opening);
        match opens_at.is_some() || now >= self.late_end {
            true => {
                let path = vec!["slot".to_owned()];
                Err(Box::new(Problem::ordering_closed(path, opens_at)))
            }
            false => Ok(()),
        }
    }

    /// Why no tray can be had now, in whichever slot.
    pub fn check_any(&self, now: DateTime<Utc>) -> Result<(), Box<Problem>> {
        self.check_open(now)?;
        let path = vec!["slot".to_owned()];
        if self.slots.iter().all(|slot| slot.starts_at <= now) {
            return Err(Box::new(Problem::cutoff_passed(path, &[])));
        }
        match self.open(now, 1).is_empty() {
            true => Err(Box::new(Problem::slot_full(path, &[]))),
            false => Ok(()),
        }
    }

    /// Counts a place that is taken as one that is not.
    pub fn credit(&mut self, place: Place) {
        let mut slots = self.slots.iter_mut();
        if let Some(slot) = slots.find(|slot| (slot.id, self.date) == place) {
            slot.taken -= 1;
        }
    }

    /// When the slots begin that can be had now.
    pub fn open(&self, now: DateTime<Utc>, trays: i32) -> Vec<DateTime<Utc>> {
        let is_open = |slot: &&Slot| slot.starts_at > now && slot.has_room(trays);
        let open = self.slots.iter().filter(is_open);
        open.map(|slot| slot.starts_at).collect()
    }
}

impl Slot {
    fn has_room(&self, trays: i32) -> bool {
        self.taken.saturating_add(trays) <= self.capacity
    }

    /// Waits for the slot; how many places are free until the end of the transaction.
    pub async fn hold(&self, conn: &Transaction, date: NaiveDate) -> Result<i32> {
        use slot_load::{Column, Entity, Model};
        let row = Model {
            slot_id: self.id,
            date,
            taken: 0,
        };
        let held = Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([Column::SlotId, Column::Date])
                    .value(Column::Taken, Expr::col((Entity, Column::Taken)))
                    .to_owned(),
            )
            .exec_with_returning(conn)
            .await?;
        Ok(self.capacity - held.taken)
    }

    /// Takes places in it, if they are there; what was read of it before may be old. The last
    /// that a transaction takes, because all who order for the slot wait for it.
    pub async fn take(&self, conn: &Transaction, date: NaiveDate, trays: i32) -> Result<bool> {
        use slot_load::{Column, Entity, Model};
        let taken = Expr::col((Entity, Column::Taken)).add(trays);
        let is_free = taken.clone().lte(self.capacity);
        let row = Model {
            slot_id: self.id,
            date,
            taken: trays,
        };
        let inserted = Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([Column::SlotId, Column::Date])
                    .value(Column::Taken, taken)
                    .action_and_where(is_free)
                    .to_owned(),
            )
            .exec_without_returning(conn);
        Ok(inserted.await? > 0)
    }
}

/// Gives back a place that is held, and takes one in a slot, as [`Slot::take`] does. Whoever is to
/// have the place that is held keeps it, also where the slot has room for fewer now.
pub async fn exchange(
    conn: &Transaction,
    held: Option<Place>,
    wanted: Option<(&Slot, NaiveDate)>,
) -> Result<bool> {
    match (held, wanted) {
        (None, None) => Ok(true),
        (Some(held), None) => give_back(conn, held.0, held.1).await.map(|()| true),
        (None, Some((slot, date))) => slot.take(conn, date, 1).await,
        (Some(held), Some((slot, date))) => match held.cmp(&(slot.id, date)) {
            Ordering::Equal => Ok(true),
            // In one order, so that no two who exchange wait for each other.
            Ordering::Less => {
                give_back(conn, held.0, held.1).await?;
                slot.take(conn, date, 1).await
            }
            Ordering::Greater => {
                let is_taken = slot.take(conn, date, 1).await?;
                give_back(conn, held.0, held.1).await.map(|()| is_taken)
            }
        },
    }
}

/// Gives back the place of an order that is not delivered, or of a hold.
pub async fn give_back(conn: &Transaction, slot: Uuid, date: NaiveDate) -> Result<()> {
    use slot_load::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Taken, Expr::col(Column::Taken).sub(1))
        .filter(Column::SlotId.eq(slot))
        .filter(Column::Date.eq(date))
        .exec(conn)
        .await?;
    Ok(())
}
