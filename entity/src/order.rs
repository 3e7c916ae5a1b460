//! An order, as it is now.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{Audience, Meal, OrderStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub hospital_id: Uuid,
    pub kitchen_id: Uuid,
    pub ward_id: Option<Uuid>,
    pub patient_id: Option<Uuid>,
    pub placed_by: Option<Uuid>,
    pub menu_id: Uuid,
    pub slot_id: Option<Uuid>,
    pub number: String,
    pub date: Date,
    pub meal: Meal,
    pub audience: Audience,
    pub status: OrderStatus,
    pub is_late: bool,
    pub delivery_at: DateTimeUtc,
    pub bed: Option<String>,
    pub currency: String,
    pub total_minor: i64,
    pub flagged_at: Option<DateTimeUtc>,
    pub placed_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, hospital_id, kitchen_id, ward_id, patient_id, placed_by, menu_id, slot_id, number, date, meal, audience, status, is_late, delivery_at, bed, currency, total_minor, flagged_at, placed_at, updated_at, version
}
