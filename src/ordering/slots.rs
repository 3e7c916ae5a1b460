//! The delivery slots of a meal: which can be had now, and how a place in one is taken.
//!
//! Decided by the moment of the request, in the hospital's time zone: before the cut-off normally,
//! then as a late tray, then not at all.

use std::sync::Arc;

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

/// When a meal of a day can be ordered, and its slots in the order of time.
pub struct Slots {
    opening: DateTime<Utc>,
    cut_off: DateTime<Utc>,
    late_end: DateTime<Utc>,
    slots: Vec<Slot>,
}

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
        conn: &Transaction,
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
        if now < self.opening {
            return Err(Box::new(Problem::ordering_closed(
                path(),
                Some(self.opening),
            )));
        }
        if now >= self.late_end {
            return Err(Box::new(Problem::ordering_closed(path(), None)));
        }
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

/// Gives back the place of an order that is not delivered.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-23T{time}:00Z").parse().unwrap()
    }

    /// Ordered from 06:00, normally until 10:30, late until 11:45.
    fn slots() -> Slots {
        let slot = |number, starts_at, taken| Slot {
            id: Uuid::from_u128(number),
            starts_at: at(starts_at),
            capacity: 10,
            taken,
        };
        Slots {
            opening: at("06:00"),
            cut_off: at("10:30"),
            late_end: at("11:45"),
            slots: vec![
                slot(1, "11:00", 0),
                slot(2, "11:30", 10),
                slot(3, "12:00", 9),
            ],
        }
    }

    fn refused(wanted: &str, now: &str, trays: i32) -> Problem {
        *slots().choose(at(wanted), at(now), trays).unwrap_err()
    }

    #[test]
    fn a_meal_is_ordered_from_its_opening_until_the_end_of_late_trays() {
        for (now, is_late) in [
            ("06:00", false),
            ("10:29", false),
            ("10:30", true),
            ("11:44", true),
        ] {
            let chosen = slots().choose(at("12:00"), at(now), 1);
            assert_eq!(chosen.unwrap().id, Uuid::from_u128(3), "{now}");
            assert_eq!(slots().is_late(at(now)), is_late, "{now}");
        }
        let Problem::OrderingClosed(early) = refused("12:00", "05:59", 1) else {
            panic!("before it opens")
        };
        assert_eq!(early.opens_at.map(|at| at.0), Some(at("06:00")));
        let Problem::OrderingClosed(late) = refused("12:00", "11:45", 1) else {
            panic!("after all")
        };
        assert!(late.opens_at.is_none());
    }

    #[test]
    fn what_is_full_or_over_names_what_is_left() {
        let Problem::SlotFull(full) = refused("11:30", "10:00", 1) else {
            panic!("a full slot")
        };
        let open: Vec<_> = full.open_slots.iter().map(|slot| slot.0).collect();
        assert_eq!(open, [at("11:00"), at("12:00")]);
        let Problem::SlotFull(full) = refused("12:00", "10:00", 2) else {
            panic!("two trays where one fits")
        };
        assert_eq!(full.open_slots.len(), 1);
        let Problem::CutoffPassed(over) = refused("11:00", "11:00", 1) else {
            panic!("a slot that has begun")
        };
        let late: Vec<_> = over.late_slots.iter().map(|slot| slot.0).collect();
        assert_eq!(late, [at("12:00")]);
        assert!(matches!(
            refused("11:01", "10:00", 1),
            Problem::InvalidValue(_)
        ));
    }
}
