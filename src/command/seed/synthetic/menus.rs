//! Synthetic menus: three meals a day, four sections a meal, three dishes a section.

use entity::{
    availability, menu, menu_item, menu_item_price, menu_section,
    vocabulary::{
        Audience,
        DishCategory::{self, *},
        Meal,
    },
};
use uuid::Uuid;

use super::{Group, Maker, places::City, recipes::RECIPES};

const ITEMS_OF_SECTION: usize = 3;

/// The sections of a meal, and what stands in them.
type Plan = [(&'static str, DishCategory); 4];

const MEALS: [(Meal, Plan); 3] = [
    (
        Meal::Breakfast,
        [
            ("Breakfast", Breakfast),
            ("Fruit and sweet", Dessert),
            ("Snacks", Snack),
            ("Drinks", Drink),
        ],
    ),
    (
        Meal::Lunch,
        [
            ("Soups", Soup),
            ("Main dishes", Main),
            ("Sides", Side),
            ("Desserts", Dessert),
        ],
    ),
    (
        Meal::Dinner,
        [
            ("Salads", Salad),
            ("Main dishes", Main),
            ("Sides", Side),
            ("Drinks", Drink),
        ],
    ),
];

/// What each audience pays of the price, in percent: patients pay least.
const SHARES: [(Audience, i32); 3] = [
    (Audience::Patient, 80),
    (Audience::Staff, 100),
    (Audience::Visitor, 130),
];

impl Maker {
    pub(super) fn menus(&mut self, group: &mut Group, city: &City, hospital: Uuid) {
        for date in self.days() {
            for (meal, plan) in &MEALS {
                let menu = self.dice.id();
                group.menus.push(menu::Model {
                    id: menu,
                    hospital_id: Some(hospital),
                    kitchen_id: None,
                    date,
                    meal: *meal,
                    published_at: Some(self.made_at),
                    version: 1,
                });
                let mut position = 0;
                for (index, (title, category)) in (1..).zip(plan) {
                    let section = menu_section::Model {
                        id: self.dice.id(),
                        menu_id: menu,
                        title: (*title).to_owned(),
                        position: index,
                    };
                    for dish in self.choose(group, *category) {
                        position += 1;
                        let item = menu_item::Model {
                            id: self.dice.id(),
                            menu_id: menu,
                            section_id: section.id,
                            dish_id: dish,
                            position,
                        };
                        self.item(group, city, *category, item);
                    }
                    group.sections.push(section);
                }
            }
        }
    }

    /// Different dishes of a category.
    fn choose(&mut self, group: &Group, category: DishCategory) -> Vec<Uuid> {
        let dishes: Vec<Uuid> = group
            .dishes
            .iter()
            .filter(|dish| dish.category == category)
            .map(|dish| dish.id)
            .collect();
        let first = self.dice.below(dishes.len());
        let chosen = dishes.iter().cycle().skip(first);
        chosen
            .take(ITEMS_OF_SECTION.min(dishes.len()))
            .copied()
            .collect()
    }

    fn item(
        &mut self,
        group: &mut Group,
        city: &City,
        category: DishCategory,
        item: menu_item::Model,
    ) {
        let recipes = RECIPES.iter().find(|recipes| recipes.category == category);
        let (least, most) = recipes.map_or((100, 200), |recipes| recipes.price);
        let cents = self.dice.between(least, most);
        for (audience, share) in SHARES {
            let minor = f64::from(cents * share) / 100.0 * city.rate;
            group.prices.push(menu_item_price::Model {
                menu_item_id: item.id,
                audience,
                base_minor: minor.round() as i64,
                per_unit_minor: 0,
                unit: None,
                currency: city.currency.to_owned(),
                version: 1,
            });
        }
        let is_limited = self.dice.below(10) > 0;
        let portions = self.dice.between(20, 120);
        group.availability.push(availability::Model {
            menu_item_id: item.id,
            portions: is_limited.then_some(portions),
            reserved: 0,
            as_of: self.made_at,
            version: 1,
        });
        group.items.push(item);
    }
}
