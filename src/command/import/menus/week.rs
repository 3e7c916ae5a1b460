//! Week files: the days of a canteen, and what it served on each.
//!
//! Reading is pure: a file becomes days and problems, and nothing is written.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::vocabulary::{DishCategory, Meal};
use serde_json::Value;

use super::{json, labels::Facts, price::Price};
use crate::{
    command::import::report::{Problem, Read},
    text,
};

/// What is laid over the calendar in one transaction: a file, or a week of a cycle.
pub struct Sheet {
    /// The file, as reports name it.
    pub name: String,
    pub days: Vec<Day>,
}

/// All that a kitchen serves on a day.
#[derive(Clone)]
pub struct Day {
    pub date: NaiveDate,
    pub lines: Vec<Line>,
}

/// A dish on a day.
#[derive(Clone)]
pub struct Line {
    pub meal: Meal,
    /// The heading under which it stands.
    pub section: String,
    pub category: DishCategory,
    pub name: String,
    /// The form by which the dish is recognised again.
    pub key: String,
    /// Nothing when the file has no labels.
    pub facts: Option<Facts>,
    pub prices: Vec<Price>,
    /// Nothing when there is no limit.
    pub portions: Option<i32>,
}

/// Reads a week file, or a file of `weeks`.
pub fn read(file: &str, bytes: &[u8]) -> Read<Day> {
    let mut read = Read::default();
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => value,
        Err(error) => {
            read.problems.push(Problem::new(file, error.to_string()));
            return read;
        }
    };
    let weeks = match value.get("weeks") {
        None => std::slice::from_ref(&value),
        Some(Value::Array(weeks)) => weeks.as_slice(),
        Some(_) => {
            read.problems.push(Problem::new(file, "weeks: is no list"));
            return read;
        }
    };
    for week in weeks {
        match week.get("days").and_then(Value::as_array) {
            Some(days) => read_days(file, days, &mut read),
            None => read.problems.push(Problem::new(file, "days: is no list")),
        }
    }
    read
}

fn read_days(file: &str, days: &[Value], read: &mut Read<Day>) {
    for (index, day) in days.iter().enumerate() {
        match json::required::<NaiveDate>(day, "date") {
            Ok(date) => {
                let place = format!("{file}: day {date}");
                let lines = read_lines(&place, day, read);
                read.good.extend(lines.map(|lines| Day { date, lines }));
            }
            Err(reason) => {
                let place = format!("{file}: day {}", index + 1);
                read.problems.push(Problem::new(place, reason));
            }
        }
    }
}

/// The dishes of a day, each once; nothing when the day has no list of them.
pub fn read_lines<T>(place: &str, day: &Value, read: &mut Read<T>) -> Option<Vec<Line>> {
    let Some(dishes) = day.get("dishes").and_then(Value::as_array) else {
        let problem = Problem::new(place, "dishes: is no list");
        read.problems.push(problem);
        return None;
    };
    let mut lines: Vec<Line> = Vec::with_capacity(dishes.len());
    let mut seen: HashMap<(Meal, String), usize> = HashMap::new();
    for (index, dish) in dishes.iter().enumerate() {
        read.records += 1;
        match read_line(dish) {
            Err(reason) => {
                let name = dish.get("name").and_then(Value::as_str).unwrap_or_default();
                let place = format!("{place}, dish {} \"{}\"", index + 1, text::tidy(name));
                read.problems.push(Problem::new(place, reason));
            }
            Ok(line) => match seen.get(&(line.meal, line.key.clone())) {
                // The dish stands there already; what this line declares still counts.
                Some(first) => merge(&mut lines[*first].facts, line.facts.as_ref()),
                None => {
                    seen.insert((line.meal, line.key.clone()), lines.len());
                    lines.push(line);
                }
            },
        }
    }
    Some(lines)
}

/// Adds what another line says of the same dish.
pub fn merge(facts: &mut Option<Facts>, other: Option<&Facts>) {
    match (facts.as_mut(), other) {
        (Some(facts), Some(other)) => facts.merge(other),
        (None, Some(other)) => *facts = Some(other.clone()),
        (_, None) => {}
    }
}

fn read_line(dish: &Value) -> Result<Line, String> {
    let name = json::required_text(dish, "name")?;
    let section = json::required_text(dish, "dish_type")?;
    let labels = json::optional::<Vec<String>>(dish, "labels")?;
    let ingredients = json::optional::<Vec<String>>(dish, "ingredients")?;
    let mut facts = labels.map(|labels| Facts::of_labels(&labels)).transpose()?;
    if let Some(ingredients) = ingredients {
        merge(&mut facts, Some(&Facts::of_ingredients(&ingredients)?));
    }
    Ok(Line {
        meal: json::word(dish, "meal")?.unwrap_or(Meal::Lunch),
        category: category(&section),
        section,
        key: text::fold(&name),
        name,
        facts,
        prices: Price::read_all(dish)?,
        portions: json::number_in(dish, "portions", 0..)?,
    })
}

/// The category that a heading of the canteens stands for.
fn category(section: &str) -> DishCategory {
    let section = text::fold(section);
    let begins = |words: &[&str]| words.iter().any(|word| section.starts_with(word));
    if begins(&["beilagen"]) {
        DishCategory::Side
    } else if begins(&["tagessupe", "tagessuppe"]) {
        DishCategory::Soup
    } else if begins(&["sussspeise", "susspeise", "dessert"]) {
        DishCategory::Dessert
    } else {
        DishCategory::Main
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_the_canteens_are_categories() {
        for (heading, expected) in [
            ("Beilagen", DishCategory::Side),
            ("Tagessupe, Brot, Obst", DishCategory::Soup),
            ("Süßspeise", DishCategory::Dessert),
            ("Dessert (Glas)", DishCategory::Dessert),
            ("Studitopf", DishCategory::Main),
        ] {
            assert_eq!(category(heading), expected, "{heading}");
        }
    }

    #[test]
    fn a_dish_that_comes_twice_on_a_day_is_one_with_all_allergens() {
        let file = r#"{"days": [{"date": "2024-05-06", "dishes": [
            {"name": "Reis ", "dish_type": "Beilagen", "labels": ["VEGAN"]},
            {"name": "reis", "dish_type": "Wok", "labels": ["VEGAN", "SESAME"]}]}]}"#;
        let read = read("w", file.as_bytes());
        let [day] = read.good.as_slice() else {
            panic!("one day")
        };
        assert_eq!((read.records, day.lines.len()), (2, 1));
        assert_eq!(
            day.lines[0].facts,
            Facts::of_labels(&["VEGAN".into(), "SESAME".into()]).ok()
        );
    }
}
