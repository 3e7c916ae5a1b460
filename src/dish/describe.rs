//! What `createDish` and `updateDish` are told of a dish, and what may be said.

use std::collections::BTreeMap;

use async_graphql::{InputObject, OneofObject};
use entity::{
    dish, dish_allergen,
    vocabulary::{Allergen, Presence},
};
use uuid::Uuid;

use crate::{
    graph::Problem,
    text::{fold, tidy, words},
};

/// An allergen of a dish.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NewDishAllergen {
    /// The allergen. A species says nothing of its group, nor the group of a species.
    allergen: Allergen,
    /// Whether the dish contains it or may contain traces.
    #[graphql(default_with = "Presence::Contains")]
    presence: Presence,
}

/// How thick or soft a dish is, on one of the two IDDSI scales.
#[derive(Clone, Copy, Debug, OneofObject)]
pub enum NewTexture {
    /// The level of a food, 3 (liquidised) to 7 (regular).
    Food(i16),
    /// The level of a drink, 0 (thin) to 4 (extremely thick).
    Drink(i16),
}

/// What a portion contains. What is left out is not known.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct NewNutrition {
    /// The portion in grams, above 0.
    portion_g: Option<f64>,
    /// Energy in kilocalories.
    energy_kcal: Option<f64>,
    /// Protein in grams.
    protein_g: Option<f64>,
    /// Carbohydrate in grams.
    carbohydrate_g: Option<f64>,
    /// Fat in grams.
    fat_g: Option<f64>,
    /// Salt in grams.
    salt_g: Option<f64>,
}

/// Names are printed on menus and labels.
const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 2_000;
/// No portion has more grams or kilocalories.
const MOST: f64 = 10_000.0;

/// A dish under change: its row, its allergens, and what is wrong with what was said.
pub struct Described<'a> {
    pub row: &'a mut dish::Model,
    pub allergens: BTreeMap<Allergen, Presence>,
    pub problems: &'a mut Vec<Problem>,
}

impl Described<'_> {
    pub fn name(&mut self, sent: &str) {
        let name = tidy(sent);
        let length = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || name.contains(char::is_control) {
            let allowed = format!("a name of 1 to {LONGEST_NAME} visible characters");
            return self.problem(&["name"], sent, allowed);
        }
        self.row.name_key = fold(&name);
        self.row.name = name;
    }

    pub fn description(&mut self, sent: Option<&str>) {
        let text = sent.map(tidy).filter(|text| !text.is_empty());
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        let has_control = text.as_ref().is_some_and(|t| t.contains(char::is_control));
        if length > LONGEST_DESCRIPTION || has_control {
            let allowed = format!("a text of up to {LONGEST_DESCRIPTION} visible characters");
            return self.problem(&["description"], sent.unwrap_or_default(), allowed);
        }
        self.row.description = text;
    }

    pub fn allergens(&mut self, sent: &[NewDishAllergen]) {
        self.allergens.clear();
        for (index, new) in sent.iter().enumerate() {
            if self.allergens.insert(new.allergen, new.presence).is_some() {
                let path = ["allergens", &index.to_string(), "allergen"];
                let twice = async_graphql::InputType::to_value(&new.allergen);
                self.problem(&path, twice, "an allergen that was not named before");
            }
        }
    }

    pub fn texture(&mut self, sent: Option<NewTexture>) {
        let (food, drink) = match sent {
            None => (None, None),
            Some(NewTexture::Food(level)) => (Some(level), None),
            Some(NewTexture::Drink(level)) => (None, Some(level)),
        };
        if let Some(level) = food.filter(|level| !(3..=7).contains(level)) {
            self.problem(&["texture", "food"], level, "an IDDSI level from 3 to 7");
        }
        if let Some(level) = drink.filter(|level| !(0..=4).contains(level)) {
            self.problem(&["texture", "drink"], level, "an IDDSI level from 0 to 4");
        }
        (self.row.food_texture, self.row.drink_thickness) = (food, drink);
    }

    pub fn nutrition(&mut self, sent: Option<NewNutrition>) {
        let new = sent.unwrap_or_default();
        let row = &mut *self.row;
        let mut problems = Vec::new();
        for (name, value, column) in [
            ("portionG", new.portion_g, &mut row.portion_g),
            ("energyKcal", new.energy_kcal, &mut row.energy_kcal),
            ("proteinG", new.protein_g, &mut row.protein_g),
            ("carbohydrateG", new.carbohydrate_g, &mut row.carbohydrate_g),
            ("fatG", new.fat_g, &mut row.fat_g),
            ("saltG", new.salt_g, &mut row.salt_g),
        ] {
            let is_portion = name == "portionG";
            let wrong =
                |value: &f64| !(0.0..=MOST).contains(value) || (is_portion && *value == 0.0);
            if let Some(value) = value.filter(wrong) {
                let allowed = match is_portion {
                    true => format!("above 0 and up to {MOST}"),
                    false => format!("0 to {MOST}"),
                };
                problems.push(Problem::invalid(&["nutrition", name], value, allowed));
            }
            *column = value;
        }
        self.problems.extend(problems);
    }

    /// What is known only of the whole.
    pub fn end(self) -> Vec<dish_allergen::Model> {
        if !self.row.allergens_declared && !self.allergens.is_empty() {
            let allowed = "true where the dish has allergens";
            let problem = Problem::invalid(&["allergensDeclared"], false, allowed);
            self.problems.push(problem);
        }
        let description = self.row.description.as_deref().unwrap_or_default();
        self.row.search_text = words(&format!("{} {description}", self.row.name));
        let dish_id: Uuid = self.row.id;
        let rows = self.allergens.into_iter();
        rows.map(|(allergen, presence)| dish_allergen::Model {
            dish_id,
            allergen,
            presence,
        })
        .collect()
    }

    fn problem(&mut self, path: &[&str], value: impl ToString, allowed: impl Into<String>) {
        let problem = Problem::invalid(path, value, allowed);
        self.problems.push(problem);
    }
}
