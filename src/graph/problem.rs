//! Problems: what the sender of a change can mend, as data. All of them are told at once.

use async_graphql::{Enum, ID, Interface, SimpleObject};
use chrono::{DateTime, Utc};
use entity::vocabulary::{Allergen, Criticality, Diet, Presence, Role, Severity};

use super::scalar;

macro_rules! problems {
    ($(
        #[doc = $meaning:literal]
        $name:ident { $($(#[doc = $says:literal])* $field:ident: $type:ty,)* }
    )*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub enum ProblemCode {
            $(#[doc = $meaning] $name,)*
        }

        $(
            #[doc = $meaning]
            #[derive(Clone, Debug, SimpleObject)]
            pub struct $name {
                /// What kind of problem it is.
                pub(crate) code: ProblemCode,
                /// What is wrong and what is allowed, for people.
                pub(crate) message: String,
                /// The field of the input that it is about: its name after those of the objects
                /// around it, and of lists the place in them, from 0 on.
                pub(crate) path: Vec<String>,
                $($(#[doc = $says])* pub(crate) $field: $type,)*
            }
        )*

        /// Why a change was not made, and what would mend it.
        #[derive(Clone, Debug, Interface)]
        #[graphql(
            field(name = "code", ty = "&ProblemCode", desc = "What kind of problem it is."),
            field(
                name = "message",
                ty = "&String",
                desc = "What is wrong and what is allowed, for people."
            ),
            field(
                name = "path",
                ty = "&Vec<String>",
                desc = "The field of the input that it is about: its name after those of the \
                        objects around it, and of lists the place in them, from 0 on."
            )
        )]
        pub enum Problem {
            $($name($name),)*
        }
    };
}

problems! {
    /// There is no such thing, or none that you may see.
    NotFound {}
    /// Somebody else changed it meanwhile: read it again, and decide again.
    VersionConflict {
        /// Its version now; 0 where it does not exist yet.
        current_version: i32,
    }
    /// A value is not one of those that are allowed.
    InvalidValue {
        /// The value that was sent.
        value: String,
        /// What is allowed, for people.
        allowed: String,
    }
    /// The key was used for another change: take a new key for every change.
    IdempotencyKeyReused {
        /// When it was used first.
        used_at: scalar::DateTime,
    }
    /// Another thing of the same place has the name.
    NameTaken {
        /// The id of the thing that has it.
        taken_by: ID,
    }
    /// Fewer portions than are promised to somebody.
    PortionsReserved {
        /// Portions that are promised: there cannot be fewer.
        reserved: i32,
    }
    /// A menu item that is left out has portions that are promised to somebody.
    MenuItemReserved {
        /// The menu item.
        menu_item: ID,
        /// Portions of it that are promised.
        reserved: i32,
    }
    /// The kitchen of the dish does not cook for this menu.
    NotCooked {
        /// The kitchen of the dish.
        kitchen: ID,
    }
    /// It has, or may have, what the patient is allergic to.
    AllergenConflict {
        /// What the patient is allergic to.
        allergen: Allergen,
        /// Whether the dish contains it or may contain traces; null where its allergens were not
        /// declared.
        presence: Option<Presence>,
        /// How bad a reaction of the patient can be.
        criticality: Criticality,
        /// The menu item that they must not eat.
        menu_item: ID,
        /// How bad it can be.
        severity: Severity,
        /// Who may let it be ordered in spite of this, with a reason; empty where nobody may.
        overridable_by: Vec<Role>,
        /// Menu items of the same section that they may eat instead and that can be had, at most
        /// three, in the order in which they are printed.
        substitutes: Vec<ID>,
    }
    /// It does not fit a diet of the patient.
    DietConflict {
        /// The diet that it does not fit.
        diet: Diet,
        /// The menu item that they must not eat.
        menu_item: ID,
        /// How bad it can be.
        severity: Severity,
        /// Who may let it be ordered in spite of this, with a reason; empty where nobody may.
        overridable_by: Vec<Role>,
        /// Menu items of the same section that they may eat instead and that can be had, at most
        /// three, in the order in which they are printed.
        substitutes: Vec<ID>,
    }
    /// It is a food that the patient cannot swallow safely.
    TextureConflict {
        /// Its IDDSI level; null where that was not measured.
        level: Option<i16>,
        /// The IDDSI levels of foods that the patient can swallow.
        allowed_levels: Vec<i16>,
        /// The menu item that they must not eat.
        menu_item: ID,
        /// How bad it can be.
        severity: Severity,
        /// Who may let it be ordered in spite of this, with a reason; empty where nobody may.
        overridable_by: Vec<Role>,
        /// Menu items of the same section that they may eat instead and that can be had, at most
        /// three, in the order in which they are printed.
        substitutes: Vec<ID>,
    }
    /// It is a drink, or has a liquid in it, that the patient cannot swallow safely.
    FluidConflict {
        /// Its IDDSI level; null where that was not measured.
        level: Option<i16>,
        /// The IDDSI levels of drinks that the patient can swallow.
        allowed_levels: Vec<i16>,
        /// The menu item that they must not eat.
        menu_item: ID,
        /// How bad it can be.
        severity: Severity,
        /// Who may let it be ordered in spite of this, with a reason; empty where nobody may.
        overridable_by: Vec<Role>,
        /// Menu items of the same section that they may eat instead and that can be had, at most
        /// three, in the order in which they are printed.
        substitutes: Vec<ID>,
    }
    /// The patient may eat and drink nothing when it would be eaten.
    NilByMouth {
        /// From when on.
        from: scalar::DateTime,
        /// Until when; null until further notice.
        until: Option<scalar::DateTime>,
        /// The menu item that they must not eat.
        menu_item: ID,
        /// How bad it can be.
        severity: Severity,
        /// Who may let it be ordered in spite of this, with a reason; empty where nobody may.
        overridable_by: Vec<Role>,
        /// Menu items of the same section that they may eat instead and that can be had, at most
        /// three, in the order in which they are printed.
        substitutes: Vec<ID>,
    }
}

fn path(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

impl Problem {
    pub fn not_found(of: &[&str], id: &str) -> Self {
        Self::NotFound(NotFound {
            code: ProblemCode::NotFound,
            message: format!(
                "`{}` is \"{id}\"; there is nothing with this id.",
                of.join(".")
            ),
            path: path(of),
        })
    }

    pub fn version_conflict(expected: i32, current: i32) -> Self {
        Self::VersionConflict(VersionConflict {
            code: ProblemCode::VersionConflict,
            message: format!("`expectedVersion` is {expected}; the version is {current}."),
            path: path(&["expectedVersion"]),
            current_version: current,
        })
    }

    pub fn invalid(of: &[&str], value: impl ToString, allowed: impl Into<String>) -> Self {
        let (value, allowed) = (value.to_string(), allowed.into());
        Self::InvalidValue(InvalidValue {
            code: ProblemCode::InvalidValue,
            message: format!("`{}` is \"{value}\"; it must be {allowed}.", of.join(".")),
            path: path(of),
            value,
            allowed,
        })
    }

    pub fn key_reused(key: &str, used_at: DateTime<Utc>) -> Self {
        Self::IdempotencyKeyReused(IdempotencyKeyReused {
            code: ProblemCode::IdempotencyKeyReused,
            message: format!("`idempotencyKey` is \"{key}\", which was used for another change."),
            path: path(&["idempotencyKey"]),
            used_at: scalar::DateTime(used_at),
        })
    }

    pub fn name_taken(name: &str, taken_by: ID) -> Self {
        Self::NameTaken(NameTaken {
            code: ProblemCode::NameTaken,
            message: format!("`name` is \"{name}\", which another one has."),
            path: path(&["name"]),
            taken_by,
        })
    }

    pub fn portions_reserved(of: &[&str], portions: i32, reserved: i32) -> Self {
        Self::PortionsReserved(PortionsReserved {
            code: ProblemCode::PortionsReserved,
            message: format!(
                "`{}` is {portions}; {reserved} are promised already.",
                of.join(".")
            ),
            path: path(of),
            reserved,
        })
    }

    pub fn item_reserved(of: &[&str], menu_item: ID, reserved: i32) -> Self {
        Self::MenuItemReserved(MenuItemReserved {
            code: ProblemCode::MenuItemReserved,
            message: format!(
                "`{}` leaves out the menu item \"{}\", of which {reserved} portions are promised.",
                of.join("."),
                menu_item.as_str()
            ),
            path: path(of),
            menu_item,
            reserved,
        })
    }

    pub fn not_cooked(of: &[&str], dish: &str, kitchen: ID) -> Self {
        Self::NotCooked(NotCooked {
            code: ProblemCode::NotCooked,
            message: format!(
                "`{}` is \"{dish}\", whose kitchen does not cook for this menu.",
                of.join(".")
            ),
            path: path(of),
            kitchen,
        })
    }
}
