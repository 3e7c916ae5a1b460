//! The closed vocabularies of the domain.
//!
//! A value is stored as its number, or as a bit where a column holds a set of them.

use async_graphql::{Enum, resolver_utils::EnumType};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

mod allergen;
mod ordering;
mod people;

pub use allergen::Allergen;
pub use ordering::{OrderEventKind, OrderStatus, Severity};
pub use people::{Criticality, Role};

crate::position::enum_cells!(Meal, DishCategory, Presence, Audience);

/// A meal of the day.
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
pub enum Meal {
    /// The first meal of the day.
    Breakfast = 1,
    /// The meal in the middle of the day.
    Lunch = 2,
    /// The evening meal.
    Dinner = 3,
}

/// What kind of dish it is, for browsing.
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
pub enum DishCategory {
    /// Eaten in the morning: cereals, porridge, breads, eggs.
    Breakfast = 1,
    /// Soups, clear or thick.
    Soup = 2,
    /// The main part of a meal.
    Main = 3,
    /// Eaten beside a main dish: rice, potatoes, vegetables.
    Side = 4,
    /// Salads and raw vegetables.
    Salad = 5,
    /// Sweet dishes and fruit.
    Dessert = 6,
    /// Small dishes between meals.
    Snack = 7,
    /// Drinks, thickened ones included.
    Drink = 8,
}

/// Whether an allergen is in a dish or may be.
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
pub enum Presence {
    /// The recipe contains it.
    Contains = 1,
    /// Traces are possible: it is handled in the same kitchen or by the supplier.
    MayContain = 2,
}

/// Who pays: prices differ by audience.
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
pub enum Audience {
    /// Patients (students, in the public canteen data).
    Patient = 1,
    /// People who work at the hospital.
    Staff = 2,
    /// Visitors and other guests.
    Visitor = 3,
}

/// A set of `T`, a bit a value, as a column stores it.
pub trait BitSet: EnumType + Copy + 'static {
    /// The bit of this value.
    fn bit(self) -> i32;

    /// The values in `bits`, in the order of the vocabulary.
    fn of(bits: i32) -> Vec<Self> {
        Self::items()
            .iter()
            .map(|item| item.value)
            .filter(|value| bits & value.bit() != 0)
            .collect()
    }

    /// The bits of `values`.
    fn bits(values: impl IntoIterator<Item = Self>) -> i32 {
        values.into_iter().fold(0, |bits, value| bits | value.bit())
    }
}

macro_rules! bit_set {
    ($name:ident) => {
        impl BitSet for $name {
            fn bit(self) -> i32 {
                1 << self as i32
            }
        }
    };
}

bit_set!(Diet);
bit_set!(Additive);
bit_set!(Ingredient);

/// A diet that a dish fits.
#[derive(
    Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, Serialize, Deserialize,
)]
pub enum Diet {
    /// No meat and no fish.
    Vegetarian = 0,
    /// Nothing of animal origin.
    Vegan = 1,
    /// Permitted under Islamic dietary law.
    Halal = 2,
    /// Permitted under Jewish dietary law.
    Kosher = 3,
    /// No gluten above 20 mg/kg.
    GlutenFree = 4,
    /// No lactose.
    LactoseFree = 5,
    /// At most 0.3 g salt in 100 g.
    LowSalt = 6,
    /// At most 3 g fat in 100 g of food, or 1.5 g in 100 ml of drink.
    LowFat = 7,
    /// Planned for people with diabetes.
    Diabetic = 8,
    /// At least a fifth of the energy from protein.
    HighProtein = 9,
    /// Low in potassium.
    LowPotassium = 10,
    /// Planned for people with kidney disease.
    Renal = 11,
}

/// An additive that must be declared.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum Additive {
    /// Food colouring.
    Colour = 0,
    /// Preservatives.
    Preservative = 1,
    /// Antioxidants.
    Antioxidant = 2,
    /// Flavour enhancers.
    FlavourEnhancer = 3,
    /// Olives blackened with iron salts.
    Blackened = 4,
    /// A waxed surface.
    Waxed = 5,
    /// Phosphates.
    Phosphate = 6,
    /// Sweeteners.
    Sweetener = 7,
    /// A source of phenylalanine.
    Phenylalanine = 8,
    /// Cocoa-based fat coating.
    CocoaFatCoating = 9,
}

/// An ingredient declared for reasons of faith, conviction or taste.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum Ingredient {
    /// Meat of any kind.
    Meat = 0,
    /// Pork.
    Pork = 1,
    /// Beef.
    Beef = 2,
    /// Veal.
    Veal = 3,
    /// Lamb.
    Lamb = 4,
    /// Game.
    Game = 5,
    /// Poultry.
    Poultry = 6,
    /// Garlic.
    Garlic = 7,
    /// Alcohol.
    Alcohol = 8,
    /// Gelatin.
    Gelatin = 9,
}
