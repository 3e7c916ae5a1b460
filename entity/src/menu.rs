//! What a hospital serves at a meal of a day, or a kitchen's own house menu.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::vocabulary::Meal;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "menu")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub hospital_id: Option<Uuid>,
    pub kitchen_id: Option<Uuid>,
    pub date: Date,
    pub meal: Meal,
    pub published_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::hospital::Entity",
        from = "Column::HospitalId",
        to = "super::hospital::Column::Id"
    )]
    Hospital,
    #[sea_orm(
        belongs_to = "super::kitchen::Entity",
        from = "Column::KitchenId",
        to = "super::kitchen::Column::Id"
    )]
    Kitchen,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, hospital_id, kitchen_id, date, meal, published_at, version
}
