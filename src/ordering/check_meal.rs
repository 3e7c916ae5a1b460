//! Whether somebody may eat something: asked before it is ordered, by the rules of the order.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Sections, load_eaters, problems, rules::Eater};
use crate::{
    error::{Error, Result},
    graph::{Ctx, Listed, Problem, Reads, Row, id::Kind, scalar},
    load::Edge,
    patient,
};

/// How many items a meal has, at most.
const MOST_ITEMS: usize = 100;

/// What somebody is to eat and when.
#[derive(InputObject)]
pub struct CheckMealInput {
    /// The patient.
    patient: ID,
    /// What they are to eat; at most 100.
    items: Vec<CheckMealItemInput>,
    /// When it is to be delivered; when its meal begins to be served if not given.
    delivery_time: Option<scalar::DateTime>,
}

/// Something to eat.
#[derive(InputObject)]
pub struct CheckMealItemInput {
    /// The menu item.
    menu_item: ID,
    /// How many portions of it, from 1 to 100.
    #[graphql(default = 1)]
    quantity: i32,
}

/// Whether a patient may eat something, as it is now.
pub struct MealCheck {
    problems: Vec<Problem>,
}

/// Whether a patient may eat something, as it is now: diets and allergies change, so do not keep
/// it. An order is checked again when it is placed.
#[Object]
impl MealCheck {
    /// Whether nothing speaks against it.
    async fn is_safe(&self) -> bool {
        self.problems.is_empty()
    }

    /// All that speaks against it. Empty where it is safe.
    async fn problems(&self) -> Listed<&[Problem]> {
        Listed(&self.problems)
    }
}

#[derive(Default)]
pub struct CheckMeal;

#[Object]
impl CheckMeal {
    /// Whether a patient may eat a meal, by the same rules by which an order is taken or not, and
    /// all that speaks against it. Orders nothing and keeps nothing. For those who may see the
    /// patient.
    async fn check_meal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to eat what.")] input: CheckMealInput,
    ) -> Result<Row<MealCheck>> {
        let patient = Kind::Patient.read(&input.patient)?;
        let count = input.items.len();
        if !(1..=MOST_ITEMS).contains(&count) {
            return Err(Error::bad_input(format!(
                "`items` has {count} entries; it must have from 1 to {MOST_ITEMS}."
            )));
        }
        let mut items = Vec::with_capacity(count);
        for item in &input.items {
            if !(1..=100).contains(&item.quantity) {
                return Err(Error::bad_input(format!(
                    "`quantity` is {}; it must be from 1 to 100.",
                    item.quantity
                )));
            }
            items.push(Kind::MenuItem.read(&item.menu_item)?);
        }
        let at = input.delivery_time.map(|at| at.0);
        ctx.load(CheckOf { patient, at }, items).await
    }
}

/// Whether a patient may eat a meal: the key is what it has.
#[derive(Clone, PartialEq)]
struct CheckOf {
    patient: Uuid,
    at: Option<DateTime<Utc>>,
}

impl Edge for CheckOf {
    type Key = Vec<Uuid>;
    type Value = Row<MealCheck>;
    type Source = Reads;

    async fn load(&self, keys: &[Vec<Uuid>], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let Some(eater) = eater(self.patient, reads).await? else {
            let id = Kind::Patient.id(self.patient);
            return Ok(not_found(keys, &["patient"], &id));
        };
        let sections = Sections::of(&reads.conn, &keys.concat()).await?;
        let check = |meal: &Vec<Uuid>| {
            let lines = meal.iter().enumerate();
            let problems = lines.flat_map(|(line, item)| {
                let path = ["items", &line.to_string(), "menuItem"];
                check_item(&sections, &eater, (*item, &path), self.at, reads.now())
            });
            Ok(Row::new(MealCheck {
                problems: problems.collect(),
            }))
        };
        Ok(keys.iter().map(check).collect())
    }
}

/// Whether a patient may eat a menu item: the key is the item.
#[derive(Clone, PartialEq)]
pub struct SafeFor {
    pub patient: Uuid,
    pub at: Option<DateTime<Utc>>,
}

impl Edge for SafeFor {
    type Key = Uuid;
    type Value = Row<MealCheck>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let Some(eater) = eater(self.patient, reads).await? else {
            let id = Kind::Patient.id(self.patient);
            return Ok(not_found(keys, &["patient"], &id));
        };
        let sections = Sections::of(&reads.conn, keys).await?;
        let check = |item: &Uuid| {
            let item = (*item, &["menuItem"][..]);
            Ok(Row::new(MealCheck {
                problems: check_item(&sections, &eater, item, self.at, reads.now()),
            }))
        };
        Ok(keys.iter().map(check).collect())
    }
}

/// What a patient may eat; None where there is no such patient, or none that the viewer may see.
async fn eater(patient: Uuid, reads: &Reads) -> Result<Option<Eater>> {
    let seen = patient::read(reads, &[patient]).await?;
    if seen.is_empty() {
        return Ok(None);
    }
    let mut eaters = load_eaters(&reads.conn, &seen).await?;
    Ok(eaters.remove(&patient))
}

fn not_found<K>(keys: &[K], path: &[&str], id: &str) -> Vec<Result<Row<MealCheck>>> {
    let nothing = Row::new(MealCheck {
        problems: vec![Problem::not_found(path, id)],
    });
    keys.iter().map(|_| Ok(nothing.clone())).collect()
}

fn check_item(
    sections: &Sections,
    eater: &Eater,
    (item, path): (Uuid, &[&str]),
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Problem> {
    if sections.plate(item).is_none() {
        return vec![Problem::not_found(path, &Kind::MenuItem.id(item))];
    }
    let at = at.or_else(|| sections.served_from(item)).unwrap_or(now);
    let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    problems(sections, eater, at, (&path, item))
}
