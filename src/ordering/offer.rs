//! What can be ordered: menu items as they are offered now.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    position::Cells,
    vocabulary::{Audience, Meal, Role},
};
use sea_orm::{
    ActiveEnum, ConnectionTrait, DbBackend,
    sea_query::{CaseStatement, Expr, ExprTrait, LockType, Order, Query},
};
use uuid::Uuid;

use crate::{auth::Scope, error::Result, sql::is_any_of};

/// Those at a hospital who pay what staff pays.
const STAFF: [Role; 3] = [Role::Nurse, Role::Dietitian, Role::HospitalManager];

/// A menu item, on a menu of a hospital that everybody sees.
#[derive(Clone, Debug)]
pub struct Offer {
    pub item: Uuid,
    pub hospital: Uuid,
    pub time_zone: String,
    pub menu: Uuid,
    pub date: NaiveDate,
    pub meal: Meal,
    pub kitchen: Uuid,
    pub dish: Uuid,
    pub dish_name: String,
    pub audience: Audience,
    /// What a portion costs the audience, and in which currency; None where it is not offered.
    pub price: Option<(i64, String)>,
    /// None where there is no limit.
    pub portions_left: Option<i32>,
}

/// Who pays.
pub enum Payer<'a> {
    Patient,
    /// Somebody who orders for themselves: as staff where they are that, else as a visitor.
    Themselves(&'a Scope),
    /// Somebody who looks at what they may order: as a patient where they are one, else for
    /// themselves.
    Viewer(&'a Scope),
}

/// Whether what is offered is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// No item leaves its menu until the end of the transaction.
    Items,
    Nothing,
}

impl Payer<'_> {
    /// The audience whose price they pay, of an item on a menu in the statement.
    fn audience(&self, backend: DbBackend) -> Expr {
        let scope = match self {
            Self::Patient => return Expr::val(Audience::Patient.to_value()),
            Self::Themselves(scope) | Self::Viewer(scope) => scope,
        };
        let is_at = |roles| {
            let hospital = Expr::col(("menu", "hospital_id"));
            is_any_of(hospital, &scope.hospitals(roles), backend)
        };
        let mut audience = CaseStatement::new();
        if let Self::Viewer(_) = self {
            audience = audience.case(is_at(&[Role::Patient]), Audience::Patient.to_value());
        }
        audience
            .case(is_at(&STAFF), Audience::Staff.to_value())
            .finally(Audience::Visitor.to_value())
            .into()
    }
}

/// These items as they are offered, by their ids; without those that are not. Prices may change,
/// and count as they are read here; portions may go, and what is left of them is only known once
/// they are taken.
pub async fn load(
    conn: &impl ConnectionTrait,
    items: &[Uuid],
    payer: Payer<'_>,
    holding: Holding,
) -> Result<BTreeMap<Uuid, Offer>> {
    let backend = conn.get_database_backend();
    let column = |table: &'static str, name: &'static str| Expr::col((table, name));
    let audience = payer.audience(backend);
    let price = column("menu_item_price", "base_minor");
    let portions = column("availability", "portions");
    let of_item = |table| column(table, "menu_item_id").equals(("menu_item", "id"));
    let mut query = Query::select();
    query
        .column(("menu_item", "id"))
        .column(("menu", "hospital_id"))
        .column(("hospital", "time_zone"))
        .expr_as(column("menu", "id"), "menu_id")
        .column(("menu", "date"))
        .column(("menu", "meal"))
        .column(("dish", "kitchen_id"))
        .expr_as(column("dish", "id"), "dish_id")
        .column(("dish", "name"))
        .expr_as(audience.clone(), "audience")
        .expr_as(
            price.add(column("menu_item_price", "per_unit_minor")),
            "price",
        )
        .column(("menu_item_price", "currency"))
        .expr_as(
            portions.sub(column("availability", "reserved")),
            "portions_left",
        )
        .from("menu_item")
        .inner_join(
            "menu",
            column("menu", "id").equals(("menu_item", "menu_id")),
        )
        .inner_join(
            "hospital",
            column("hospital", "id").equals(("menu", "hospital_id")),
        )
        .inner_join(
            "dish",
            column("dish", "id").equals(("menu_item", "dish_id")),
        )
        .left_join(
            "menu_item_price",
            of_item("menu_item_price").and(column("menu_item_price", "audience").eq(audience)),
        )
        .left_join("availability", of_item("availability"))
        .and_where(is_any_of(column("menu_item", "id"), items, backend))
        .and_where(column("menu", "published_at").is_not_null())
        .order_by(("menu_item", "id"), Order::Asc);
    if holding == Holding::Items {
        query.lock_with_tables(LockType::KeyShare, ["menu_item"]);
    }
    let mut offers = BTreeMap::new();
    for row in &conn.query_all(&query).await? {
        let mut cells = Cells::new(row, 0, 0);
        let offer = Offer {
            item: cells.value()?,
            hospital: cells.value()?,
            time_zone: cells.value()?,
            menu: cells.value()?,
            date: cells.value()?,
            meal: cells.value()?,
            kitchen: cells.value()?,
            dish: cells.value()?,
            dish_name: cells.value()?,
            audience: cells.value()?,
            price: {
                let (price, currency): (Option<i64>, Option<String>) =
                    (cells.value()?, cells.value()?);
                price.zip(currency)
            },
            portions_left: cells.value()?,
        };
        offers.insert(offer.item, offer);
    }
    Ok(offers)
}
