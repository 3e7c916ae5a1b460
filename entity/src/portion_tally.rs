//! How many portions of a dish a kitchen has to cook for a ward and a meal: of orders that were
//! not given back.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Meal;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "portion_tally")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kitchen_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meal: Meal,
    #[sea_orm(primary_key, auto_increment = false)]
    pub dish_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: Uuid,
    /// Nil where it is for no ward.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ward_id: Uuid,
    pub portions: i32,
    /// Orders of which it is the first line.
    pub trays: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    kitchen_id, date, meal, dish_id, hospital_id, ward_id, portions, trays
}
