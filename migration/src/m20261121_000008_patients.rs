//! Patients, and what they may eat; what a person is at which place.

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
            "DROP TABLE membership; DROP TABLE patient_allergy; DROP TABLE patient;",
        )
        .await
    }
}

// `food_levels` and `drink_levels` are sets of IDDSI levels, a bit a level: NULL where all are
// allowed. `diets` are those that every dish must fit. A membership names the place that its role
// is for, and a patient's names the patient.
const UP: &str = r#"
CREATE TABLE patient (
    id {uuid} NOT NULL PRIMARY KEY,
    hospital_id {uuid} NOT NULL REFERENCES hospital (id) ON DELETE CASCADE,
    ward_id {uuid} REFERENCES ward (id) ON DELETE SET NULL,
    bed text {C} CHECK (bed <> ''),
    code text {C} NOT NULL CHECK (code <> ''),
    diets integer NOT NULL DEFAULT 0 CHECK (diets >= 0),
    food_levels integer CHECK (food_levels BETWEEN 0 AND 255 AND food_levels % 8 = 0),
    drink_levels integer CHECK (drink_levels BETWEEN 0 AND 31),
    nil_by_mouth_from {timestamp},
    nil_by_mouth_until {timestamp},
    admitted_at {timestamp} NOT NULL,
    discharged_at {timestamp},
    updated_at {timestamp} NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    UNIQUE (hospital_id, code),
    CHECK (nil_by_mouth_until IS NULL
        OR nil_by_mouth_from IS NOT NULL AND nil_by_mouth_from < nil_by_mouth_until)
);
CREATE INDEX patient_of_hospital ON patient (hospital_id, id);
CREATE INDEX patient_in_hospital ON patient (hospital_id, id) WHERE discharged_at IS NULL;
CREATE INDEX patient_of_ward ON patient (ward_id, (COALESCE(bed, '')), id)
    WHERE discharged_at IS NULL;

CREATE TABLE patient_allergy (
    patient_id {uuid} NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    allergen {smallint} NOT NULL CHECK (allergen BETWEEN 100 AND 1499),
    criticality {smallint} NOT NULL CHECK (criticality BETWEEN 1 AND 3),
    recorded_by {uuid} REFERENCES account (id) ON DELETE SET NULL,
    recorded_at {timestamp} NOT NULL,
    PRIMARY KEY (patient_id, allergen)
);

CREATE TABLE membership (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role {smallint} NOT NULL CHECK (role BETWEEN 1 AND 7),
    hospital_id {uuid} REFERENCES hospital (id) ON DELETE CASCADE,
    kitchen_id {uuid} REFERENCES kitchen (id) ON DELETE CASCADE,
    patient_id {uuid} REFERENCES patient (id) ON DELETE CASCADE,
    created_at {timestamp} NOT NULL,
    CHECK ((role IN (1, 2, 3, 4, 6)) = (hospital_id IS NOT NULL)),
    CHECK ((role = 5) = (kitchen_id IS NOT NULL)),
    CHECK ((role = 1) = (patient_id IS NOT NULL))
);
CREATE UNIQUE INDEX membership_at_hospital ON membership (account_id, hospital_id, role)
    WHERE hospital_id IS NOT NULL AND patient_id IS NULL;
CREATE UNIQUE INDEX membership_at_kitchen ON membership (account_id, kitchen_id)
    WHERE kitchen_id IS NOT NULL;
CREATE UNIQUE INDEX membership_of_patient ON membership (account_id, patient_id)
    WHERE patient_id IS NOT NULL;
CREATE UNIQUE INDEX membership_everywhere ON membership (account_id)
    WHERE hospital_id IS NULL AND kitchen_id IS NULL;
CREATE INDEX membership_of_account ON membership (account_id, id);
CREATE INDEX membership_by_hospital ON membership (hospital_id, id);
CREATE INDEX membership_by_kitchen ON membership (kitchen_id, id);
CREATE INDEX membership_by_patient ON membership (patient_id, id);
"#;
