//! A dish on a menu.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "menu_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub menu_id: Uuid,
    pub section_id: Uuid,
    pub dish_id: Uuid,
    pub position: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::menu::Entity",
        from = "Column::MenuId",
        to = "super::menu::Column::Id"
    )]
    Menu,
    #[sea_orm(
        belongs_to = "super::menu_section::Entity",
        from = "Column::SectionId",
        to = "super::menu_section::Column::Id"
    )]
    MenuSection,
    #[sea_orm(
        belongs_to = "super::dish::Entity",
        from = "Column::DishId",
        to = "super::dish::Column::Id"
    )]
    Dish,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, menu_id, section_id, dish_id, position
}
