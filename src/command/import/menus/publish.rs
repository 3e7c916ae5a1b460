//! Brings the menus of some days to what a sheet says: what is new is added, what has
//! changed is changed, what the kitchen no longer cooks goes.
//!
//! Several kitchens may cook for one menu of a hospital: each touches its own dishes only.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    availability, menu, menu_item, menu_item_price, menu_section,
    vocabulary::{Audience, Meal},
};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::{
    dishes::Dishes,
    published::{Item, Key, Menu, Published},
    serve::Reader,
    week::{Day, Line},
    writes::Writes,
};
use crate::command::import::report::{Count, Kind, Summary};

/// Publishes the `days` of a kitchen to all its `readers`. `counted` are the menus
/// that this import has met: several kitchens may cook for one, and it counts once.
pub async fn publish(
    db: &impl ConnectionTrait,
    (kitchen, readers): (Uuid, &[Reader]),
    days: &[&Day],
    dishes: &Dishes,
    now: DateTime<Utc>,
    counted: &mut HashSet<Uuid>,
) -> Result<Summary, DbErr> {
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    let published = Published::load(db, kitchen, readers, &dates).await?;
    let mut press = Press {
        kitchen,
        dishes,
        now,
        counted,
        published: published.menus,
        writes: Writes::default(),
        summary: Summary::default(),
    };
    for day in days {
        for reader in readers {
            press.day(day, reader);
        }
    }
    press.writes.write(db, now).await?;
    Ok(press.summary)
}

struct Press<'a> {
    kitchen: Uuid,
    dishes: &'a Dishes,
    now: DateTime<Utc>,
    counted: &'a mut HashSet<Uuid>,
    published: HashMap<Key, Menu>,
    writes: Writes,
    summary: Summary,
}

impl Press<'_> {
    fn day(&mut self, day: &Day, reader: &Reader) {
        let mut meals: BTreeMap<Meal, Vec<&Line>> = BTreeMap::new();
        for line in &day.lines {
            meals.entry(line.meal).or_default().push(line);
        }
        for meal in [Meal::Breakfast, Meal::Lunch, Meal::Dinner] {
            let lines = meals.remove(&meal).unwrap_or_default();
            let old = self.published.remove(&(reader.hospital, day.date, meal));
            if !lines.is_empty() || old.as_ref().is_some_and(|menu| menu.is_published) {
                self.menu(reader, day.date, meal, &lines, old);
            }
        }
    }

    fn menu(
        &mut self,
        reader: &Reader,
        date: NaiveDate,
        meal: Meal,
        lines: &[&Line],
        old: Option<Menu>,
    ) {
        let count = self.summary.count(Kind::Menus);
        match &old {
            Some(menu) if menu.is_published => {
                count.unchanged += u64::from(self.counted.insert(menu.id));
            }
            Some(menu) => {
                count.new += 1;
                self.counted.insert(menu.id);
                self.writes.shown_menus.push(menu.id);
            }
            None => count.new += 1,
        }
        let known = old.as_ref().map(|menu| menu.id);
        let before = self.writes.of_menus();
        let mut menu = old.unwrap_or_else(|| {
            let row = menu::Model {
                id: Uuid::now_v7(),
                hospital_id: reader.hospital,
                kitchen_id: reader.hospital.is_none().then_some(self.kitchen),
                date,
                meal,
                published_at: Some(self.now),
                version: 1,
            };
            let id = row.id;
            self.counted.insert(id);
            self.writes.menus.push(row);
            Menu {
                id,
                is_published: true,
                sections: HashMap::new(),
                items: HashMap::new(),
            }
        });
        let mut listed = HashSet::new();
        let mut next = 1 + menu
            .items
            .values()
            .map(|item| item.row.position)
            .max()
            .unwrap_or(0);
        for line in lines {
            let Some(dish) = self.dishes.id(&line.key) else {
                continue;
            };
            listed.insert(dish);
            let section = self.section(&mut menu, &line.section);
            let item = self.item(&menu, section, dish, next);
            next = next.max(item.row.position + 1);
            self.prices(&item, line, &reader.currency);
            self.availability(&item, line);
            menu.items.insert(dish, item);
        }
        self.clear(menu, &listed);
        let is_changed = self.writes.of_menus() != before;
        self.writes
            .changed_menus
            .extend(known.filter(|_| is_changed));
    }

    fn section(&mut self, menu: &mut Menu, title: &str) -> Uuid {
        if let Some(section) = menu.sections.get(title) {
            return section.id;
        }
        let last = menu.sections.values().map(|section| section.position).max();
        let section = menu_section::Model {
            id: Uuid::now_v7(),
            menu_id: menu.id,
            title: title.to_owned(),
            position: last.unwrap_or(0) + 1,
        };
        self.writes.sections.push(section.clone());
        let id = section.id;
        menu.sections.insert(title.to_owned(), section);
        id
    }

    /// The item of a dish: as it is, moved to another section, or new at `position`.
    fn item(&mut self, menu: &Menu, section: Uuid, dish: Uuid, position: i32) -> Item {
        let count = self.summary.count(Kind::Items);
        let Some(old) = menu.items.get(&dish) else {
            count.new += 1;
            let row = menu_item::Model {
                id: Uuid::now_v7(),
                menu_id: menu.id,
                section_id: section,
                dish_id: dish,
                position,
            };
            self.writes.items.push(row.clone());
            return Item {
                row,
                prices: HashMap::new(),
                availability: None,
            };
        };
        let mut item = old.clone();
        if item.row.section_id == section {
            count.unchanged += 1;
        } else {
            count.changed += 1;
            item.row.section_id = section;
            self.writes.moved_items.push(item.row.clone());
        }
        item
    }

    fn prices(&mut self, item: &Item, line: &Line, currency: &str) {
        let mut gone: HashSet<Audience> = item.prices.keys().copied().collect();
        let count = self.summary.count(Kind::Prices);
        for price in &line.prices {
            let (base_minor, per_unit_minor) = price.minor(currency);
            let old = item.prices.get(&price.audience);
            let mut row = menu_item_price::Model {
                menu_item_id: item.row.id,
                audience: price.audience,
                base_minor,
                per_unit_minor,
                unit: price.unit.clone(),
                currency: currency.to_owned(),
                version: old.map_or(1, |old| old.version),
            };
            gone.remove(&price.audience);
            match old {
                Some(old) if *old == row => count.unchanged += 1,
                Some(_) => {
                    count.changed += 1;
                    row.version += 1;
                    self.writes.changed_prices.push(row);
                }
                None => {
                    count.new += 1;
                    self.writes.prices.push(row);
                }
            }
        }
        count.removed += gone.len() as u64;
        let gone = gone.into_iter().map(|audience| (item.row.id, audience));
        self.writes.gone_prices.extend(gone);
    }

    /// Sets how many portions there are; where a sheet does not say, what was said before holds.
    fn availability(&mut self, item: &Item, line: &Line) {
        let Some(old) = &item.availability else {
            self.writes.availability.push(availability::Model {
                menu_item_id: item.row.id,
                portions: line.portions,
                reserved: 0,
                as_of: self.now,
                version: 1,
            });
            return;
        };
        // Portions that are promised stay promised.
        let portions = line.portions.map(|portions| portions.max(old.reserved));
        if portions.is_some() && old.portions != portions {
            self.writes.changed_availability.push(availability::Model {
                portions,
                as_of: self.now,
                version: old.version + 1,
                ..old.clone()
            });
        }
    }

    /// Takes this kitchen's dishes that are not `listed` off the menu, but for what is promised to
    /// somebody, and what is empty then.
    fn clear(&mut self, menu: Menu, listed: &HashSet<Uuid>) {
        let is_listed = |dish: &Uuid| listed.contains(dish) || !self.dishes.contains(*dish);
        let (mut staying, unlisted): (Vec<_>, Vec<_>) =
            menu.items.iter().partition(|(dish, _)| is_listed(dish));
        let (promised, going): (Vec<_>, Vec<_>) = unlisted
            .into_iter()
            .partition(|(_, item)| item.promised() > 0);
        self.summary.promised += promised.len() as u64;
        staying.extend(promised);
        let filled: HashSet<Uuid> = staying
            .iter()
            .map(|(_, item)| item.row.section_id)
            .collect();
        for (_, item) in going {
            let removed = |count: &mut Count, rows| count.removed += rows;
            removed(self.summary.count(Kind::Items), 1);
            removed(self.summary.count(Kind::Prices), item.prices.len() as u64);
            self.writes.gone_items.push(item.row.id);
        }
        if staying.is_empty() {
            let count = self.summary.count(Kind::Menus);
            count.unchanged = count.unchanged.saturating_sub(1);
            count.removed += 1;
            self.writes.gone_menus.push(menu.id);
        }
        let empty = menu
            .sections
            .values()
            .filter(|section| !filled.contains(&section.id));
        self.writes
            .gone_sections
            .extend(empty.map(|section| section.id));
    }
}
