//! Synthetic dishes: every combination of parts is one, a kitchen has some of them.

use entity::{
    dish, dish_allergen,
    vocabulary::{
        Allergen, BitSet, Diet,
        DishCategory::{Drink, Main, Soup},
        Ingredient, Presence,
    },
};
use uuid::Uuid;

use super::{
    Group, Maker,
    recipes::{Part, RECIPES, Recipes, TEXTURES, THICKNESSES},
};
use crate::{command::import::menus::labels::Facts, text};

impl Maker {
    pub(super) fn dishes(&mut self, group: &mut Group, kitchen: Uuid) {
        for recipes in &RECIPES {
            let mut all = combinations(recipes);
            self.dice.shuffle(&mut all);
            for (base, with, texture) in all.into_iter().take(recipes.dishes) {
                self.dish(group, kitchen, recipes, [base, with], texture);
            }
        }
    }

    fn dish(
        &mut self,
        group: &mut Group,
        kitchen: Uuid,
        recipes: &Recipes,
        parts: [Part; 2],
        (prefix, level): (&str, i16),
    ) {
        let name = name(prefix, parts);
        let sum = |amount: fn(&Part) -> f64| {
            let sum: f64 = parts.iter().map(amount).sum();
            (sum * 10.0).round() / 10.0
        };
        let facts = facts(parts, recipes.category == Drink);
        let is_drink = recipes.category == Drink;
        let id = self.dice.id();
        group
            .allergens
            .extend(
                facts
                    .allergens
                    .iter()
                    .map(|(allergen, presence)| dish_allergen::Model {
                        dish_id: id,
                        allergen: *allergen,
                        presence: *presence,
                    }),
            );
        group.dishes.push(dish::Model {
            id,
            kitchen_id: kitchen,
            name_key: text::fold(&name),
            search_text: text::words(&name),
            name,
            description: None,
            category: recipes.category,
            allergens_declared: true,
            diets: facts.diets.unwrap_or_default(),
            additives: 0,
            ingredients: facts.ingredients,
            food_texture: (!is_drink).then_some(level),
            drink_thickness: is_drink.then_some(level),
            portion_g: Some(sum(|part| part.grams)),
            energy_kcal: Some(sum(|part| part.kcal)),
            protein_g: Some(sum(|part| part.protein)),
            carbohydrate_g: Some(sum(|part| part.carbohydrate)),
            fat_g: Some(sum(|part| part.fat)),
            salt_g: Some(sum(|part| part.salt)),
            photo_url: None,
            photo_width: None,
            photo_height: None,
            created_at: self.made_at,
            updated_at: self.made_at,
            version: 1,
        });
    }
}

type Combination = (Part, Part, (&'static str, i16));

fn combinations(recipes: &Recipes) -> Vec<Combination> {
    let textures: &[(&str, i16)] = match recipes.category {
        Drink => &THICKNESSES,
        Main | Soup => &TEXTURES,
        _ => &TEXTURES[..2],
    };
    let mut all = Vec::new();
    for base in recipes.bases {
        for with in recipes.with {
            all.extend(textures.iter().map(|texture| (*base, *with, *texture)));
        }
    }
    all
}

/// "Soft poached cod with leeks".
fn name(prefix: &str, [base, with]: [Part; 2]) -> String {
    let name = text::tidy(&format!("{prefix}{} {}", base.name, with.name));
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Allergens, ingredients, and the diets that follow from them and from the nutrition.
fn facts(parts: [Part; 2], is_drink: bool) -> Facts {
    let mut facts = Facts::default();
    for part in &parts {
        for allergen in part.allergens {
            facts.add(*allergen, Presence::Contains);
        }
        if let Some(meat) = part.meat {
            facts.ingredients |= Ingredient::Meat.bit() | meat.bit();
        }
    }
    let sum = |amount: fn(&Part) -> f64| parts.iter().map(amount).sum::<f64>();
    let in_100_g = |amount| 100.0 * sum(amount) / sum(|part| part.grams);
    let has = |allergen| facts.allergens.contains_key(&allergen);
    let most_fat = if is_drink { 1.5 } else { 3.0 };
    let fits = [
        (Diet::Vegan, true),
        (Diet::Halal, facts.ingredients == 0),
        (Diet::GlutenFree, !has(Allergen::Gluten)),
        (Diet::LactoseFree, !has(Allergen::Milk)),
        (Diet::LowSalt, in_100_g(|part| part.salt) <= 0.3),
        (Diet::LowFat, in_100_g(|part| part.fat) <= most_fat),
        (
            Diet::HighProtein,
            4.0 * sum(|part| part.protein) >= 0.2 * sum(|part| part.kcal),
        ),
    ];
    let fits = fits
        .into_iter()
        .filter(|(_, fits)| *fits)
        .map(|(diet, _)| diet);
    facts.add_diets(Diet::bits(fits));
    // Vegan and vegetarian were assumed: what contradicts them goes.
    facts.settle();
    facts
}
