//! `dishes.json`: a catalogue of dishes with what week files do not say.
//!
//! Where a dish is in the catalogue, the catalogue decides; what week files declare besides
//! is added to its allergens.

use std::collections::{BTreeMap, btree_map::Entry};

use entity::vocabulary::{BitSet, Diet, DishCategory, Presence};
use serde_json::Value;

use super::{json, labels::Facts};
use crate::{
    command::import::report::{Problem, Read},
    text,
};

/// A dish as the catalogue describes it.
#[derive(Clone, Debug)]
pub struct Described {
    pub name: String,
    pub description: Option<String>,
    pub category: DishCategory,
    pub facts: Facts,
    pub food_texture: Option<i16>,
    pub drink_thickness: Option<i16>,
    pub portion_g: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub protein_g: Option<f64>,
    pub carbohydrate_g: Option<f64>,
    pub fat_g: Option<f64>,
    pub salt_g: Option<f64>,
    /// Address, width and height.
    pub photo: Option<(String, i32, i32)>,
}

/// The catalogues of kitchens, by slug; in each the dishes by folded name.
pub type Catalogues = BTreeMap<String, BTreeMap<String, Described>>;

/// Reads the catalogue; `is_kitchen` tells whether a slug is known.
pub fn read(file: &str, bytes: &[u8], is_kitchen: impl Fn(&str) -> bool) -> (Catalogues, Read<()>) {
    let mut catalogues = Catalogues::new();
    let mut read = Read::default();
    let dishes = match serde_json::from_slice::<Vec<Value>>(bytes) {
        Ok(dishes) => dishes,
        Err(error) => {
            read.problems.push(Problem::new(file, error.to_string()));
            return (catalogues, read);
        }
    };
    for (index, dish) in dishes.iter().enumerate() {
        read.records += 1;
        let taken = read_dish(dish).and_then(|(kitchen, described)| {
            if !is_kitchen(&kitchen) {
                return Err(format!("kitchen: \"{kitchen}\" is not known"));
            }
            match catalogues
                .entry(kitchen)
                .or_default()
                .entry(text::fold(&described.name))
            {
                Entry::Occupied(_) => Err("name: comes twice in this kitchen".to_owned()),
                Entry::Vacant(entry) => {
                    entry.insert(described);
                    Ok(())
                }
            }
        });
        if let Err(reason) = taken {
            let name = dish.get("name").and_then(Value::as_str).unwrap_or_default();
            let place = format!("{file}: dish {} \"{}\"", index + 1, text::tidy(name));
            read.problems.push(Problem::new(place, reason));
        }
    }
    (catalogues, read)
}

fn read_dish(dish: &Value) -> Result<(String, Described), String> {
    let nutrition = dish.get("nutrition").unwrap_or(&Value::Null);
    let amount = |field| {
        json::number_in::<f64>(nutrition, field, 0.0..1e6)
            .map_err(|reason| format!("nutrition.{reason}"))
    };
    let (food_texture, drink_thickness) = (
        json::number_in(dish, "food_texture", 3..=7)?,
        json::number_in(dish, "drink_thickness", 0..=4)?,
    );
    if food_texture.is_some() && drink_thickness.is_some() {
        return Err("drink_thickness: a dish is a food or a drink, not both".to_owned());
    }
    let portion_g = json::optional::<f64>(dish, "portion_g")?;
    if portion_g.is_some_and(|grams| grams <= 0.0) {
        return Err("portion_g: is not above 0".to_owned());
    }
    let described = Described {
        name: json::required_text(dish, "name")?,
        description: json::text(dish, "description")?,
        category: json::word(dish, "category")?.ok_or("category: is missing")?,
        facts: facts(dish)?,
        food_texture,
        drink_thickness,
        portion_g,
        energy_kcal: amount("energy_kcal")?,
        protein_g: amount("protein_g")?,
        carbohydrate_g: amount("carbohydrate_g")?,
        fat_g: amount("fat_g")?,
        salt_g: amount("salt_g")?,
        photo: photo(dish)?,
    };
    Ok((json::required_text(dish, "kitchen")?, described))
}

fn facts(dish: &Value) -> Result<Facts, String> {
    let words = |field| json::optional::<Vec<String>>(dish, field).map(Option::unwrap_or_default);
    let mut facts = Facts::of_labels(&words("labels")?)?;
    let traces = Facts::of_labels(&words("may_contain")?)
        .map_err(|reason| reason.replacen("labels", "may_contain", 1))?;
    for allergen in traces.allergens.into_keys() {
        facts.add(allergen, Presence::MayContain);
    }
    for name in words("diets")? {
        let diet: Diet = json::named(&name).map_err(|reason| format!("diets: {reason}"))?;
        facts.add_diets(diet.bit());
    }
    facts.settle();
    Ok(facts)
}

fn photo(dish: &Value) -> Result<Option<(String, i32, i32)>, String> {
    let photo = match dish.get("photo") {
        None | Some(Value::Null) => return Ok(None),
        Some(photo) => photo,
    };
    let read = || -> Result<_, String> {
        let side = |field| {
            json::number_in(photo, field, 1..=65_535)?.ok_or(format!("{field}: is missing"))
        };
        Ok((
            json::required_text(photo, "url")?,
            side("width")?,
            side("height")?,
        ))
    };
    read().map(Some).map_err(|reason| format!("photo.{reason}"))
}
