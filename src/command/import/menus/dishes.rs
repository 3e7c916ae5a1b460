//! The dishes of a kitchen, recognised again by their folded names.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    dish, dish_allergen,
    vocabulary::{Allergen, Presence},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Query};
use uuid::Uuid;

use super::{catalogue::Described, changes::Changes, labels::Facts, said::Said, week::Line};
use crate::{
    command::import::report::{Kind, Summary},
    text,
};

/// The dishes of a kitchen as the database has them.
pub struct Dishes {
    kitchen: Uuid,
    known: HashMap<String, Known>,
    ids: HashSet<Uuid>,
}

struct Known {
    row: dish::Model,
    allergens: BTreeMap<Allergen, Presence>,
    state: State,
}

/// What this import did with a dish.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotMet,
    Unchanged,
    Changed,
    New,
}

impl Dishes {
    pub async fn load(db: &impl ConnectionTrait, kitchen: Uuid) -> Result<Self, DbErr> {
        let of_kitchen = dish::Column::KitchenId.eq(kitchen);
        let rows = dish::Entity::find()
            .filter(of_kitchen.clone())
            .all(db)
            .await?;
        let ids = Query::select()
            .column(dish::Column::Id)
            .from(dish::Entity)
            .and_where(of_kitchen)
            .to_owned();
        let declared = dish_allergen::Entity::find()
            .filter(dish_allergen::Column::DishId.in_subquery(ids))
            .all(db)
            .await?;
        let mut allergens: HashMap<Uuid, BTreeMap<Allergen, Presence>> = HashMap::new();
        for row in declared {
            let of_dish = allergens.entry(row.dish_id).or_default();
            of_dish.insert(row.allergen, row.presence);
        }
        let ids = rows.iter().map(|row| row.id).collect();
        let known = rows.into_iter().map(|row| {
            let allergens = allergens.remove(&row.id).unwrap_or_default();
            let state = State::NotMet;
            (
                row.name_key.clone(),
                Known {
                    row,
                    allergens,
                    state,
                },
            )
        });
        Ok(Self {
            kitchen,
            known: known.collect(),
            ids,
        })
    }

    /// The id of a dish that was written.
    pub fn id(&self, key: &str) -> Option<Uuid> {
        self.known.get(key).map(|known| known.row.id)
    }

    /// Whether the dish is this kitchen's.
    pub fn contains(&self, dish: Uuid) -> bool {
        self.ids.contains(&dish)
    }

    /// The dishes of `lines` that are new or of which more is known now, to be written.
    pub fn of_lines<'a>(
        &mut self,
        lines: impl Iterator<Item = &'a Line>,
        said: &Said,
        now: DateTime<Utc>,
    ) -> Changes {
        let mut changes = Changes::default();
        for line in lines {
            self.decide(&line.key, Some(line), said, now, &mut changes);
        }
        changes
    }

    /// The dishes of the catalogue, also those that are on no menu.
    pub fn of_catalogue(&mut self, said: &Said, now: DateTime<Utc>, changes: &mut Changes) {
        for key in said.catalogue.keys() {
            self.decide(key, None, said, now, changes);
        }
    }

    fn decide(
        &mut self,
        key: &str,
        line: Option<&Line>,
        said: &Said,
        now: DateTime<Utc>,
        changes: &mut Changes,
    ) {
        let old = self.known.get(key);
        if old.is_some_and(|old| old.state != State::NotMet) {
            return;
        }
        let described = said.catalogue.get(key);
        let labels = said.labels.get(key).and_then(Option::as_ref);
        let facts = facts(old, described, labels);
        let Some(mut row) = old
            .map(|old| old.row.clone())
            .or_else(|| new(self.kitchen, key, line, described, now))
        else {
            return;
        };
        if let Some(described) = described {
            describe(&mut row, described);
        }
        row.diets = facts.diets.unwrap_or_default();
        row.allergens_declared = facts.declared;
        row.additives = facts.additives;
        row.ingredients = facts.ingredients;
        row.search_text = match &row.description {
            Some(description) => text::words(&format!("{} {description}", row.name)),
            None => text::words(&row.name),
        };
        let state = match old {
            None => State::New,
            Some(old) if old.row == row && old.allergens == facts.allergens => State::Unchanged,
            Some(_) => State::Changed,
        };
        if state == State::Changed {
            row.updated_at = now;
            row.version += 1;
        }
        let known = Known {
            row,
            allergens: facts.allergens,
            state,
        };
        if state != State::Unchanged {
            changes.add(&known.row, &known.allergens, state == State::New);
        }
        self.ids.insert(known.row.id);
        self.known.insert(key.to_owned(), known);
    }

    /// Adds what this import did with each dish.
    pub fn count(&self, summary: &mut Summary) {
        let count = summary.count(Kind::Dishes);
        for known in self.known.values() {
            match known.state {
                State::NotMet => {}
                State::Unchanged => count.unchanged += 1,
                State::Changed => count.changed += 1,
                State::New => count.new += 1,
            }
        }
    }
}

/// The catalogue decides where it speaks; else what was known before still counts.
fn facts(old: Option<&Known>, described: Option<&Described>, labels: Option<&Facts>) -> Facts {
    let known = old.map(|old| Facts {
        allergens: old.allergens.clone(),
        declared: old.row.allergens_declared,
        diets: Some(old.row.diets),
        additives: old.row.additives,
        ingredients: old.row.ingredients,
    });
    let mut facts = described
        .map(|described| described.facts.clone())
        .or(known)
        .unwrap_or_default();
    if let Some(labels) = labels {
        facts.merge(labels);
    }
    facts
}

/// A dish that was not there: named by the catalogue, else by the first line that has it.
fn new(
    kitchen: Uuid,
    key: &str,
    line: Option<&Line>,
    described: Option<&Described>,
    now: DateTime<Utc>,
) -> Option<dish::Model> {
    let (name, category) = described
        .map(|described| (&described.name, described.category))
        .or_else(|| line.map(|line| (&line.name, line.category)))?;
    Some(dish::Model {
        id: Uuid::now_v7(),
        kitchen_id: kitchen,
        name: name.clone(),
        name_key: key.to_owned(),
        search_text: text::words(name),
        description: None,
        category,
        allergens_declared: false,
        diets: 0,
        additives: 0,
        ingredients: 0,
        food_texture: None,
        drink_thickness: None,
        portion_g: None,
        energy_kcal: None,
        protein_g: None,
        carbohydrate_g: None,
        fat_g: None,
        salt_g: None,
        photo_url: None,
        photo_width: None,
        photo_height: None,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

fn describe(row: &mut dish::Model, described: &Described) {
    row.name.clone_from(&described.name);
    row.description.clone_from(&described.description);
    row.category = described.category;
    row.food_texture = described.food_texture;
    row.drink_thickness = described.drink_thickness;
    row.portion_g = described.portion_g;
    row.energy_kcal = described.energy_kcal;
    row.protein_g = described.protein_g;
    row.carbohydrate_g = described.carbohydrate_g;
    row.fat_g = described.fat_g;
    row.salt_g = described.salt_g;
    let photo = described.photo.as_ref();
    row.photo_url = photo.map(|(url, _, _)| url.clone());
    row.photo_width = photo.map(|(_, width, _)| *width);
    row.photo_height = photo.map(|(_, _, height)| *height);
}
