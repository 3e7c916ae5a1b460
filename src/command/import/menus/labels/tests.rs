use proptest::{prelude::*, sample::subsequence};

use super::*;

fn labels(words: &[&str]) -> Facts {
    Facts::of_labels(
        &words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap()
}

fn ingredients(words: &[&str]) -> Facts {
    Facts::of_ingredients(
        &words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap()
}

fn words(table: &'static [(&str, Means)]) -> impl Strategy<Value = Vec<&'static str>> {
    let all: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
    subsequence(all, 0..8)
}

proptest! {
    #[test]
    fn a_species_names_its_group(old in words(ABBREVIATIONS), new in words(LABELS)) {
        let mut facts = ingredients(&old);
        facts.merge(&labels(&new));
        for (allergen, presence) in &facts.allergens {
            prop_assert!(facts.allergens[&allergen.group()] <= *presence);
        }
        let diets = Diet::of(facts.diets.unwrap_or_default());
        prop_assert!(!diets.contains(&Diet::Vegan) || diets.contains(&Diet::Vegetarian));
    }

    #[test]
    fn the_order_of_sources_does_not_matter(a in words(LABELS), b in words(LABELS), c in words(ABBREVIATIONS)) {
        let (a, b, c) = (labels(&a), labels(&b), ingredients(&c));
        let merged = |parts: [&Facts; 4]| parts.into_iter().skip(1).fold(parts[0].clone(), |mut sum, part| {
            sum.merge(part);
            sum
        });
        prop_assert_eq!(merged([&a, &b, &c, &a]), merged([&c, &b, &a, &b]));
    }
}

#[test]
fn every_label_means_what_the_canteens_mean() {
    let facts = labels(&["WHEAT", "CEREAL", "PHOSPATES", "LACTOSE", "PORK", "MSC"]);
    let allergens: Vec<_> = facts.allergens.into_iter().collect();
    let contains = |allergen| (allergen, Presence::Contains);
    assert_eq!(allergens, [G::Gluten, G::Wheat, G::Milk].map(contains));
    assert_eq!(Additive::of(facts.additives), [A::Phosphate]);
    assert_eq!(Ingredient::of(facts.ingredients), [I::Meat, I::Pork]);
    assert_eq!(facts.diets, Some(0));
}

#[test]
fn a_cereal_without_a_word_on_gluten_may_contain_it() {
    let facts = labels(&["CEREAL"]);
    assert_eq!(facts.allergens, [(G::Gluten, Presence::MayContain)].into());
}

#[test]
fn an_unknown_label_is_an_error() {
    let words = ["MILK".to_owned(), "KRILL".to_owned()];
    assert_eq!(
        Facts::of_labels(&words).unwrap_err(),
        "labels: \"KRILL\" is not known"
    );
    assert_eq!(
        Facts::of_ingredients(&words[1..]).unwrap_err(),
        "ingredients: \"KRILL\" is not known"
    );
}

#[test]
fn contents_overrule_a_diet() {
    assert_eq!(
        Diet::of(labels(&["VEGAN"]).diets.unwrap()),
        [Diet::Vegetarian, Diet::Vegan]
    );
    assert_eq!(
        Diet::of(labels(&["VEGAN", "MILK"]).diets.unwrap()),
        [Diet::Vegetarian]
    );
    assert_eq!(labels(&["VEGETARIAN", "GELATIN"]).diets, Some(0));
}

#[test]
fn the_older_lists_are_silent_on_diets() {
    let mut facts = ingredients(&["ScP", "Gl", "5"]);
    assert_eq!(facts.diets, None);
    assert!(!facts.allergens.contains_key(&G::Pecans));
    facts.merge(&labels(&["VEGETARIAN"]));
    assert_eq!(Diet::of(facts.diets.unwrap()), [Diet::Vegetarian]);
}
