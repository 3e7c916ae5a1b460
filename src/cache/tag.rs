//! What cached values depend on.

use std::fmt;

use uuid::Uuid;

/// A part of the data that changes as one. A cached value has the tags that follow from its key;
/// a change names the tags of all that it changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// All there is, as after an import.
    Everything,
    /// A hospital: itself, its wards, meal windows and kitchens.
    Hospital(Uuid),
    /// The same for those who know its slug or its code.
    HospitalNamed(String),
    /// Which hospitals there are, in any list or search of them.
    Hospitals,
    /// A kitchen: itself, its hours and the hospitals that it serves.
    Kitchen(Uuid),
    /// A dish: itself and its allergens.
    Dish(Uuid),
    /// The dishes of a kitchen, as any list or search of them shows them.
    DishesOfKitchen(Uuid),
    /// The dishes of all kitchens.
    Dishes,
    /// A menu: itself, its sections and items.
    Menu(Uuid),
    /// Which menus a hospital has, and each of them as a list shows it.
    MenusOfHospital(Uuid),
    /// The same for those who know its slug or its code.
    MenusOfHospitalNamed(String),
    /// Which house menus a kitchen has.
    MenusOfKitchen(Uuid),
}

/// The name by which processes share it.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => write!(f, "everything"),
            Self::Hospital(id) => write!(f, "hospital:{id}"),
            Self::HospitalNamed(name) => write!(f, "hospital-named:{name}"),
            Self::Hospitals => write!(f, "hospitals"),
            Self::Kitchen(id) => write!(f, "kitchen:{id}"),
            Self::Dish(id) => write!(f, "dish:{id}"),
            Self::DishesOfKitchen(id) => write!(f, "dishes-of-kitchen:{id}"),
            Self::Dishes => write!(f, "dishes"),
            Self::Menu(id) => write!(f, "menu:{id}"),
            Self::MenusOfHospital(id) => write!(f, "menus-of-hospital:{id}"),
            Self::MenusOfHospitalNamed(name) => write!(f, "menus-of-hospital-named:{name}"),
            Self::MenusOfKitchen(id) => write!(f, "menus-of-kitchen:{id}"),
        }
    }
}
