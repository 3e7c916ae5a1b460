//! A line of an order: name and price as they were.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i16,
    pub menu_item_id: Option<Uuid>,
    pub dish_id: Uuid,
    pub dish_name: String,
    pub unit_price_minor: i64,
    pub quantity: i16,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    order_id, position, menu_item_id, dish_id, dish_name, unit_price_minor, quantity
}
