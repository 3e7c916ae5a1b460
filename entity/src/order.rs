//! An order, as it is now.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{Audience, Meal, OrderStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
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
    id,
    hospital_id,
    kitchen_id,
    ward_id,
    patient_id,
    placed_by,
    menu_id or Uuid::nil(),
    slot_id,
    number or String::new(),
    date or Date::default(),
    meal or Meal::Lunch,
    audience or Audience::Patient,
    status,
    is_late or false,
    delivery_at or DateTimeUtc::default(),
    bed,
    currency or String::new(),
    total_minor or 0,
    flagged_at,
    placed_at or DateTimeUtc::default(),
    updated_at or DateTimeUtc::default(),
    version,
}
