//! A hospital as its orders need it: what can be ordered there, when it is brought, and who is
//! there.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use entity::{
    availability, delivery_slot, dish, dish_allergen, hospital, meal_window, menu, menu_item,
    menu_item_price,
    vocabulary::{Allergen, Audience, Meal},
    ward,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, Iterable, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::persons::{Patient, Staff};
use crate::{command::import::bulk, db::Reader};

/// Who orders there, what they can choose from, and what was taken so far.
pub struct Site {
    pub seed: u64,
    pub hospital: hospital::Model,
    pub zone: Tz,
    /// Ward and number of beds.
    pub wards: Vec<(Uuid, i32)>,
    pub slots: HashMap<Meal, Vec<Slot>>,
    /// Menus by the day and the meal; those of this week have their offers.
    pub menus: HashMap<(NaiveDate, Meal), (Uuid, Vec<Offer>)>,
    /// What was eaten before this week: the same dishes, from menus whose items are gone.
    pub dishes: Vec<Offer>,
    pub staff: Staff,
    /// Who lies in which bed now, and since which week.
    pub patients: HashMap<usize, (i64, Patient)>,
    /// How many beds have ordered; they take turns.
    pub turn: usize,
    /// How many orders were made, by which they are numbered.
    pub numbered: u32,
}

pub struct Slot {
    pub id: Uuid,
    pub starts_at: NaiveTime,
    /// Trays by the day, less those that were given back.
    pub trays: BTreeMap<NaiveDate, i32>,
}

impl Offer {
    /// Whether so many portions are left.
    pub fn has(&self, quantity: i32) -> bool {
        let portions = |item: &availability::Model| item.portions.map(|all| all - item.reserved);
        let left = self.item.as_ref().and_then(portions);
        left.is_none_or(|left| quantity <= left)
    }
}

/// A dish at a price.
#[derive(Clone)]
pub struct Offer {
    pub dish: Uuid,
    pub name: String,
    pub kitchen: Uuid,
    pub price: i64,
    pub diets: i32,
    /// None where nobody declared them.
    pub allergens: Option<Vec<Allergen>>,
    /// The item of this week's menu, and its portions.
    pub item: Option<availability::Model>,
}

impl Site {
    /// None where nothing can be ordered.
    pub async fn read(
        reader: &Reader,
        hospital: hospital::Model,
        (seed, monday): (u64, NaiveDate),
    ) -> Result<Option<Self>, DbErr> {
        let Ok(zone) = hospital.time_zone.parse() else {
            return Ok(None);
        };
        let of_hospital = ward::Column::HospitalId.eq(hospital.id);
        let wards = ward::Entity::find()
            .filter(of_hospital)
            .order_by_asc(ward::Column::Id);
        let wards = wards.all(reader).await?;
        let slots = slots(reader, hospital.id).await?;
        let menus = menus(reader, hospital.id, monday).await?;
        let mut dishes: BTreeMap<Uuid, Offer> = BTreeMap::new();
        for offer in menus.values().flat_map(|(_, offers)| offers) {
            let eaten = Offer {
                item: None,
                ..offer.clone()
            };
            dishes.entry(offer.dish).or_insert(eaten);
        }
        let can_be_ordered = Meal::iter().all(|meal| slots.contains_key(&meal));
        if wards.is_empty() || dishes.is_empty() || !can_be_ordered {
            return Ok(None);
        }
        Ok(Some(Self {
            seed,
            hospital,
            zone,
            wards: wards.iter().map(|ward| (ward.id, ward.beds)).collect(),
            slots,
            menus,
            dishes: dishes.into_values().collect(),
            staff: Staff::default(),
            patients: HashMap::new(),
            turn: 0,
            numbered: 0,
        }))
    }
}

async fn slots(reader: &Reader, hospital: Uuid) -> Result<HashMap<Meal, Vec<Slot>>, DbErr> {
    let of_hospital = meal_window::Column::HospitalId.eq(hospital);
    let windows = meal_window::Entity::find().filter(of_hospital);
    let windows = windows.all(reader).await?.into_iter();
    let meals: HashMap<Uuid, Meal> = windows.map(|window| (window.id, window.meal)).collect();
    let of_windows = delivery_slot::Column::MealWindowId.is_in(meals.keys().copied());
    let found = delivery_slot::Entity::find()
        .filter(of_windows)
        .order_by_asc(delivery_slot::Column::StartsAt);
    let mut slots: HashMap<Meal, Vec<Slot>> = HashMap::new();
    for slot in found.all(reader).await? {
        let Some(meal) = meals.get(&slot.meal_window_id) else {
            continue;
        };
        slots.entry(*meal).or_default().push(Slot {
            id: slot.id,
            starts_at: slot.starts_at,
            trays: BTreeMap::new(),
        });
    }
    Ok(slots)
}

async fn menus(
    reader: &Reader,
    hospital: Uuid,
    monday: NaiveDate,
) -> Result<HashMap<(NaiveDate, Meal), (Uuid, Vec<Offer>)>, DbErr> {
    let menus = menu::Entity::find()
        .filter(menu::Column::HospitalId.eq(hospital))
        .filter(menu::Column::PublishedAt.is_not_null());
    let menus = menus.all(reader).await?;
    let sunday = monday.checked_add_days(Days::new(6)).unwrap_or(monday);
    let of_week = menus
        .iter()
        .filter(|menu| (monday..=sunday).contains(&menu.date));
    let of_week: Vec<Uuid> = of_week.map(|menu| menu.id).collect();
    let mut offers = offers(reader, &of_week).await?;
    let with_offers = |menu: menu::Model| {
        let offers = offers.remove(&menu.id).unwrap_or_default();
        ((menu.date, menu.meal), (menu.id, offers))
    };
    Ok(menus.into_iter().map(with_offers).collect())
}

async fn offers(reader: &Reader, menus: &[Uuid]) -> Result<HashMap<Uuid, Vec<Offer>>, DbErr> {
    let of_menus = menu_item::Column::MenuId.is_in(menus.iter().copied());
    let items = menu_item::Entity::find()
        .filter(of_menus)
        .order_by_asc(menu_item::Column::Id);
    let mut offers: HashMap<Uuid, Vec<Offer>> = HashMap::new();
    let items = items.all(reader).await?;
    for items in items.chunks(bulk::IDS) {
        let ids = || items.iter().map(|item| item.id);
        let prices = menu_item_price::Entity::find()
            .filter(menu_item_price::Column::MenuItemId.is_in(ids()))
            .filter(menu_item_price::Column::Audience.eq(Audience::Patient));
        let prices = prices.all(reader).await?.into_iter();
        let prices: HashMap<Uuid, i64> = prices
            .map(|price| (price.menu_item_id, price.base_minor + price.per_unit_minor))
            .collect();
        let portions =
            availability::Entity::find().filter(availability::Column::MenuItemId.is_in(ids()));
        let portions = portions.all(reader).await?.into_iter();
        let mut portions: HashMap<Uuid, _> = portions
            .map(|portions| (portions.menu_item_id, portions))
            .collect();
        let dishes = || items.iter().map(|item| item.dish_id);
        let of_dishes = dish_allergen::Column::DishId.is_in(dishes());
        let mut allergens: HashMap<Uuid, Vec<Allergen>> = HashMap::new();
        for row in dish_allergen::Entity::find()
            .filter(of_dishes)
            .all(reader)
            .await?
        {
            allergens.entry(row.dish_id).or_default().push(row.allergen);
        }
        let found = dish::Entity::find().filter(dish::Column::Id.is_in(dishes()));
        let found = found.all(reader).await?.into_iter();
        let dishes: HashMap<Uuid, dish::Model> = found.map(|dish| (dish.id, dish)).collect();
        for item in items {
            let (Some(price), Some(dish), Some(portions)) = (
                prices.get(&item.id),
                dishes.get(&item.dish_id),
                portions.remove(&item.id),
            ) else {
                continue;
            };
            let allergens = || allergens.get(&dish.id).cloned().unwrap_or_default();
            offers.entry(item.menu_id).or_default().push(Offer {
                dish: dish.id,
                name: dish.name.clone(),
                kitchen: dish.kitchen_id,
                price: *price,
                diets: dish.diets,
                allergens: dish.allergens_declared.then(allergens),
                item: Some(portions),
            });
        }
    }
    Ok(offers)
}
