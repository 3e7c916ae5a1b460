use Allergen::*;
use Presence::{Contains, MayContain};

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn noon() -> DateTime<Utc> {
    at("2026-11-23T12:00:00Z")
}

fn allergic_to(allergen: Allergen, criticality: Criticality) -> Eater {
    Eater {
        allergies: vec![(allergen, criticality)],
        ..Eater::default()
    }
}

fn dish() -> Plate {
    Plate {
        category: DishCategory::Main,
        allergens: Vec::new(),
        allergens_declared: true,
        diets: 0,
        food_texture: Some(7),
        drink_thickness: None,
    }
}

fn with(allergens: &[(Allergen, Presence)]) -> Plate {
    Plate {
        allergens: allergens.to_vec(),
        ..dish()
    }
}

/// The presence that speaks against a dish: None where it is safe.
fn found(allergen: Allergen, plate: &Plate) -> Option<Option<Presence>> {
    let eater = allergic_to(allergen, Criticality::High);
    match conflicts(&eater, plate, noon()).as_slice() {
        [] => None,
        [Conflict::Allergen { presence, .. }] => Some(*presence),
        more => panic!("{more:?}"),
    }
}

#[test]
fn an_allergen_is_found_by_its_group_and_a_species_by_itself() {
    for (allergen, declared, presence) in [
        (Milk, &[(Milk, Contains)][..], Some(Contains)),
        (Milk, &[(Milk, MayContain)], Some(MayContain)),
        (Milk, &[(Eggs, Contains)], None),
        (Gluten, &[(Barley, Contains)], Some(Contains)),
        (
            Gluten,
            &[(Gluten, MayContain), (Oats, Contains)],
            Some(Contains),
        ),
        (Wheat, &[(Gluten, Contains), (Barley, Contains)], None),
        (Wheat, &[(Gluten, Contains)], Some(Contains)),
        (Wheat, &[(Gluten, MayContain)], Some(MayContain)),
        (
            Hazelnuts,
            &[(Nuts, Contains), (Almonds, MayContain)],
            Some(Contains),
        ),
        (
            Hazelnuts,
            &[(Nuts, MayContain), (Almonds, Contains)],
            Some(MayContain),
        ),
        (Hazelnuts, &[(Nuts, Contains), (Almonds, Contains)], None),
        (Hazelnuts, &[(Almonds, Contains)], None),
        (Peanuts, &[(Nuts, Contains)], None),
        (Crustaceans, &[(Molluscs, Contains)], None),
    ] {
        let plate = with(declared);
        assert_eq!(
            found(allergen, &plate),
            presence.map(Some),
            "{allergen:?} {declared:?}"
        );
    }
}

#[test]
fn spelt_is_wheat_and_a_hybrid_may_be_any_cereal() {
    for allergen in [Wheat, Spelt, Rye, Barley, Oats, HybridCereals] {
        let hybrid = with(&[(Gluten, Contains), (HybridCereals, Contains)]);
        assert_eq!(
            found(allergen, &hybrid),
            Some(Some(Contains)),
            "{allergen:?}"
        );
    }
    assert_eq!(
        found(Wheat, &with(&[(Spelt, Contains)])),
        Some(Some(Contains))
    );
    assert_eq!(
        found(Spelt, &with(&[(Wheat, MayContain)])),
        Some(Some(MayContain))
    );
    assert_eq!(found(Rye, &with(&[(Wheat, Contains)])), None);
}

#[test]
fn what_was_not_declared_may_have_anything() {
    let mut plate = dish();
    plate.allergens_declared = false;
    assert_eq!(found(Sesame, &plate), Some(None));
    assert_eq!(conflicts(&Eater::default(), &plate, noon()), []);
}

#[test]
fn a_dish_fits_all_diets_or_none_of_them_counts() {
    use Diet::*;
    let fits = |wanted: &[Diet], labels: &[Diet], allergens: &[(Allergen, Presence)]| {
        let mut plate = with(allergens);
        plate.diets = Diet::bits(labels.iter().copied());
        let eater = Eater {
            diets: Diet::bits(wanted.iter().copied()),
            ..Eater::default()
        };
        conflicts(&eater, &plate, noon()).is_empty()
    };
    assert!(fits(&[], &[], &[]));
    assert!(fits(&[Halal, Renal], &[Renal, LowSalt, Halal], &[]));
    assert!(!fits(&[Halal, Renal], &[Halal], &[]));
    // What follows from another.
    assert!(fits(&[Vegetarian, LactoseFree], &[Vegan], &[]));
    assert!(!fits(&[Vegan], &[Vegetarian], &[]));
    assert!(!fits(&[LactoseFree], &[Vegetarian], &[]));
    // What the allergens speak against.
    assert!(!fits(&[Vegan], &[Vegan], &[(Allergen::Milk, Contains)]));
    assert!(!fits(
        &[LactoseFree],
        &[Vegan],
        &[(Allergen::Milk, Contains)]
    ));
    assert!(fits(&[Vegan], &[Vegan], &[(Allergen::Milk, MayContain)]));
    assert!(!fits(
        &[Vegetarian],
        &[Vegetarian],
        &[(Allergen::Fish, Contains)]
    ));
    assert!(fits(
        &[Vegetarian],
        &[Vegetarian],
        &[(Allergen::Eggs, Contains)]
    ));
    // Milk without lactose is milk, and wheat starch without gluten is wheat.
    assert!(fits(
        &[LactoseFree],
        &[LactoseFree],
        &[(Allergen::Milk, Contains)]
    ));
    assert!(fits(
        &[GlutenFree],
        &[GlutenFree],
        &[(Allergen::Wheat, Contains)]
    ));
    assert!(!fits(&[GlutenFree], &[], &[]));
}

fn swallows(foods: &[i16], drinks: &[i16]) -> Eater {
    let bits = |levels: &[i16]| {
        let bits = levels.iter().fold(0, |bits, level| bits | 1 << level);
        (!levels.is_empty()).then_some(bits)
    };
    Eater {
        food_levels: bits(foods),
        drink_levels: bits(drinks),
        ..Eater::default()
    }
}

#[test]
fn foods_and_drinks_have_scales_of_their_own_and_a_soup_may_be_both() {
    use DishCategory::*;
    let (food, drink, both) = (
        swallows(&[4, 5], &[]),
        swallows(&[], &[2, 3]),
        swallows(&[4, 5], &[2, 3]),
    );
    let kinds = |eater: &Eater, category, food_texture, drink_thickness| -> String {
        let plate = Plate {
            category,
            food_texture,
            drink_thickness,
            ..dish()
        };
        let found = conflicts(eater, &plate, noon());
        let kind = |conflict: &Conflict| match conflict {
            Conflict::Texture { .. } => 'T',
            Conflict::Fluid { .. } => 'F',
            other => panic!("{other:?}"),
        };
        found.iter().map(kind).collect()
    };
    for (category, food_texture, drink_thickness, expected) in [
        (Main, Some(5), None, ["", "", ""]),
        (Main, Some(7), None, ["T", "", "T"]),
        (Main, None, None, ["T", "", "T"]),
        (Drink, None, Some(2), ["", "", ""]),
        (Drink, None, Some(0), ["", "F", "F"]),
        (Drink, None, None, ["", "F", "F"]),
        (Drink, Some(3), None, ["", "", ""]),
        (Dessert, None, Some(1), ["", "F", "F"]),
        (Soup, None, Some(3), ["", "", ""]),
        (Soup, Some(4), None, ["", "", ""]),
        (Soup, Some(6), None, ["T", "", "T"]),
        (Soup, Some(7), None, ["T", "F", "TF"]),
        (Soup, None, None, ["T", "F", "TF"]),
    ] {
        let found = [&food, &drink, &both]
            .map(|eater| kinds(eater, category, food_texture, drink_thickness));
        assert_eq!(
            found, expected,
            "{category:?} {food_texture:?} {drink_thickness:?}"
        );
    }
    let everything = swallows(&[3, 4, 5, 6, 7], &[0, 1, 2, 3, 4]);
    assert_eq!(
        kinds(&everything, Soup, None, None),
        "",
        "nothing is to be measured"
    );
}

#[test]
fn nothing_is_brought_that_would_be_eaten_while_nothing_may_be() {
    let nil = |from: &str, until: Option<&str>| Eater {
        nil_by_mouth: Some(NilByMouth {
            from: at(from),
            until: until.map(at),
        }),
        ..Eater::default()
    };
    for (from, until, is_nil) in [
        ("2026-11-23T08:00:00Z", None, true),
        ("2026-11-23T12:00:00Z", None, true),
        ("2026-11-23T12:59:59Z", None, true),
        ("2026-11-23T13:00:00Z", None, false),
        ("2026-11-23T08:00:00Z", Some("2026-11-23T12:00:01Z"), true),
        ("2026-11-23T08:00:00Z", Some("2026-11-23T12:00:00Z"), false),
    ] {
        let found = conflicts(&nil(from, until), &dish(), noon());
        assert_eq!(!found.is_empty(), is_nil, "{from} {until:?}");
        for conflict in found {
            assert_eq!(conflict.overridable_by(), []);
            assert_eq!(conflict.severity(), Severity::Dangerous);
        }
    }
}

#[test]
fn who_may_override_depends_on_what_can_happen() {
    use Role::*;
    let allergen = |criticality, presence| Conflict::Allergen {
        allergen: Milk,
        presence,
        criticality,
    };
    let (low, high, unknown) = (
        Criticality::Low,
        Criticality::High,
        Criticality::UnableToAssess,
    );
    for (conflict, severity, roles) in [
        (allergen(high, Some(Contains)), Severity::Dangerous, &[][..]),
        (allergen(unknown, Some(Contains)), Severity::Dangerous, &[]),
        (
            allergen(high, Some(MayContain)),
            Severity::Dangerous,
            &[Dietitian],
        ),
        (allergen(high, None), Severity::Dangerous, &[Dietitian]),
        (
            allergen(low, Some(Contains)),
            Severity::Harmful,
            &[Dietitian, Nurse],
        ),
        (allergen(low, None), Severity::Harmful, &[Dietitian, Nurse]),
        (
            Conflict::Diet(Diet::GlutenFree),
            Severity::Harmful,
            &[Dietitian, Nurse],
        ),
        (
            Conflict::Diet(Diet::Halal),
            Severity::Preference,
            &[Dietitian, Nurse, Patient],
        ),
        (
            Conflict::Texture {
                level: None,
                allowed: 8,
            },
            Severity::Dangerous,
            &[Dietitian],
        ),
        (
            Conflict::Fluid {
                level: Some(0),
                allowed: 4,
            },
            Severity::Dangerous,
            &[Dietitian],
        ),
    ] {
        assert_eq!(
            (conflict.severity(), conflict.overridable_by()),
            (severity, roles),
            "{conflict:?}"
        );
    }
}
