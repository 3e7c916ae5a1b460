//! Who lies in a hospital, and what they may eat. A patient has no name here: the bed and the hospital's own
//! number are enough to bring a tray.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "patient")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub hospital_id: Uuid,
    pub ward_id: Option<Uuid>,
    pub bed: Option<String>,
    pub code: String,
    pub diets: i32,
    pub food_levels: Option<i32>,
    pub drink_levels: Option<i32>,
    pub nil_by_mouth_from: Option<DateTimeUtc>,
    pub nil_by_mouth_until: Option<DateTimeUtc>,
    pub admitted_at: DateTimeUtc,
    pub discharged_at: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, hospital_id, ward_id, bed, code, diets, food_levels, drink_levels, nil_by_mouth_from, nil_by_mouth_until, admitted_at, discharged_at, updated_at, version
}
