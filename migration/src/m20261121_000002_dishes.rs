//! Dishes and their allergens.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP TABLE dish_allergen; DROP TABLE dish;").await
    }
}

// `diets`, `additives` and `ingredients` are sets over closed vocabularies, a
// bit a value (`entity::vocabulary`). Allergens carry a presence and so are rows.
// Dishes without nutrition sort after all others: the index holds a value that
// is never NULL, so one row comparison continues any page.
const UP: &str = r#"
CREATE TABLE dish (
    {id},
    kitchen_id {uuid} NOT NULL REFERENCES kitchen (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    name_key text {C} NOT NULL,
    search_text text NOT NULL,
    description text,
    category {smallint} NOT NULL CHECK (category BETWEEN 1 AND 8),
    allergens_declared boolean NOT NULL,
    diets integer NOT NULL DEFAULT 0 CHECK (diets >= 0),
    additives integer NOT NULL DEFAULT 0 CHECK (additives >= 0),
    ingredients integer NOT NULL DEFAULT 0 CHECK (ingredients >= 0),
    food_texture {smallint} CHECK (food_texture BETWEEN 3 AND 7),
    drink_thickness {smallint} CHECK (drink_thickness BETWEEN 0 AND 4),
    portion_g {double} CHECK (portion_g > 0),
    energy_kcal {double} CHECK (energy_kcal >= 0),
    protein_g {double} CHECK (protein_g >= 0),
    carbohydrate_g {double} CHECK (carbohydrate_g >= 0),
    fat_g {double} CHECK (fat_g >= 0),
    salt_g {double} CHECK (salt_g >= 0),
    photo_url text,
    photo_width integer,
    photo_height integer,
    created_at {timestamp} NOT NULL,
    updated_at {timestamp} NOT NULL,
    UNIQUE (kitchen_id, name_key),
    CHECK (food_texture IS NULL OR drink_thickness IS NULL)
);
CREATE INDEX dish_by_name ON dish (name_key, id);
CREATE INDEX dish_by_category ON dish (category, name_key, id);
CREATE INDEX dish_by_energy ON dish ((COALESCE(energy_kcal, 1e9)), id);
CREATE INDEX dish_by_protein ON dish ((COALESCE(protein_g, 1e9)), id);
CREATE INDEX dish_of_kitchen_by_energy ON dish (kitchen_id, (COALESCE(energy_kcal, 1e9)), id);
CREATE INDEX dish_of_kitchen_by_protein ON dish (kitchen_id, (COALESCE(protein_g, 1e9)), id);

CREATE TABLE dish_allergen (
    dish_id {uuid} NOT NULL REFERENCES dish (id) ON DELETE CASCADE,
    allergen {smallint} NOT NULL CHECK (allergen BETWEEN 100 AND 1499),
    presence {smallint} NOT NULL CHECK (presence BETWEEN 1 AND 2),
    PRIMARY KEY (dish_id, allergen)
);
CREATE INDEX dish_allergen_by_allergen ON dish_allergen (allergen, dish_id);
"#;
