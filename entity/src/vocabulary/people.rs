//! What persons are at a place, and what is known of patients.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

crate::position::enum_cells!(Role, Criticality);

/// What a person is at a hospital or a kitchen.
#[derive(
    Copy,
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Role {
    /// Lies in the hospital, and orders for themselves.
    Patient = 1,
    /// Visits the hospital, and orders for themselves.
    Visitor = 2,
    /// Nurses of a hospital: order for its patients, and record what they may eat.
    Nurse = 3,
    /// Dietitians of a hospital: as nurses, and decide on conflicts with allergies and textures.
    Dietitian = 4,
    /// People of a kitchen: its dishes, its portions, and the orders that it cooks.
    Kitchen = 5,
    /// Who manages the meals of a hospital: its menus, its prices and its figures.
    HospitalManager = 6,
    /// Everything everywhere.
    Administrator = 7,
}

/// How bad it can be to eat what one is allergic to; as in FHIR's `AllergyIntolerance.criticality`.
#[derive(
    Copy,
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Criticality {
    /// Unlikely to be dangerous.
    Low = 1,
    /// Can be life-threatening.
    High = 2,
    /// Not known; treated as high.
    UnableToAssess = 3,
}

impl Criticality {
    /// Whether it has to be taken for life-threatening.
    pub fn is_high(self) -> bool {
        self != Self::Low
    }
}
