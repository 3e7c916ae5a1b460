//! The rules of what may be eaten, against a model that is written in another way: it lists what
//! could be on the plate, given what is known of it, and refuses a plate if anything of that
//! would do harm.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::vocabulary::{
    Allergen, BitSet, Criticality, Diet, DishCategory, Presence, Role, Severity,
};
use proptest::{collection::vec, num::u8};
use sea_orm::Iterable;
use thali::ordering::rules::{Conflict, Eater, NilByMouth, Plate, conflicts};

use crate::{
    app::monday,
    property::{Choices, holds},
};

const CASES: u32 = 120_000;

/// Substances: what a dish has in the end, a cereal and not cereals.
fn substances() -> BTreeSet<Allergen> {
    use Allergen::*;
    let names = [Gluten, HybridCereals, Nuts];
    Allergen::iter()
        .filter(|allergen| !names.contains(allergen))
        .collect()
}

/// The substances that a name can stand for.
fn meant(name: Allergen) -> BTreeSet<Allergen> {
    use Allergen::*;
    match name {
        Gluten | HybridCereals => [Wheat, Spelt, Rye, Barley, Oats].into(),
        Wheat => [Wheat, Spelt].into(),
        Nuts => [
            Almonds, Hazelnuts, Walnuts, Cashews, Pecans, BrazilNuts, Pistachios, Macadamias,
        ]
        .into(),
        other => [other].into(),
    }
}

/// The substances that can be in a dish, for all that is known.
fn possible(plate: &Plate) -> BTreeSet<Allergen> {
    if !plate.allergens_declared {
        return substances();
    }
    let mut possible = BTreeSet::new();
    for presence in [Presence::Contains, Presence::MayContain] {
        let said: BTreeSet<Allergen> = plate
            .allergens
            .iter()
            .filter(|(_, declared)| *declared == presence)
            .map(|(allergen, _)| *allergen)
            .collect();
        for name in &said {
            // A group beside its species only says again what the species say.
            let says_more = match name {
                Allergen::Gluten => !said
                    .iter()
                    .any(|other| (101..200).contains(&(*other as i32))),
                Allergen::Nuts => !said
                    .iter()
                    .any(|other| (801..900).contains(&(*other as i32))),
                _ => true,
            };
            if says_more {
                possible.extend(meant(*name));
            }
        }
    }
    possible
}

/// The diets that a dish fits, for all that is known.
fn fitted(plate: &Plate) -> BTreeSet<Diet> {
    let has = |allergen| plate.allergens.contains(&(allergen, Presence::Contains));
    let is_caught = [Allergen::Fish, Allergen::Crustaceans, Allergen::Molluscs]
        .into_iter()
        .any(has);
    let is_of_animals = is_caught || has(Allergen::Milk) || has(Allergen::Eggs);
    let labels = Diet::of(plate.diets);
    let mut fitted = BTreeSet::new();
    for label in labels {
        match label {
            Diet::Vegan if is_of_animals => {}
            Diet::Vegan => fitted.extend([Diet::Vegan, Diet::Vegetarian, Diet::LactoseFree]),
            Diet::Vegetarian if is_caught => {}
            other => fitted.extend([other]),
        }
    }
    fitted
}

fn levels(of: Option<i16>, scale: std::ops::RangeInclusive<i16>) -> Vec<i16> {
    of.map_or(scale.collect(), |level| vec![level])
}

/// What must be refused, by its kind.
#[derive(Debug, Default, PartialEq)]
struct Refused {
    allergens: BTreeSet<Allergen>,
    diets: BTreeSet<Diet>,
    texture: bool,
    fluid: bool,
    nil_by_mouth: bool,
}

fn model(eater: &Eater, plate: &Plate, at: DateTime<Utc>) -> Refused {
    let possible = possible(plate);
    let harms = |(allergen, _): &&(Allergen, Criticality)| !meant(*allergen).is_disjoint(&possible);
    let allergens = eater.allergies.iter().filter(harms);
    let fitted = fitted(plate);
    let wanted = Diet::of(eater.diets).into_iter();

    let is_drink = plate.category == DishCategory::Drink || plate.drink_thickness.is_some();
    let has_liquid = plate.category == DishCategory::Soup
        && !matches!(plate.food_texture, Some(3..=6))
        && plate.drink_thickness.is_none();
    let chokes = |allowed: Option<i32>, possible: Vec<i16>| {
        allowed.is_some_and(|allowed| possible.iter().any(|level| allowed & (1 << level) == 0))
    };
    let foods = levels(plate.food_texture, 3..=7);
    let same_on_both = plate.food_texture.filter(|level| *level < 5);
    let drinks = levels(plate.drink_thickness.or(same_on_both), 0..=4);

    let mut eaten = (0..60).map(|minute| at + TimeDelta::minutes(minute));
    Refused {
        allergens: allergens.map(|(allergen, _)| *allergen).collect(),
        diets: wanted.filter(|diet| !fitted.contains(diet)).collect(),
        texture: !is_drink && chokes(eater.food_levels, foods),
        fluid: (is_drink || has_liquid) && chokes(eater.drink_levels, drinks),
        nil_by_mouth: eater.nil_by_mouth.is_some_and(|span| {
            eaten.any(|now| span.from <= now && span.until.is_none_or(|until| now < until))
        }),
    }
}

fn refused(found: &[Conflict]) -> Refused {
    let mut refused = Refused::default();
    for conflict in found {
        let is_new = match conflict {
            Conflict::Allergen { allergen, .. } => refused.allergens.insert(*allergen),
            Conflict::Diet(diet) => refused.diets.insert(*diet),
            Conflict::Texture { .. } => !std::mem::replace(&mut refused.texture, true),
            Conflict::Fluid { .. } => !std::mem::replace(&mut refused.fluid, true),
            Conflict::NilByMouth(_) => !std::mem::replace(&mut refused.nil_by_mouth, true),
        };
        assert!(is_new, "told twice: {conflict:?}");
    }
    refused
}

fn some_of<T: Copy>(choices: &mut Choices, of: &[T], most: usize) -> Vec<T> {
    let count = choices.below(most + 1);
    (0..count).map(|_| *choices.of(of)).collect()
}

fn eater(choices: &mut Choices) -> Eater {
    let allergens: Vec<Allergen> = Allergen::iter().collect();
    let criticalities: Vec<Criticality> = Criticality::iter().collect();
    let allergies: BTreeSet<Allergen> = some_of(choices, &allergens, 3).into_iter().collect();
    let allergies = allergies.into_iter();
    let bits = |choices: &mut Choices, low: i32, all: i32| {
        let restricted = choices.one_in(3);
        restricted.then(|| (choices.below(32) as i32) << low & all)
    };
    Eater {
        allergies: allergies
            .map(|allergen| (allergen, *choices.of(&criticalities)))
            .collect(),
        diets: Diet::bits(some_of(choices, &diets(), 2)),
        food_levels: bits(choices, 3, 0b1111_1000),
        drink_levels: bits(choices, 0, 0b1_1111),
        nil_by_mouth: choices.one_in(5).then(|| {
            let from = monday() + TimeDelta::minutes(choices.below(180) as i64 - 60);
            let long = TimeDelta::minutes(1 + choices.below(90) as i64);
            NilByMouth {
                from,
                until: choices.one_in(2).then(|| from + long),
            }
        }),
    }
}

fn diets() -> Vec<Diet> {
    Diet::of(i32::MAX)
}

fn plate(choices: &mut Choices) -> Plate {
    let allergens: Vec<Allergen> = Allergen::iter().collect();
    let cereals_and_nuts: Vec<Allergen> = allergens
        .iter()
        .filter(|allergen| allergen.group() != **allergen)
        .chain(&[Allergen::Gluten, Allergen::Nuts])
        .copied()
        .collect();
    let of = if choices.one_in(2) {
        &cereals_and_nuts
    } else {
        &allergens
    };
    let named: BTreeSet<Allergen> = some_of(choices, of, 4).into_iter().collect();
    let categories: Vec<DishCategory> = DishCategory::iter().collect();
    let (food, drink) = match choices.below(4) {
        0 => (None, None),
        1 => (None, Some(choices.below(5) as i16)),
        _ => (Some(3 + choices.below(5) as i16), None),
    };
    let presences = [Presence::Contains, Presence::MayContain];
    Plate {
        category: *choices.of(&categories),
        allergens: named
            .into_iter()
            .map(|allergen| (allergen, *choices.of(&presences)))
            .collect(),
        allergens_declared: !choices.one_in(8),
        diets: Diet::bits(some_of(choices, &diets(), 6)),
        food_texture: food,
        drink_thickness: drink,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_unsafe_is_accepted_and_nothing_safe_refused() {
    let (safe, unsafe_) = (AtomicUsize::new(0), AtomicUsize::new(0));
    holds(CASES, vec(u8::ANY, 40), async |bytes| {
        let mut choices = Choices::new(bytes);
        let (eater, plate) = (eater(&mut choices), plate(&mut choices));
        let found = conflicts(&eater, &plate, monday());
        let expected = model(&eater, &plate, monday());
        assert_eq!(refused(&found), expected, "{eater:#?} {plate:#?}");
        let count = if found.is_empty() { &safe } else { &unsafe_ };
        count.fetch_add(1, Ordering::Relaxed);
    });
    let (safe, unsafe_) = (safe.into_inner(), unsafe_.into_inner());
    assert!(
        safe * 20 > unsafe_ && unsafe_ * 20 > safe,
        "{safe} safe, {unsafe_} unsafe"
    );
}

/// Who must never let pass what can kill.
const LAYMEN: [Role; 4] = [
    Role::Patient,
    Role::Visitor,
    Role::Kitchen,
    Role::HospitalManager,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_override_is_never_more_where_more_is_at_stake() {
    let dangerous = AtomicUsize::new(0);
    holds(CASES, vec(u8::ANY, 40), async |bytes| {
        let mut choices = Choices::new(bytes);
        let (eater, plate) = (eater(&mut choices), plate(&mut choices));
        for conflict in conflicts(&eater, &plate, monday()) {
            let roles = conflict.overridable_by();
            assert!(!roles.contains(&Role::Administrator), "{conflict:?}");
            if conflict.severity() > Severity::Preference {
                let layman = roles.iter().find(|role| LAYMEN.contains(role));
                assert_eq!(layman, None, "{conflict:?}");
            }
            if conflict.severity() == Severity::Dangerous {
                dangerous.fetch_add(1, Ordering::Relaxed);
                assert!(!roles.contains(&Role::Nurse), "{conflict:?}");
            }
            let Conflict::Allergen {
                allergen,
                presence,
                criticality,
            } = conflict
            else {
                continue;
            };
            assert_eq!(
                criticality.is_high(),
                conflict.severity() == Severity::Dangerous
            );
            if criticality.is_high() && presence == Some(Presence::Contains) {
                assert_eq!(roles, [], "{conflict:?}");
            }
            for other in
                Criticality::iter().filter(|other| other.is_high() >= criticality.is_high())
            {
                let other = Conflict::Allergen {
                    allergen,
                    presence,
                    criticality: other,
                };
                let more = other
                    .overridable_by()
                    .iter()
                    .find(|role| !roles.contains(role));
                assert_eq!(more, None, "{other:?} against {conflict:?}");
            }
        }
    });
    assert!(dangerous.into_inner() > CASES as usize / 10);
}
