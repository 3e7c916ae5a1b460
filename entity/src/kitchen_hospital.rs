//! Which kitchen serves which hospital.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kitchen_hospital")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kitchen_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::kitchen::Entity",
        from = "Column::KitchenId",
        to = "super::kitchen::Column::Id"
    )]
    Kitchen,
    #[sea_orm(
        belongs_to = "super::hospital::Entity",
        from = "Column::HospitalId",
        to = "super::hospital::Column::Id"
    )]
    Hospital,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    kitchen_id, hospital_id
}
