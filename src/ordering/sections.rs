//! Menu items with those that are served beside them: what can be had instead of what somebody
//! must not eat.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::position::Cells;
use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    plates::{join_allergens, read_allergen, read_plate, select_plate},
    rules::{Eater, Plate, conflicts},
};
use crate::{
    error::Result,
    hospital::{Hospital, instant},
    menu::is_published,
    sql::is_any_of,
};

/// How many substitutes are offered.
const SUBSTITUTES: usize = 3;

/// An item of a menu that everybody sees.
struct Item {
    id: Uuid,
    section: Uuid,
    plate: Plate,
    can_be_had: bool,
    served_from: Option<DateTime<Utc>>,
}

/// The items of some sections, in the order in which they are printed.
pub struct Sections {
    items: Vec<Item>,
}

impl Sections {
    /// Reads the sections on which these items are: one statement. Items that nobody may see are
    /// not in it.
    pub async fn of(conn: &impl ConnectionTrait, items: &[Uuid]) -> Result<Self> {
        let rows = conn.query_all(&select(conn, items)).await?;
        let mut found: Vec<Item> = Vec::new();
        for row in &rows {
            let mut cells = Cells::new(row, 0, 0);
            let id = cells.value()?;
            let section = cells.value()?;
            let can_be_had = cells.value()?;
            let date: NaiveDate = cells.value()?;
            let time: Option<NaiveTime> = cells.value()?;
            let zone: Option<String> = cells.value()?;
            let plate = read_plate(&mut cells)?;
            if found.last().is_none_or(|last| last.id != id) {
                let times = time.zip(zone);
                let served_from = times.map(|(time, zone)| -> Result<_> {
                    Ok(instant(date, time, Hospital::zone(&zone)?))
                });
                found.push(Item {
                    id,
                    section,
                    plate,
                    can_be_had,
                    served_from: served_from.transpose()?,
                });
            }
            if let Some(item) = found.last_mut() {
                item.plate.allergens.extend(read_allergen(&mut cells)?);
            }
        }
        Ok(Self { items: found })
    }

    /// When the meal begins to be served on whose menu the item is; None where the item is not
    /// there, or its menu has no such time.
    pub fn served_from(&self, item: Uuid) -> Option<DateTime<Utc>> {
        self.item(item)?.served_from
    }

    /// What is known of an item.
    pub fn plate(&self, item: Uuid) -> Option<&Plate> {
        Some(&self.item(item)?.plate)
    }

    /// Items of the same section that `eater` may eat when they are brought at `at`.
    pub fn substitutes(&self, item: Uuid, eater: &Eater, at: DateTime<Utc>) -> Vec<Uuid> {
        let Some(instead_of) = self.item(item) else {
            return Vec::new();
        };
        let is_one = |other: &&Item| {
            other.section == instead_of.section
                && other.id != item
                && other.can_be_had
                && conflicts(eater, &other.plate, at).is_empty()
        };
        let others = self.items.iter().filter(is_one).take(SUBSTITUTES);
        others.map(|other| other.id).collect()
    }

    fn item(&self, id: Uuid) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }
}

fn select(conn: &impl ConnectionTrait, items: &[Uuid]) -> SelectStatement {
    let equal = |table, column, other| Expr::col((table, column)).equals(other);
    let sections = Query::select()
        .column(("asked", "section_id"))
        .from_as("menu_item", "asked")
        .and_where(is_any_of(
            Expr::col(("asked", "id")),
            items,
            conn.get_database_backend(),
        ))
        .take();
    let portions = Expr::col(("availability", "portions"));
    let is_left = portions.clone().gt(Expr::col(("availability", "reserved")));
    let of_hospital = equal("meal_window", "hospital_id", ("menu", "hospital_id"));
    let of_meal = equal("meal_window", "meal", ("menu", "meal"));
    let mut query = Query::select();
    query
        .column(("menu_item", "id"))
        .column(("menu_item", "section_id"))
        .expr_as(portions.is_null().or(is_left), "can_be_had")
        .column(("menu", "date"))
        .column(("meal_window", "served_from"))
        .column(("hospital", "time_zone"));
    select_plate(&mut query);
    query
        .from("menu_item")
        .inner_join("menu", equal("menu", "id", ("menu_item", "menu_id")))
        .inner_join("dish", equal("dish", "id", ("menu_item", "dish_id")))
        .left_join("hospital", equal("hospital", "id", ("menu", "hospital_id")))
        .left_join("meal_window", of_hospital.and(of_meal))
        .left_join(
            "availability",
            equal("availability", "menu_item_id", ("menu_item", "id")),
        );
    join_allergens(&mut query);
    query
        .and_where(Expr::col(("menu_item", "section_id")).in_subquery(sections))
        .and_where(is_published())
        .order_by(("menu_item", "position"), Order::Asc)
        .order_by(("menu_item", "id"), Order::Asc)
        .take()
}
