//! The meal windows that a hospital has until someone plans its own.

use chrono::{Duration, NaiveTime};
use entity::{delivery_slot, meal_window, vocabulary::Meal};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::command::import::bulk;

/// How long before a day its meals can be ordered.
const OPENS_DAYS_BEFORE: i16 = 7;
const SLOT_MINUTES: i64 = 30;
/// Trays that a ward round can deliver in a slot.
const SLOT_CAPACITY: i32 = 60;

pub struct Times {
    pub meal: Meal,
    pub cut_off_at: NaiveTime,
    pub late_tray_until: NaiveTime,
    pub served_from: NaiveTime,
    pub served_until: NaiveTime,
}

const fn at(hour: u32, minute: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, minute, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

pub const DEFAULTS: [Times; 3] = [
    Times {
        meal: Meal::Breakfast,
        cut_off_at: at(6, 30),
        late_tray_until: at(7, 0),
        served_from: at(7, 0),
        served_until: at(8, 30),
    },
    Times {
        meal: Meal::Lunch,
        cut_off_at: at(10, 30),
        late_tray_until: at(12, 30),
        served_from: at(11, 30),
        served_until: at(13, 30),
    },
    Times {
        meal: Meal::Dinner,
        cut_off_at: at(15, 30),
        late_tray_until: at(17, 30),
        served_from: at(17, 0),
        served_until: at(18, 30),
    },
];

/// Windows and their slots, for writing in bulk.
#[derive(Default)]
pub struct Windows {
    windows: Vec<meal_window::Model>,
    slots: Vec<delivery_slot::Model>,
}

impl Windows {
    /// Adds a default window with its slots; `id` makes the ids.
    pub fn add(&mut self, hospital: Uuid, times: &Times, mut id: impl FnMut() -> Uuid) {
        let window = meal_window::Model {
            id: id(),
            hospital_id: hospital,
            meal: times.meal,
            opens_days_before: OPENS_DAYS_BEFORE,
            opens_at: at(6, 0),
            cut_off_at: times.cut_off_at,
            late_tray_until: times.late_tray_until,
            served_from: times.served_from,
            served_until: times.served_until,
        };
        let slot = Duration::minutes(SLOT_MINUTES);
        let mut starts_at = times.served_from;
        while starts_at + slot <= times.served_until {
            self.slots.push(delivery_slot::Model {
                id: id(),
                meal_window_id: window.id,
                starts_at,
                ends_at: starts_at + slot,
                capacity: SLOT_CAPACITY,
            });
            starts_at += slot;
        }
        self.windows.push(window);
    }

    pub async fn write(self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        bulk::insert::<meal_window::Entity, _>(db, self.windows).await?;
        bulk::insert::<delivery_slot::Entity, _>(db, self.slots).await
    }
}
