//! Meal windows: until when a meal can be ordered, and when it is served.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use entity::{
    delivery_slot, meal_window,
    position::{ByPosition, Cells},
    vocabulary::Meal,
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Ctx, Hot, Reads, Row,
        fetch::{many_each, models, select},
        scalar::{Date, DateTime, LocalTime},
    },
    sql::is_any_of,
};

/// The rule of a meal as stored, with the time zone of its hospital.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WindowRow {
    pub window: meal_window::Model,
    pub time_zone: String,
}

/// When a meal of a day can be ordered and is served.
pub struct MealWindow {
    row: Arc<WindowRow>,
    date: NaiveDate,
    zone: Tz,
}

impl MealWindow {
    pub fn on(row: Arc<WindowRow>, date: NaiveDate, zone: Tz) -> Self {
        Self { row, date, zone }
    }

    /// The beginning of ordering.
    pub fn opening(&self) -> chrono::DateTime<Utc> {
        let days = Days::new(self.row.window.opens_days_before.unsigned_abs().into());
        let date = self.date.checked_sub_days(days).unwrap_or(self.date);
        instant(date, self.row.window.opens_at, self.zone)
    }

    /// A local time of its day.
    pub fn at(&self, time: NaiveTime) -> chrono::DateTime<Utc> {
        instant(self.date, time, self.zone)
    }

    /// The end of normal ordering.
    pub fn cut_off(&self) -> chrono::DateTime<Utc> {
        self.at(self.row.window.cut_off_at)
    }

    /// The end of late trays.
    pub fn late_tray_end(&self) -> chrono::DateTime<Utc> {
        self.at(self.row.window.late_tray_until)
    }
}

/// A local time as an instant. Where clocks jump over it, the moment after the jump; where
/// they show it twice, the first.
pub fn instant(date: NaiveDate, time: NaiveTime, zone: Tz) -> chrono::DateTime<Utc> {
    let mut local = date.and_time(time);
    for _ in 0..12 {
        if let Some(found) = zone.from_local_datetime(&local).earliest() {
            return found.to_utc();
        }
        local += chrono::TimeDelta::minutes(15);
    }
    date.and_time(time).and_utc()
}

/// A span of time in which trays of a meal are delivered.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeliverySlot {
    /// When the first trays leave the kitchen.
    starts_at: DateTime,
    /// When the last trays have arrived.
    ends_at: DateTime,
    /// Trays that can be delivered in this slot.
    capacity: i32,
}

/// When a meal of a day can be ordered and is served.
#[Object]
impl MealWindow {
    /// The meal.
    async fn meal(&self) -> Meal {
        self.row.window.meal
    }

    /// The day on which the meal is eaten, in the hospital's time zone.
    async fn date(&self) -> Date {
        Date(self.date)
    }

    /// From when it can be ordered.
    async fn opens_at(&self) -> DateTime {
        DateTime(self.opening())
    }

    /// Until when it can be ordered normally.
    async fn cut_off_at(&self) -> DateTime {
        DateTime(self.cut_off())
    }

    /// Until when a late tray can be ordered. After this nothing is accepted.
    async fn late_tray_until(&self) -> DateTime {
        DateTime(self.late_tray_end())
    }

    /// The local time from which it is served.
    async fn served_from(&self) -> LocalTime {
        LocalTime(self.row.window.served_from)
    }

    /// The local time until which it is served.
    async fn served_until(&self) -> LocalTime {
        LocalTime(self.row.window.served_until)
    }

    /// The slots in which its trays are delivered, in the order of time.
    async fn delivery_slots(&self, ctx: &Context<'_>) -> Result<Vec<Row<DeliverySlot>>> {
        let slots = ctx.load(SlotsOfWindow, self.row.window.id).await?;
        let slot = |slot: &delivery_slot::Model| {
            Row::new(DeliverySlot {
                starts_at: DateTime(self.at(slot.starts_at)),
                ends_at: DateTime(self.at(slot.ends_at)),
                capacity: slot.capacity,
            })
        };
        Ok(slots.iter().map(slot).collect())
    }
}

/// The rules of all meals of a hospital, in the order of the day.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowsOfHospital;

impl Hot for WindowsOfHospital {
    type Key = Uuid;
    type Value = Arc<[Arc<WindowRow>]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Window)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Hospital(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<meal_window::Entity>(&[]);
        let hospital = Expr::col(("hospital", "id"));
        query
            .expr_as(Expr::col(("hospital", "time_zone")), "time_zone")
            .inner_join("hospital", hospital.equals(("meal_window", "hospital_id")))
            .and_where(is_any_of(
                Expr::col(("meal_window", "hospital_id")),
                keys,
                reads.backend(),
            ))
            .order_by(("meal_window", "meal"), sea_orm::Order::Asc);
        let rows = reads.conn.query_all(&query).await?;
        let mut windows = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut cells = Cells::new(row, 0, 0);
            let window = meal_window::Model::read(&mut cells)?;
            let time_zone = cells.value()?;
            windows.push(Arc::new(WindowRow { window, time_zone }));
        }
        let windows = many_each(keys, windows, |row| row.window.hospital_id);
        Ok(windows
            .into_iter()
            .map(|windows| Ok(windows.into()))
            .collect())
    }
}

#[derive(Clone, Debug, PartialEq)]
struct SlotsOfWindow;

impl Hot for SlotsOfWindow {
    type Key = Uuid;
    type Value = Arc<[delivery_slot::Model]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Window)
    }

    fn tags(&self, _: &Uuid) -> Vec<Tag> {
        Vec::new()
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<delivery_slot::Entity>(&[]);
        let window = Expr::col(("delivery_slot", "meal_window_id"));
        query
            .and_where(is_any_of(window, keys, reads.backend()))
            .order_by("starts_at", sea_orm::Order::Asc);
        let slots = models::<delivery_slot::Model>(&reads.conn.query_all(&query).await?)?;
        let slots = many_each(keys, slots, |slot| slot.meal_window_id);
        Ok(slots.into_iter().map(|slots| Ok(slots.into())).collect())
    }
}
