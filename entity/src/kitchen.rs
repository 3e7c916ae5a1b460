//! A kitchen: where meals are cooked.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kitchen")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub name_key: String,
    pub address: Option<String>,
    pub time_zone: String,
    pub currency: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub geo_cell: Option<i64>,
    pub geo_x: Option<f64>,
    pub geo_y: Option<f64>,
    pub geo_z: Option<f64>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, slug, name, name_key, address, time_zone, currency, latitude, longitude, geo_cell,
    geo_x, geo_y, geo_z, created_at, updated_at
}
