//! A time span in which trays of a meal are delivered.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "delivery_slot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub meal_window_id: Uuid,
    pub starts_at: Time,
    pub ends_at: Time,
    pub capacity: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::meal_window::Entity",
        from = "Column::MealWindowId",
        to = "super::meal_window::Column::Id"
    )]
    MealWindow,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, meal_window_id, starts_at, ends_at, capacity
}
