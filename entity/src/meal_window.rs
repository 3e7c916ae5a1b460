//! When a meal of a hospital can be ordered and is served, in the hospital's own time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::vocabulary::Meal;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meal_window")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub hospital_id: Uuid,
    pub meal: Meal,
    pub opens_days_before: i16,
    pub opens_at: Time,
    pub cut_off_at: Time,
    pub late_tray_until: Time,
    pub served_from: Time,
    pub served_until: Time,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::hospital::Entity",
        from = "Column::HospitalId",
        to = "super::hospital::Column::Id"
    )]
    Hospital,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, hospital_id, meal, opens_days_before, opens_at, cut_off_at, late_tray_until,
    served_from, served_until
}
