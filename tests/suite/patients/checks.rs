//! Checks of meals, against the rules and the rows of the test.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    menu_item,
    vocabulary::{Allergen, Criticality, Meal},
};
use serde_json::{Value, json};
use thali::{
    graph::id::Kind,
    ordering::rules::{Eater, Plate, conflicts},
};
use uuid::Uuid;

use super::Ward;
use crate::{
    app::{TestApp, monday},
    data::{Size, today},
    on_both,
};

const LUNCH: &str = "query ($hospital: ID!, $patient: ID!, $first: Int!) {
    hospital(by: { id: $hospital }) { menus(first: 1, meal: LUNCH) { nodes { items(first: $first) { nodes {
        id
        safeFor(patient: $patient) {
            isSafe
            problems { __typename ... on AllergenConflict { substitutes } ... on TextureConflict { substitutes } }
        }
    } } } } }
}";

const SOFT: i32 = 0b0111_1000;

fn plate(ward: &Ward, item: &menu_item::Model) -> Plate {
    let dish = ward
        .data
        .dishes
        .iter()
        .find(|dish| dish.id == item.dish_id)
        .unwrap();
    let allergens = ward
        .data
        .allergens
        .iter()
        .filter(|row| row.dish_id == dish.id);
    Plate {
        category: dish.category,
        allergens: allergens.map(|row| (row.allergen, row.presence)).collect(),
        allergens_declared: dish.allergens_declared,
        diets: dish.diets,
        food_texture: dish.food_texture,
        drink_thickness: dish.drink_thickness,
    }
}

/// The items of the hospital's lunch today.
fn lunch(ward: &Ward) -> Vec<&menu_item::Model> {
    let is_lunch = |menu: &&entity::menu::Model| {
        menu.hospital_id == Some(ward.hospital) && menu.date == today() && menu.meal == Meal::Lunch
    };
    let menu = ward.data.menus.iter().find(is_lunch).unwrap();
    assert!(menu.published_at.is_some());
    ward.data
        .items
        .iter()
        .filter(|item| item.menu_id == menu.id)
        .collect()
}

async fn fill(app: &TestApp, size: Size) -> Ward {
    let milk = [
        (Allergen::Milk, Criticality::High),
        (Allergen::Almonds, Criticality::Low),
    ];
    Ward::with(app, size, |row| row.food_levels = Some(SOFT), &milk).await
}

on_both! {
    async fn every_item_of_a_menu_is_checked_at_the_cost_of_one(app: TestApp) {
        let ward = fill(&app, Size::times(20)).await;
        let eater = Eater {
            allergies: vec![(Allergen::Milk, Criticality::High), (Allergen::Almonds, Criticality::Low)],
            food_levels: Some(SOFT),
            ..Eater::default()
        };
        let ask = async |first: i32| {
            let hospital = Kind::Hospital.id(ward.hospital).0;
            let variables = json!({ "hospital": hospital, "patient": ward.id(), "first": first });
            let answer = app.execute_as(ward.nurse, LUNCH, variables).await;
            assert_eq!(answer.get("errors"), None, "{answer:#}");
            answer
        };
        let (one, all) = (ask(1).await, ask(100).await);
        let statements = |answer: &Value| answer["extensions"]["trace"]["sqlStatements"].clone();
        assert_eq!(statements(&one), statements(&all));
        // Hospital, menus, items; who asks, the patient, their allergies, the sections.
        assert_eq!(statements(&all), 7, "{:#}", all["extensions"]["trace"]);

        let items: BTreeMap<String, &menu_item::Model> =
            lunch(&ward).into_iter().map(|item| (Kind::MenuItem.id(item.id).0, item)).collect();
        let is_safe = |item: &menu_item::Model| conflicts(&eater, &plate(&ward, item), monday()).is_empty();
        let can_be_had = |item: &menu_item::Model| {
            let row = ward.data.availability.iter().find(|row| row.menu_item_id == item.id);
            row.is_none_or(|row| row.portions.is_none_or(|portions| portions > row.reserved))
        };
        let nodes = &all["data"]["hospital"]["menus"]["nodes"][0]["items"]["nodes"];
        let (mut safe, mut offered) = (0, BTreeSet::new());
        for node in nodes.as_array().unwrap() {
            let item = items[node["id"].as_str().unwrap()];
            assert_eq!(node["safeFor"]["isSafe"], is_safe(item), "{node:#}");
            safe += usize::from(is_safe(item));
            for problem in node["safeFor"]["problems"].as_array().unwrap() {
                let substitutes = problem["substitutes"].as_array().unwrap();
                let could = items.values().filter(|other| {
                    other.section_id == item.section_id && other.id != item.id && is_safe(other) && can_be_had(other)
                });
                assert_eq!(substitutes.len(), could.count().min(3), "{node:#}");
                for id in substitutes {
                    let other = items[id.as_str().unwrap()];
                    assert!(is_safe(other) && other.section_id == item.section_id && can_be_had(other));
                    offered.insert(other.id);
                }
            }
        }
        assert!(safe > 5 && nodes.as_array().unwrap().len() - safe > 5 && !offered.is_empty(), "{safe}");
    }
}

const CHECK: &str = "query ($input: CheckMealInput!) { checkMeal(input: $input) {
    isSafe
    problems {
        __typename code path
        ... on AllergenConflict { menuItem allergen presence criticality severity overridableBy }
        ... on DietConflict { diet severity overridableBy }
        ... on TextureConflict { level allowedLevels severity overridableBy }
        ... on FluidConflict { level allowedLevels severity overridableBy }
        ... on NilByMouth { from until severity overridableBy }
    }
} }";

async fn check(app: &TestApp, ward: &Ward, items: &[Uuid], at: &str) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|item| json!({ "menuItem": Kind::MenuItem.id(*item).0 }))
        .collect();
    let input = json!({ "patient": ward.id(), "items": items, "deliveryTime": at });
    let answer = app
        .execute_as(ward.dietitian, CHECK, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["checkMeal"].clone()
}

on_both! {
    async fn all_that_speaks_against_a_meal_is_told_together(app: TestApp) {
        let from = monday();
        let ward = Ward::with(
            &app,
            Size::ONE,
            |row| {
                row.food_levels = Some(0b0001_0000);
                row.drink_levels = Some(0b1_0000);
                (row.diets, row.nil_by_mouth_from) = (1 << 2, Some(from));
                row.nil_by_mouth_until = Some(from + chrono::TimeDelta::hours(2));
            },
            &[(Allergen::Milk, Criticality::High)],
        )
        .await;
        let lunch: Vec<Uuid> = lunch(&ward).iter().map(|item| item.id).collect();
        let kinds = |checked: &Value| -> BTreeSet<String> {
            let problems = checked["problems"].as_array().unwrap().iter();
            problems.map(|problem| problem["__typename"].as_str().unwrap().to_owned()).collect()
        };
        let fasting = check(&app, &ward, &lunch, "2026-11-23T10:00:00Z").await;
        let nil = fasting["problems"].as_array().unwrap().iter().filter(|p| p["__typename"] == "NilByMouth");
        assert_eq!(nil.clone().count(), lunch.len());
        let expected = json!({
            "__typename": "NilByMouth", "code": "NIL_BY_MOUTH", "path": ["items", "0", "menuItem"],
            "from": "2026-11-23T09:00:00Z", "until": "2026-11-23T11:00:00Z",
            "severity": "DANGEROUS", "overridableBy": [],
        });
        assert_eq!(nil.clone().next(), Some(&expected));

        let later = check(&app, &ward, &lunch, "2026-11-23T12:00:00Z").await;
        let eater = Eater {
            allergies: vec![(Allergen::Milk, Criticality::High)],
            diets: 1 << 2,
            food_levels: Some(0b0001_0000),
            drink_levels: Some(0b1_0000),
            ..Eater::default()
        };
        let items = ward.data.items.iter().filter(|item| lunch.contains(&item.id));
        let count: usize = items.map(|item| conflicts(&eater, &plate(&ward, item), monday()).len()).sum();
        assert_eq!(later["problems"].as_array().unwrap().len(), count, "{later:#}");
        assert!(!kinds(&later).contains("NilByMouth") && kinds(&later).len() >= 3, "{later:#}");
        assert_eq!(later["isSafe"], false);

        let draft = ward.data.menus.iter().find(|menu| menu.published_at.is_none()).unwrap();
        let hidden = ward.data.items.iter().find(|item| item.menu_id == draft.id).unwrap().id;
        for unknown in [hidden, Uuid::nil()] {
            let checked = check(&app, &ward, &[unknown], "2026-11-23T12:00:00Z").await;
            let path = json!(["items", "0", "menuItem"]);
            let problem = json!({ "__typename": "NotFound", "code": "NOT_FOUND", "path": path });
            assert_eq!(checked, json!({ "isSafe": false, "problems": [problem] }));
        }
    }
}
