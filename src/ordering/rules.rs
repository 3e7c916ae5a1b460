//! What a patient may eat: pure rules over plain values. Checks, orders, menus that are filtered
//! for a patient, and the check after a change of a diet all ask them, so they cannot disagree.
//!
//! What is not known is not safe: an allergen that was not declared may be there, and a texture
//! that was not measured does not fit. Allergens are those of EU Regulation 1169/2011, Annex II;
//! levels are those of the IDDSI framework (2019), of foods (3 to 7) and of drinks (0 to 4).
//!
//! An allergy to a cereal is not a diet without gluten, nor the other way round: starch from
//! which the gluten was washed is wheat and free from gluten, and barley has gluten and no wheat.
//! What cross-reacts in some (cashew and pistachio, birch and hazelnut) is for those to record
//! who know the patient.

use chrono::{DateTime, TimeDelta, Utc};
use entity::vocabulary::{
    Allergen, BitSet, Criticality, Diet, DishCategory, Presence, Role, Severity,
};

#[cfg(test)]
mod tests;

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

/// Diets that are a matter of belief or taste; all others are a treatment.
const CHOSEN: [Diet; 4] = [Diet::Vegetarian, Diet::Vegan, Diet::Halal, Diet::Kosher];

/// The IDDSI levels of foods and of drinks, a bit a level.
pub const ALL_FOODS: i32 = 0b1111_1000;
pub const ALL_DRINKS: i32 = 0b1_1111;

/// From the beginning of its slot until a tray is eaten, at most: it is brought within half an
/// hour, and eaten within another. Who must not eat from noon on gets none just before.
pub const EATEN_WITHIN: TimeDelta = TimeDelta::minutes(60);

/// Everything that speaks against `eater` eating `plate` that is brought at a time.
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
    let missing = eater.diets & !fitting(plate);
    found.extend(Diet::of(missing).into_iter().map(Conflict::Diet));
    found.extend(swallowing(eater, plate));
    let is_then = |span: &NilByMouth| {
        span.from.signed_duration_since(at) < EATEN_WITHIN
            && span.until.is_none_or(|until| at < until)
    };
    found.extend(eater.nil_by_mouth.filter(is_then).map(Conflict::NilByMouth));
    found
}

/// Whether `allergen` is in a dish. A group is there when any of its species is. A species is
/// there when it or its kin is named, or when its group is and no named species accounts for
/// it: then it is not known which one it is. A species that is in the dish as surely as its group
/// accounts for it; one that is more surely there leaves the traces of its group unexplained
/// ("contains almonds, may contain nuts").
fn presence(plate: &Plate, allergen: Allergen) -> Option<Presence> {
    let strongest = |is: &dyn Fn(Allergen) -> bool| {
        let named = plate.allergens.iter().filter(|(named, _)| is(*named));
        // `Contains` is before `MayContain`.
        named.map(|(_, presence)| *presence).min()
    };
    let group = allergen.group();
    if allergen == group {
        return strongest(&|named| named.group() == group);
    }
    let is_species = |named: Allergen| named.group() == group && named != group;
    let accounts_for = |of_group: Presence| {
        let mut named = plate.allergens.iter();
        named.any(|(named, presence)| is_species(*named) && *presence == of_group)
    };
    let of_group = strongest(&|named| named == group);
    let unknown = of_group.filter(|of_group| !accounts_for(*of_group));
    let is_it = |named| named == allergen || allergen.kin().contains(&named);
    [strongest(&is_it), unknown].into_iter().flatten().min()
}

/// The diets that a dish fits, with those that follow from them, and without those that its
/// allergens speak against.
fn fitting(plate: &Plate) -> i32 {
    use Allergen::{Crustaceans, Eggs, Fish, Milk, Molluscs};
    let contains = |allergens: &[Allergen]| {
        let mut named = plate.allergens.iter();
        named.any(|(named, presence)| *presence == Presence::Contains && allergens.contains(named))
    };
    let mut diets = plate.diets;
    if contains(&[Eggs, Milk]) {
        diets &= !Diet::Vegan.bit();
    }
    if contains(&[Crustaceans, Fish, Molluscs]) {
        diets &= !(Diet::Vegan.bit() | Diet::Vegetarian.bit());
    }
    match diets & Diet::Vegan.bit() {
        0 => diets,
        // Nothing of animal origin: neither meat nor milk.
        _ => diets | Diet::Vegetarian.bit() | Diet::LactoseFree.bit(),
    }
}

/// How a dish is swallowed.
#[derive(Clone, Copy)]
enum Swallowed {
    Food,
    Drink,
    /// A food that may have a thin liquid in it.
    FoodInLiquid,
}

fn swallowed(plate: &Plate) -> Swallowed {
    match (plate.category, plate.drink_thickness, plate.food_texture) {
        (DishCategory::Drink, ..) | (_, Some(_), _) => Swallowed::Drink,
        // Foods of the levels 5 and 6 have no separate thin liquid; those of 3 and 4 are thick
        // themselves. A soup that is regular, or was not measured, is like a drink of which
        // nothing is known.
        (DishCategory::Soup, None, None | Some(7)) => Swallowed::FoodInLiquid,
        _ => Swallowed::Food,
    }
}

fn swallowing(eater: &Eater, plate: &Plate) -> impl Iterator<Item = Conflict> {
    let how = swallowed(plate);
    let thickness = match plate.food_texture {
        // The levels 3 and 4 are the same on both scales.
        Some(level @ (3 | 4)) => Some(plate.drink_thickness.unwrap_or(level)),
        _ => plate.drink_thickness,
    };
    let unfit = |level: Option<i16>, allowed: Option<i32>, all: i32| {
        // Who can swallow everything can swallow what was not measured.
        let allowed = allowed.filter(|allowed| allowed & all != all)?;
        let fits =
            level.is_some_and(|level| (0..8).contains(&level) && allowed & all & (1 << level) != 0);
        (!fits).then_some((level, allowed))
    };
    let food = match how {
        Swallowed::Drink => None,
        Swallowed::Food | Swallowed::FoodInLiquid => {
            unfit(plate.food_texture, eater.food_levels, ALL_FOODS)
        }
    };
    let drink = match how {
        Swallowed::Food => None,
        Swallowed::Drink | Swallowed::FoodInLiquid => {
            unfit(thickness, eater.drink_levels, ALL_DRINKS)
        }
    };
    let food = food.map(|(level, allowed)| Conflict::Texture { level, allowed });
    let drink = drink.map(|(level, allowed)| Conflict::Fluid { level, allowed });
    food.into_iter().chain(drink)
}

impl Conflict {
    pub fn severity(&self) -> Severity {
        match self {
            Self::Allergen { criticality, .. } if criticality.is_high() => Severity::Dangerous,
            Self::Allergen { .. } => Severity::Harmful,
            Self::Diet(diet) if CHOSEN.contains(diet) => Severity::Preference,
            Self::Diet(_) => Severity::Harmful,
            Self::Texture { .. } | Self::Fluid { .. } | Self::NilByMouth(_) => Severity::Dangerous,
        }
    }

    /// Whether who knew of this one knows of `other` too: it is of the same, and not worse.
    pub fn covers(&self, other: &Self) -> bool {
        let is_same = match (self, other) {
            (
                Self::Allergen {
                    allergen, presence, ..
                },
                Self::Allergen {
                    allergen: other,
                    presence: other_presence,
                    ..
                },
            ) => allergen == other && presence == other_presence,
            (Self::Diet(diet), Self::Diet(other)) => diet == other,
            (Self::Texture { level, .. }, Self::Texture { level: other, .. })
            | (Self::Fluid { level, .. }, Self::Fluid { level: other, .. }) => level == other,
            (Self::NilByMouth(_), Self::NilByMouth(_)) => true,
            _ => false,
        };
        is_same && other.severity() <= self.severity()
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
