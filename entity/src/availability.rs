//! The portions of a menu item: how many there are and how many are taken.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "availability")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub menu_item_id: Uuid,
    pub portions: Option<i32>,
    pub reserved: i32,
    pub as_of: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::menu_item::Entity",
        from = "Column::MenuItemId",
        to = "super::menu_item::Column::Id"
    )]
    MenuItem,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    menu_item_id, portions, reserved, as_of, version
}
