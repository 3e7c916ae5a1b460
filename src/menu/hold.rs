//! Holding a menu item while something of it is changed.

use entity::{menu_item, vocabulary::Role};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Func, LockType, Query},
};
use uuid::Uuid;

use super::edges::is_published;
use crate::{auth::Place, error::Result, graph::Write};

/// Who says what is on a menu and what it costs: of a hospital's its managers, of the house menu
/// of a kitchen its people.
pub const PUBLISHERS: [Role; 2] = [Role::HospitalManager, Role::Kitchen];
pub const WHO_MAY: &str = "Only the managers of the menu's hospital, or the people of the kitchen \
     whose house menu it is, and administrators, change a menu and its prices.";

/// A menu item that nobody else changes until the end of the transaction, nor anything else of
/// its menu.
pub struct HeldItem {
    pub menu_id: Uuid,
    /// Whose menu it is.
    pub owner: Place,
    /// The kitchen that cooks it.
    pub cook: Place,
    /// The currency of the hospital or kitchen whose menu it is on.
    pub currency: String,
}

impl HeldItem {
    /// Waits for the item and holds it. What it read of other tables may be older than the wait:
    /// price and portions are to be read after it.
    pub async fn hold(write: &Write, id: Uuid) -> Result<Option<Self>> {
        let menu = Expr::col(("menu", "id")).equals(("menu_item", "menu_id"));
        let dish = Expr::col(("dish", "id")).equals(("menu_item", "dish_id"));
        let hospital = Expr::col(("hospital", "id")).equals(("menu", "hospital_id"));
        let kitchen = Expr::col(("kitchen", "id")).equals(("menu", "kitchen_id"));
        let currency = Func::coalesce([
            Expr::col(("hospital", "currency")),
            Expr::col(("kitchen", "currency")),
        ]);
        let query = Query::select()
            .column(("menu_item", "menu_id"))
            .column(("menu", "hospital_id"))
            .expr_as(Expr::col(("menu", "kitchen_id")), "owner_id")
            .expr_as(Expr::col(("dish", "kitchen_id")), "cook_id")
            .expr_as(currency, "currency")
            .from(menu_item::Entity)
            .inner_join("menu", menu)
            .inner_join("dish", dish)
            .left_join("hospital", hospital)
            .left_join("kitchen", kitchen)
            .and_where(Expr::col(("menu_item", "id")).eq(id))
            .and_where(is_published())
            .lock_with_tables(LockType::NoKeyUpdate, ["menu", "menu_item"])
            .take();
        let row = write.conn.query_one(&query).await?;
        let held = row.map(|row| {
            let cook = Place::Kitchen(row.try_get("", "cook_id")?);
            let hospital: Option<Uuid> = row.try_get("", "hospital_id")?;
            Ok(Self {
                menu_id: row.try_get("", "menu_id")?,
                owner: match hospital {
                    Some(hospital) => Place::Hospital(hospital),
                    None => Place::Kitchen(row.try_get("", "owner_id")?),
                },
                cook,
                currency: row.try_get("", "currency")?,
            })
        });
        held.transpose()
    }
}
