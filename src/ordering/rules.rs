//! What a patient may eat: pure rules over plain values. Checks, orders, menus that are filtered
//! for a patient, and the check after a change of a diet all ask them, so they cannot disagree.
//!
//! What is not known is not safe: an allergen that was not declared may be there, and a texture
//! that was not measured does not fit. Allergens are those of EU Regulation 1169/2011, Annex II;
//! levels are those of the IDDSI framework, of foods (3 to 7) and of drinks (0 to 4).

use chrono::{DateTime, Utc};
use entity::vocabulary::{Allergen, BitSet, Criticality, Diet, DishCategory, Presence, Role};

/// What somebody may eat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eater {
    pub allergies: Vec<(Allergen, Criticality)>,
    /// The diets that every dish must fit, a bit a diet.
    pub diets: i32,
    /// IDDSI levels of foods and of drinks that can be swallowed safely, a bit a level; None
    /// where all can.
    pub food_levels: Option<i32>,
    pub drink_levels: Option<i32>,
    pub nil_by_mouth: Option<NilByMouth>,
}

/// A span of time in which nothing may be eaten or drunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NilByMouth {
    pub from: DateTime<Utc>,
    /// None until further notice.
    pub until: Option<DateTime<Utc>>,
}

/// What is known of a dish.
#[derive(Clone, Debug, PartialEq)]
pub struct Plate {
    pub category: DishCategory,
    pub allergens: Vec<(Allergen, Presence)>,
    /// Whether `allergens` are all that there are.
    pub allergens_declared: bool,
    pub diets: i32,
    pub food_texture: Option<i16>,
    pub drink_thickness: Option<i16>,
}

/// Why a dish is not for somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Conflict {
    /// It contains, or may contain, what they are allergic to; without a presence that was not
    /// declared.
    Allergen {
        allergen: Allergen,
        presence: Option<Presence>,
        criticality: Criticality,
    },
    /// It does not fit the diet.
    Diet(Diet),
    /// A food of a level that they cannot swallow safely, or of none that is known.
    Texture { level: Option<i16>, allowed: i32 },
    /// The same of a drink.
    Fluid { level: Option<i16>, allowed: i32 },
    /// They may eat nothing when it would be there.
    NilByMouth(NilByMouth),
}

/// How bad a conflict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Against a wish or a belief.
    Preference,
    /// Can do harm.
    Harmful,
    /// Can kill.
    Dangerous,
}

/// Diets that are a matter of belief or taste; all others are a treatment.
const CHOSEN: [Diet; 4] = [Diet::Vegetarian, Diet::Vegan, Diet::Halal, Diet::Kosher];

/// Everything that speaks against `eater` eating `plate` at a time.
pub fn conflicts(eater: &Eater, plate: &Plate, at: DateTime<Utc>) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (allergen, criticality) in &eater.allergies {
        let presence = presence(plate, *allergen);
        if presence.is_some() || !plate.allergens_declared {
            found.push(Conflict::Allergen {
                allergen: *allergen,
                presence,
                criticality: *criticality,
            });
        }
    }
    let missing = eater.diets & !fitting(plate.diets);
    found.extend(Diet::of(missing).into_iter().map(Conflict::Diet));
    found.extend(swallowing(eater, plate));
    let is_then = |span: &NilByMouth| span.from <= at && span.until.is_none_or(|until| at < until);
    found.extend(eater.nil_by_mouth.filter(is_then).map(Conflict::NilByMouth));
    found
}

/// Whether `allergen` is in a dish. A group is there when any of its species is. A species is
/// there when it is named, or when its group is and no named species accounts for it: then it is
/// not known which one it is.
fn presence(plate: &Plate, allergen: Allergen) -> Option<Presence> {
    let strongest = |is: &dyn Fn(Allergen) -> bool| {
        let named = plate.allergens.iter().filter(|(named, _)| is(*named));
        named.map(|(_, presence)| *presence).min()
    };
    let group = allergen.group();
    if allergen == group {
        return strongest(&|named| named.group() == group);
    }
    let of_species = strongest(&|named| named.group() == group && named != group);
    let of_group = strongest(&|named| named == group);
    // `Contains` is before `MayContain`.
    let is_accounted_for =
        of_group.is_none_or(|of_group| of_species.is_some_and(|named| named <= of_group));
    let unknown = of_group.filter(|_| !is_accounted_for);
    [strongest(&|named| named == allergen), unknown]
        .into_iter()
        .flatten()
        .min()
}

/// The diets that a dish fits, with those that follow from them.
fn fitting(diets: i32) -> i32 {
    match diets & Diet::Vegan.bit() {
        0 => diets,
        _ => diets | Diet::Vegetarian.bit(),
    }
}

fn swallowing(eater: &Eater, plate: &Plate) -> Option<Conflict> {
    let is_drink = plate.category == DishCategory::Drink || plate.drink_thickness.is_some();
    let fits = |level: Option<i16>, allowed: i32| {
        level.is_some_and(|level| (0..8).contains(&level) && allowed & (1 << level) != 0)
    };
    if is_drink {
        let (level, allowed) = (plate.drink_thickness, eater.drink_levels?);
        return (!fits(level, allowed)).then_some(Conflict::Fluid { level, allowed });
    }
    let (level, allowed) = (plate.food_texture, eater.food_levels?);
    (!fits(level, allowed)).then_some(Conflict::Texture { level, allowed })
}

impl Conflict {
    pub fn severity(&self) -> Severity {
        match self {
            Self::Allergen {
                criticality,
                presence,
                ..
            } => match (criticality.is_high(), presence) {
                (true, _) => Severity::Dangerous,
                (false, _) => Severity::Harmful,
            },
            Self::Diet(diet) if CHOSEN.contains(diet) => Severity::Preference,
            Self::Diet(_) => Severity::Harmful,
            Self::Texture { .. } | Self::Fluid { .. } | Self::NilByMouth(_) => Severity::Dangerous,
        }
    }

    /// Who may let the dish be ordered in spite of it, with a reason. Administrators are not
    /// among them: this is not a matter of rights but of training.
    pub fn overridable_by(&self) -> &'static [Role] {
        match self {
            // Who may not eat at all is to be allowed to first.
            Self::NilByMouth(_) => &[],
            Self::Allergen {
                presence: Some(Presence::Contains),
                criticality,
                ..
            } if criticality.is_high() => &[],
            _ => match self.severity() {
                Severity::Dangerous => &[Role::Dietitian],
                Severity::Harmful => &[Role::Dietitian, Role::Nurse],
                Severity::Preference => &[Role::Dietitian, Role::Nurse, Role::Patient],
            },
        }
    }
}
