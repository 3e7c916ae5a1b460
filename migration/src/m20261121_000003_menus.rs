//! Menus, their sections and items; prices and availability, which are live.

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
        run(
            manager,
            "DROP TABLE availability; DROP TABLE menu_item_price; DROP TABLE menu_item;
             DROP TABLE menu_section; DROP TABLE menu;",
        )
        .await
    }
}

// A menu is a hospital's, or the house menu of a kitchen that cooks without one.
// Price and availability change while a menu does not: they are tables of their
// own, so that a cached menu never holds either.
const UP: &str = r#"
CREATE TABLE menu (
    id {uuid} NOT NULL PRIMARY KEY,
    hospital_id {uuid} REFERENCES hospital (id) ON DELETE CASCADE,
    kitchen_id {uuid} REFERENCES kitchen (id) ON DELETE CASCADE,
    date {date} NOT NULL,
    meal {smallint} NOT NULL CHECK (meal BETWEEN 1 AND 3),
    published_at {timestamp},
    UNIQUE (hospital_id, date, meal),
    UNIQUE (kitchen_id, date, meal),
    CHECK ((hospital_id IS NULL) <> (kitchen_id IS NULL))
);

CREATE TABLE menu_section (
    id {uuid} NOT NULL PRIMARY KEY,
    menu_id {uuid} NOT NULL REFERENCES menu (id) ON DELETE CASCADE,
    title text NOT NULL CHECK (title <> ''),
    position integer NOT NULL,
    UNIQUE (menu_id, title)
);
CREATE INDEX menu_section_by_position ON menu_section (menu_id, position, id);

CREATE TABLE menu_item (
    id {uuid} NOT NULL PRIMARY KEY,
    menu_id {uuid} NOT NULL REFERENCES menu (id) ON DELETE CASCADE,
    section_id {uuid} NOT NULL REFERENCES menu_section (id) ON DELETE CASCADE,
    dish_id {uuid} NOT NULL REFERENCES dish (id),
    position integer NOT NULL,
    UNIQUE (menu_id, dish_id)
);
CREATE INDEX menu_item_of_menu ON menu_item (menu_id, position, id);
CREATE INDEX menu_item_of_section ON menu_item (section_id, position, id);
CREATE INDEX menu_item_of_dish ON menu_item (dish_id, id);

CREATE TABLE menu_item_price (
    menu_item_id {uuid} NOT NULL REFERENCES menu_item (id) ON DELETE CASCADE,
    audience {smallint} NOT NULL CHECK (audience BETWEEN 1 AND 3),
    base_minor {bigint} NOT NULL CHECK (base_minor >= 0),
    per_unit_minor {bigint} NOT NULL CHECK (per_unit_minor >= 0),
    unit text,
    currency text NOT NULL CHECK (length(currency) = 3),
    PRIMARY KEY (menu_item_id, audience)
);

CREATE TABLE availability (
    menu_item_id {uuid} NOT NULL PRIMARY KEY REFERENCES menu_item (id) ON DELETE CASCADE,
    portions integer CHECK (portions >= 0),
    reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    as_of {timestamp} NOT NULL,
    CHECK (portions IS NULL OR reserved <= portions)
);
"#;
