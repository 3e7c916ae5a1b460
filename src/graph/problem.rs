//! Problems: what the sender of a change can mend, as data. All of them are told at once.

use async_graphql::{Enum, ID, Interface, SimpleObject};
use chrono::{DateTime, Utc};
use entity::vocabulary::{Allergen, Criticality, Diet, OrderStatus, Presence, Role, Severity};
use serde::{Deserialize, Serialize};

use super::scalar;

macro_rules! problems {
    ($(
        #[doc = $meaning:literal]
        $name:ident { $($(#[doc = $says:literal])* $field:ident: $type:ty,)* }
    )*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
        pub enum ProblemCode {
            $(#[doc = $meaning] $name,)*
        }

        $(
            #[doc = $meaning]
            #[derive(Clone, Debug, SimpleObject, Serialize, Deserialize)]
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
        #[derive(Clone, Debug, Interface, Serialize, Deserialize)]
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

        impl Problem {
            /// The field of the input that it is about, by the names on the way to it.
            pub fn path_names(&self) -> &[String] {
                match self {
                    $(Self::$name(problem) => &problem.path,)*
                }
            }
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
    /// The address and the password are not those of an account.
    WrongCredentials {}
    /// There is an account with the address, and it has another password.
    EmailTaken {}
    /// It is on no menu of a hospital, or is not offered to who it is for.
    NotOnMenu {
        /// The menu item.
        menu_item: ID,
    }
    /// It is on another menu or from another kitchen than the rest: order it separately.
    OrderedSeparately {
        /// The menu on which it is.
        menu: ID,
        /// The kitchen that cooks it.
        kitchen: ID,
    }
    /// It costs something else than was agreed: show the new price, and order again.
    PriceChanged {
        /// What it costs now, in minor units of the currency.
        current_minor: i64,
        /// The currency, as an ISO 4217 code.
        currency: String,
    }
    /// Fewer portions are left than were ordered.
    PortionsExhausted {
        /// The menu item.
        menu_item: ID,
        /// Portions of it that can still be ordered.
        remaining: i32,
    }
    /// No more trays can be delivered in the slot.
    SlotFull {
        /// When the slots begin that have room.
        open_slots: Vec<scalar::DateTime>,
    }
    /// After the cut-off only slots can be had that are still to come.
    CutoffPassed {
        /// When the slots begin in which a late tray can be had.
        late_slots: Vec<scalar::DateTime>,
    }
    /// The meal cannot be ordered now.
    OrderingClosed {
        /// From when it can be ordered; null where it cannot be any more, or never.
        opens_at: Option<scalar::DateTime>,
    }
    /// From the state that it is in, the order cannot be brought to the one that was asked.
    TransitionNotAllowed {
        /// The state that it is in.
        status: OrderStatus,
        /// The states to which you can bring it.
        allowed_transitions: Vec<OrderStatus>,
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

/// A path of the input, by the names in it.
pub fn path(of: &[&str]) -> Vec<String> {
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
}
