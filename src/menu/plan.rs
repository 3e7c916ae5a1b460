//! What a menu is to be: as it was sent, and what is wrong with that alone.

use std::collections::{HashMap, HashSet};

use entity::{dish, kitchen_hospital};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{publish_menu::NewMenuSection, set_menu_item_price::NewPrice};
use crate::{
    error::Result,
    event::MenuOwner,
    graph::{Problem, Write, id::Kind},
    text::tidy,
};

/// More do not fit a page, nor a look.
const MOST_ITEMS: usize = 100;
const LONGEST_TITLE: usize = 100;

/// A menu as it was sent.
pub struct Plan {
    pub titles: Vec<String>,
    pub items: Vec<Planned>,
}

/// An item as it was sent.
pub struct Planned {
    pub section: usize,
    pub dish: Uuid,
    pub price: Option<NewPrice>,
    pub portions: Option<i32>,
    /// Where it stands in the input.
    at: [String; 4],
}

impl Planned {
    pub fn path<'a>(&'a self, field: &'a str) -> Vec<&'a str> {
        let at = self.at.iter().map(String::as_str);
        at.chain([field]).collect()
    }
}

impl Plan {
    pub fn read(sections: Vec<NewMenuSection>, problems: &mut Vec<Problem>) -> Result<Self> {
        let mut plan = Self {
            titles: Vec::new(),
            items: Vec::new(),
        };
        let count = sections.iter().map(|section| section.items.len()).sum();
        if !(1..=MOST_ITEMS).contains(&count) || sections.len() > MOST_ITEMS {
            let allowed = format!("sections with 1 to {MOST_ITEMS} items together");
            problems.push(Problem::invalid(&["sections"], count, allowed));
            return Ok(plan);
        }
        let mut dishes = HashSet::new();
        for (number, section) in sections.into_iter().enumerate() {
            plan.title(number, &section.title, problems);
            for (place, item) in section.items.into_iter().enumerate() {
                let at = ["sections", &number.to_string(), "items", &place.to_string()];
                let planned = Planned {
                    section: number,
                    dish: Kind::Dish.read(&item.dish)?,
                    price: item.price,
                    portions: item.portions,
                    at: at.map(str::to_owned),
                };
                if !dishes.insert(planned.dish) {
                    let path = planned.path("dish");
                    let allowed = "a dish that is not on the menu yet";
                    problems.push(Problem::invalid(&path, item.dish.as_str(), allowed));
                }
                if let Some(price) = &planned.price {
                    price.check(&planned.at.each_ref().map(String::as_str), problems);
                }
                plan.items.push(planned);
            }
        }
        Ok(plan)
    }

    fn title(&mut self, number: usize, sent: &str, problems: &mut Vec<Problem>) {
        let title = tidy(sent);
        let length = title.chars().count();
        let is_shown = (1..=LONGEST_TITLE).contains(&length) && !title.contains(char::is_control);
        if !is_shown || self.titles.contains(&title) {
            let path = ["sections", &number.to_string(), "title"];
            let allowed = format!("a heading of 1 to {LONGEST_TITLE} characters, once in the menu");
            problems.push(Problem::invalid(&path, sent, allowed));
        }
        self.titles.push(title);
    }

    /// The dishes are there, and their kitchens cook for the menu.
    pub async fn check_dishes(&self, write: &mut Write, owner: &MenuOwner) -> Result<()> {
        let ids = self.items.iter().map(|item| item.dish);
        let dishes: Vec<(Uuid, Uuid)> = dish::Entity::find()
            .select_only()
            .columns([dish::Column::Id, dish::Column::KitchenId])
            .filter(dish::Column::Id.is_in(ids))
            .into_tuple()
            .all(&write.conn)
            .await?;
        let dishes: HashMap<Uuid, Uuid> = dishes.into_iter().collect();
        let cooks: HashSet<Uuid> = match owner {
            MenuOwner::Kitchen { id } => HashSet::from([*id]),
            MenuOwner::Hospital { id, .. } => {
                let serve = kitchen_hospital::Entity::find()
                    .filter(kitchen_hospital::Column::HospitalId.eq(*id));
                let serve = serve.all(&write.conn).await?;
                serve.into_iter().map(|row| row.kitchen_id).collect()
            }
        };
        for item in &self.items {
            let id = Kind::Dish.id(item.dish);
            let problem = match dishes.get(&item.dish) {
                None => Problem::not_found(&item.path("dish"), &id),
                Some(kitchen) if !cooks.contains(kitchen) => {
                    Problem::not_cooked(&item.path("dish"), &id, Kind::Kitchen.id(*kitchen))
                }
                Some(_) => continue,
            };
            write.problems.push(problem);
        }
        Ok(())
    }
}
