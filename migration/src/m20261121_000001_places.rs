//! Hospitals, their wards and meal windows; kitchens, their hours and whom they serve.

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
            "DROP TABLE delivery_slot; DROP TABLE meal_window; DROP TABLE kitchen_hospital;
             DROP TABLE kitchen_hours; DROP TABLE kitchen; DROP TABLE ward; DROP TABLE hospital;",
        )
        .await
    }
}

// A place is found by `geo_cell` (H3, resolution 9, whose integers keep the
// children of a coarser cell in one range) and ranked by the straight line
// between unit vectors, which both databases compute to the same bit.
const UP: &str = r#"
CREATE TABLE hospital (
    {id},
    code text NOT NULL UNIQUE,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    name_key text {C} NOT NULL,
    search_text text NOT NULL,
    address text,
    city text,
    postcode text,
    time_zone text NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    latitude {double} CHECK (latitude BETWEEN -90 AND 90),
    longitude {double} CHECK (longitude BETWEEN -180 AND 180),
    geo_cell {bigint},
    geo_x {double},
    geo_y {double},
    geo_z {double},
    created_at {timestamp} NOT NULL,
    updated_at {timestamp} NOT NULL,
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK ((latitude IS NULL) = (geo_cell IS NULL))
);
CREATE INDEX hospital_by_name ON hospital (name_key, id);
CREATE INDEX hospital_by_cell ON hospital (geo_cell);

CREATE TABLE ward (
    id {uuid} NOT NULL PRIMARY KEY,
    hospital_id {uuid} NOT NULL REFERENCES hospital (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    name_key text {C} NOT NULL,
    beds integer NOT NULL CHECK (beds >= 0),
    UNIQUE (hospital_id, name_key)
);

CREATE TABLE kitchen (
    id {uuid} NOT NULL PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    name_key text {C} NOT NULL,
    address text,
    time_zone text NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    latitude {double} CHECK (latitude BETWEEN -90 AND 90),
    longitude {double} CHECK (longitude BETWEEN -180 AND 180),
    geo_cell {bigint},
    geo_x {double},
    geo_y {double},
    geo_z {double},
    created_at {timestamp} NOT NULL,
    updated_at {timestamp} NOT NULL,
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK ((latitude IS NULL) = (geo_cell IS NULL))
);
CREATE INDEX kitchen_by_name ON kitchen (name_key, id);
CREATE INDEX kitchen_by_cell ON kitchen (geo_cell);

CREATE TABLE kitchen_hours (
    kitchen_id {uuid} NOT NULL REFERENCES kitchen (id) ON DELETE CASCADE,
    weekday {smallint} NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens_at {time} NOT NULL,
    closes_at {time} NOT NULL,
    PRIMARY KEY (kitchen_id, weekday),
    CHECK (opens_at < closes_at)
);

CREATE TABLE kitchen_hospital (
    kitchen_id {uuid} NOT NULL REFERENCES kitchen (id) ON DELETE CASCADE,
    hospital_id {uuid} NOT NULL REFERENCES hospital (id) ON DELETE CASCADE,
    PRIMARY KEY (kitchen_id, hospital_id)
);
CREATE INDEX kitchen_hospital_by_hospital ON kitchen_hospital (hospital_id, kitchen_id);

CREATE TABLE meal_window (
    id {uuid} NOT NULL PRIMARY KEY,
    hospital_id {uuid} NOT NULL REFERENCES hospital (id) ON DELETE CASCADE,
    meal {smallint} NOT NULL CHECK (meal BETWEEN 1 AND 3),
    opens_days_before {smallint} NOT NULL CHECK (opens_days_before BETWEEN 0 AND 60),
    opens_at {time} NOT NULL,
    cut_off_at {time} NOT NULL,
    late_tray_until {time} NOT NULL,
    served_from {time} NOT NULL,
    served_until {time} NOT NULL,
    UNIQUE (hospital_id, meal),
    CHECK (cut_off_at <= late_tray_until),
    CHECK (served_from < served_until)
);

CREATE TABLE delivery_slot (
    id {uuid} NOT NULL PRIMARY KEY,
    meal_window_id {uuid} NOT NULL REFERENCES meal_window (id) ON DELETE CASCADE,
    starts_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 0),
    UNIQUE (meal_window_id, starts_at),
    CHECK (starts_at < ends_at)
);
"#;
