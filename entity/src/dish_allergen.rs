//! An allergen that a dish contains or may contain.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{Allergen, Presence};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dish_allergen")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub dish_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub allergen: Allergen,
    pub presence: Presence,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::dish::Entity",
        from = "Column::DishId",
        to = "super::dish::Column::Id"
    )]
    Dish,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    dish_id, allergen, presence
}
