//! What people are allergic to.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

crate::position::enum_cells!(Allergen);

/// The 14 allergens of EU Regulation 1169/2011, Annex II, and the species of cereals and nuts
/// below them. A dish that names a species also names its group; a group without a species
/// means that the species is not known.
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
pub enum Allergen {
    /// Cereals containing gluten, as a group.
    Gluten = 100,
    /// Wheat, a cereal containing gluten.
    Wheat = 101,
    /// Rye, a cereal containing gluten.
    Rye = 102,
    /// Barley, a cereal containing gluten.
    Barley = 103,
    /// Oats, a cereal containing gluten.
    Oats = 104,
    /// Spelt, a cereal containing gluten.
    Spelt = 105,
    /// Hybrid strains of cereals containing gluten.
    HybridCereals = 106,
    /// Crustaceans such as prawns, crabs and lobster.
    Crustaceans = 200,
    /// Eggs of birds.
    Eggs = 300,
    /// Fish.
    Fish = 400,
    /// Peanuts.
    Peanuts = 500,
    /// Soybeans.
    Soybeans = 600,
    /// Milk, lactose included.
    Milk = 700,
    /// Tree nuts, as a group.
    Nuts = 800,
    /// Almonds, a tree nut.
    Almonds = 801,
    /// Hazelnuts, a tree nut.
    Hazelnuts = 802,
    /// Walnuts, a tree nut.
    Walnuts = 803,
    /// Cashews, a tree nut.
    Cashews = 804,
    /// Pecans, a tree nut.
    Pecans = 805,
    /// Brazil nuts, a tree nut.
    BrazilNuts = 806,
    /// Pistachios, a tree nut.
    Pistachios = 807,
    /// Macadamia nuts, a tree nut.
    Macadamias = 808,
    /// Celery.
    Celery = 900,
    /// Mustard.
    Mustard = 1000,
    /// Sesame seeds.
    Sesame = 1100,
    /// Sulphur dioxide and sulphites above 10 mg/kg or 10 mg/l.
    Sulphites = 1200,
    /// Lupin.
    Lupin = 1300,
    /// Molluscs such as mussels, oysters and squid.
    Molluscs = 1400,
}

impl Allergen {
    /// The one of the 14 to which it belongs: itself, or the group of a species.
    pub fn group(self) -> Self {
        match self as i16 / 100 {
            1 => Self::Gluten,
            8 => Self::Nuts,
            _ => self,
        }
    }

    /// Others that an allergy to it is one to as well. Spelt is a wheat: Annex II, as amended by
    /// Regulation 78/2014, names it so. Hybrid strains are crossed from cereals that the name does
    /// not tell.
    pub fn kin(self) -> &'static [Self] {
        use Allergen::*;
        match self {
            Wheat => &[Spelt, HybridCereals],
            Spelt => &[Wheat, HybridCereals],
            Rye | Barley | Oats => &[HybridCereals],
            HybridCereals => &[Wheat, Rye, Barley, Oats, Spelt],
            _ => &[],
        }
    }
}
