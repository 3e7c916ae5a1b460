//! What became of the orders for a slot on a day.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Meal;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_tally")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meal: Meal,
    /// Nil where it is for none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// Orders, whatever became of them.
    pub placed: i32,
    pub delivered: i32,
    pub rejected: i32,
    pub cancelled: i32,
    /// Late trays, portions and what they cost: of orders that were not given back.
    pub late: i32,
    pub portions: i32,
    pub total_minor: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    hospital_id,
    date,
    meal,
    slot_id,
    currency,
    placed,
    delivered,
    rejected,
    cancelled,
    late,
    portions,
    total_minor,
}
