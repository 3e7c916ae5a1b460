//! The opening hours of a kitchen, a row per weekday (1 is Monday).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kitchen_hours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kitchen_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub weekday: i16,
    pub opens_at: Time,
    pub closes_at: Time,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::kitchen::Entity",
        from = "Column::KitchenId",
        to = "super::kitchen::Column::Id"
    )]
    Kitchen,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    kitchen_id, weekday, opens_at, closes_at
}
