//! A dish, as its kitchen cooks it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::vocabulary::DishCategory;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dish")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kitchen_id: Uuid,
    pub name: String,
    pub name_key: String,
    pub search_text: String,
    pub description: Option<String>,
    pub category: DishCategory,
    pub allergens_declared: bool,
    pub diets: i32,
    pub additives: i32,
    pub ingredients: i32,
    pub food_texture: Option<i16>,
    pub drink_thickness: Option<i16>,
    pub portion_g: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub protein_g: Option<f64>,
    pub carbohydrate_g: Option<f64>,
    pub fat_g: Option<f64>,
    pub salt_g: Option<f64>,
    pub photo_url: Option<String>,
    pub photo_width: Option<i32>,
    pub photo_height: Option<i32>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::kitchen::Entity",
        from = "Column::KitchenId",
        to = "super::kitchen::Column::Id"
    )]
    Kitchen,
}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, kitchen_id, name, name_key, search_text, description, category, allergens_declared, diets, additives,
    ingredients, food_texture, drink_thickness, portion_g, energy_kcal, protein_g,
    carbohydrate_g, fat_g, salt_g, photo_url, photo_width, photo_height, created_at, updated_at,
    version
}
