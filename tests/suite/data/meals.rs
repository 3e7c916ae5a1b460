//! Dishes, and the menus on which they are.

use std::collections::HashMap;

use chrono::Days;
use entity::{
    availability, dish, dish_allergen, menu, menu_item, menu_item_price, menu_section,
    vocabulary::{Allergen, Audience, BitSet, Diet, DishCategory, Ingredient, Meal, Presence},
};
use sea_orm::Iterable;
use thali::text::{fold, words};
use uuid::Uuid;

use super::{Data, Size, today};
use crate::app::monday;

/// (name, description)
const DISHES: [(&str, Option<&str>); 12] = [
    (
        "Red lentil soup",
        Some("With cumin and a squeeze of lemon."),
    ),
    ("Chicken curry", None),
    (
        "Käsespätzle",
        Some("Swabian egg noodles with cheese and crisp onions."),
    ),
    ("Spaghetti bolognese", Some("Slow-cooked beef and tomato.")),
    ("Crème brûlée", None),
    ("Vegetable thali", Some("Many small dishes on one plate.")),
    ("Mashed potatoes", None),
    ("Green salad", Some("Leaves, cucumber, seeds.")),
    (
        "Macaroni/cheese bake",
        Some("See e.g. nhs.uk/eat-well; 100g portions, half-fat."),
    ),
    ("Thickened orange juice", None),
    ("Élan vital muesli", Some("Oats soaked overnight.")),
    ("apple crumble", Some("Bramley apples under oats.")),
];

/// A dish with a name and nothing else that is known.
pub fn dish(id: Uuid, kitchen_id: Uuid, name: &str, description: Option<&str>) -> dish::Model {
    dish::Model {
        id,
        kitchen_id,
        name: name.to_owned(),
        name_key: fold(name),
        search_text: words(&[name, description.unwrap_or_default()].join(" ")),
        description: description.map(str::to_owned),
        category: DishCategory::Main,
        allergens_declared: true,
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
        created_at: monday(),
        updated_at: monday(),
        version: 1,
    }
}

impl Data {
    pub(super) fn add_dishes(&mut self, size: &Size) {
        let categories: Vec<DishCategory> = DishCategory::iter().collect();
        for k in 0..self.kitchens.len() {
            for n in 0..size.below(size.dishes, k < 2) {
                let (name, description) = DISHES[(n + k) % DISHES.len()];
                let name = match n / DISHES.len() {
                    0 => name.to_owned(),
                    more => format!("{name} No. {}", more + 1),
                };
                let mut row = dish(self.id(), self.kitchens[k].id, &name, description);
                row.category = categories[n % categories.len()];
                row.diets = match n % 4 {
                    0 => Diet::bits([Diet::Vegetarian, Diet::Vegan]),
                    1 => Diet::bits([Diet::Halal, Diet::HighProtein]),
                    _ => 0,
                };
                row.ingredients = if n % 4 == 1 {
                    Ingredient::Poultry.bit()
                } else {
                    0
                };
                match n % 3 {
                    0 => row.food_texture = Some(3 + (n % 5) as i16),
                    1 => row.drink_thickness = Some((n % 5) as i16),
                    _ => {}
                }
                // Few values and gaps: orderings have ties and NULLs.
                row.energy_kcal = (n % 5 != 4).then_some((n * 7 % 6) as f64 * 62.5);
                row.protein_g = (n % 3 != 2).then_some((n * 5 % 4) as f64 * 4.1);
                row.portion_g = Some(250.0);
                if n % 4 == 0 {
                    row.photo_url = Some(format!("https://photos.example.org/{n}.jpg"));
                    (row.photo_width, row.photo_height) = (Some(800), Some(600));
                }
                self.add_allergens(row.id, n);
                self.dishes.push(row);
            }
        }
    }

    fn add_allergens(&mut self, dish_id: Uuid, n: usize) {
        let some: &[(Allergen, Presence)] = match n % 6 {
            0 => &[(Allergen::Celery, Presence::Contains)],
            1 => &[
                (Allergen::Nuts, Presence::Contains),
                (Allergen::Almonds, Presence::Contains),
            ],
            2 => &[
                (Allergen::Gluten, Presence::Contains),
                (Allergen::Milk, Presence::Contains),
            ],
            3 => &[
                (Allergen::Gluten, Presence::MayContain),
                (Allergen::Nuts, Presence::MayContain),
            ],
            _ => &[],
        };
        self.allergens.extend(
            some.iter()
                .map(|(allergen, presence)| dish_allergen::Model {
                    dish_id,
                    allergen: *allergen,
                    presence: *presence,
                }),
        );
    }

    pub(super) fn add_menus(&mut self, size: &Size) {
        let mut dishes: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for dish in &self.dishes {
            dishes.entry(dish.kitchen_id).or_default().push(dish.id);
        }
        for h in 0..self.hospitals.len() {
            let second = if h == 0 { 1 } else { h };
            let cooks = [0, second % self.kitchens.len()].map(|k| self.kitchens[k].id);
            let others = dishes[&cooks[1]].iter().filter(|_| cooks[0] != cooks[1]);
            let cooked: Vec<Uuid> = dishes[&cooks[0]].iter().chain(others).copied().collect();
            for n in 0..size.below(size.menus, h < 2) {
                let row = self.menu(Some(self.hospitals[h].id), None, n);
                let is_busy = h == 0 && row.date == today();
                self.add_menu(size, row, &cooked, is_busy);
            }
        }
        for k in 0..self.kitchens.len() {
            let id = self.kitchens[k].id;
            for n in 0..size.below(size.menus / 2, k < 2) {
                let row = self.menu(None, Some(id), n + 3);
                self.add_menu(size, row, &dishes[&id], false);
            }
        }
    }

    /// The `n`th menu of its owner; they begin yesterday, three a day.
    fn menu(
        &mut self,
        hospital_id: Option<Uuid>,
        kitchen_id: Option<Uuid>,
        n: usize,
    ) -> menu::Model {
        menu::Model {
            id: self.id(),
            hospital_id,
            kitchen_id,
            date: today() - Days::new(1) + Days::new(n as u64 / 3),
            meal: [Meal::Lunch, Meal::Dinner, Meal::Breakfast][n % 3],
            published_at: (n % 5 != 4).then(monday),
            version: 1,
        }
    }

    fn add_menu(&mut self, size: &Size, menu: menu::Model, cooked: &[Uuid], is_busy: bool) {
        let id = menu.id;
        let mut dishes = cooked.iter().copied();
        self.menus.push(menu);
        let mut printed = 0;
        for s in 0..size.below(size.sections, is_busy) {
            let section_id = self.id();
            self.sections.push(menu_section::Model {
                id: section_id,
                menu_id: id,
                title: format!("{} {}", ["Mains", "Soups", "Sweets"][s % 3], 1 + s / 3),
                position: (s / 2) as i32,
            });
            for dish_id in dishes
                .by_ref()
                .take(size.below(size.items, is_busy && s == 0))
            {
                let item = menu_item::Model {
                    id: self.id(),
                    menu_id: id,
                    section_id,
                    dish_id,
                    // Two items share a position: the list has ties.
                    position: printed / 2,
                };
                self.add_live(&item, printed as usize);
                self.items.push(item);
                printed += 1;
            }
        }
    }

    fn add_live(&mut self, item: &menu_item::Model, n: usize) {
        let price = |audience, per_unit_minor, unit: Option<&str>| menu_item_price::Model {
            menu_item_id: item.id,
            audience,
            base_minor: if unit.is_some() { 100 } else { 0 },
            per_unit_minor,
            unit: unit.map(str::to_owned),
            currency: "GBP".to_owned(),
            version: 1,
        };
        if n % 5 != 4 {
            self.prices
                .push(price(Audience::Patient, 420 + n as i64, None));
        }
        self.prices.push(price(
            Audience::Staff,
            530,
            n.is_multiple_of(4).then_some("100g"),
        ));
        if n % 4 != 3 {
            self.availability.push(availability::Model {
                menu_item_id: item.id,
                portions: (n % 6 != 5).then_some(40),
                reserved: if n % 6 == 2 { 40 } else { (n % 6) as i32 },
                as_of: monday(),
                version: 1,
            });
        }
    }
}
