//! The price of a menu item for an audience, in minor units.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Audience;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "menu_item_price")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub menu_item_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub audience: Audience,
    pub base_minor: i64,
    pub per_unit_minor: i64,
    pub unit: Option<String>,
    pub currency: String,
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
    menu_item_id, audience, base_minor, per_unit_minor, unit, currency, version
}
