//! A hospital world of any size, the same on every run: rows made here, written through the
//! entities, and kept, so that a test can compute for itself what an answer must be.
//!
//! Growth is uneven, as in life: at each level a few busy parents get the larger number of
//! children and all others the smaller one.

use chrono::NaiveDate;
use entity::{
    availability, delivery_slot, dish, dish_allergen, hospital, kitchen, kitchen_hospital,
    kitchen_hours, meal_window, menu, menu_item, menu_item_price, menu_section, order, order_event,
    order_line, ward,
};
use thali::{command::import::bulk::insert, db::Meter, ordering::recount};
use uuid::Uuid;

use crate::app::{TestApp, monday};

pub mod meals;
mod orders;
pub mod places;

/// How many there are: of hospitals and kitchens in all, of the rest below each parent.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub hospitals: usize,
    pub wards: usize,
    pub kitchens: usize,
    pub menus: usize,
    pub sections: usize,
    pub items: usize,
    pub dishes: usize,
    pub orders: usize,
    /// How many times more children a busy parent has.
    pub busy: usize,
}

impl Size {
    pub const ONE: Self = Self {
        hospitals: 6,
        wards: 2,
        kitchens: 2,
        menus: 6,
        sections: 2,
        items: 2,
        dishes: 8,
        orders: 9,
        busy: 1,
    };

    /// The same with `factor` times as many at each level.
    pub fn times(factor: usize) -> Self {
        Self {
            hospitals: Self::ONE.hospitals * factor,
            kitchens: Self::ONE.kitchens * factor,
            busy: factor,
            ..Self::ONE
        }
    }

    /// `base` children, or more where the parent is busy.
    fn below(&self, base: usize, is_busy: bool) -> usize {
        if is_busy { base * self.busy } else { base }
    }
}

/// Every row that is in the database.
#[derive(Clone, Debug, Default)]
pub struct Data {
    pub hospitals: Vec<hospital::Model>,
    pub wards: Vec<ward::Model>,
    pub windows: Vec<meal_window::Model>,
    pub slots: Vec<delivery_slot::Model>,
    pub kitchens: Vec<kitchen::Model>,
    pub hours: Vec<kitchen_hours::Model>,
    pub serves: Vec<kitchen_hospital::Model>,
    pub dishes: Vec<dish::Model>,
    pub allergens: Vec<dish_allergen::Model>,
    pub menus: Vec<menu::Model>,
    pub sections: Vec<menu_section::Model>,
    pub items: Vec<menu_item::Model>,
    pub prices: Vec<menu_item_price::Model>,
    pub availability: Vec<availability::Model>,
    pub orders: Vec<order::Model>,
    pub order_lines: Vec<order_line::Model>,
    pub order_events: Vec<order_event::Model>,
    ids: u64,
}

/// The day that is today in London.
pub fn today() -> NaiveDate {
    monday().date_naive()
}

impl Data {
    /// Makes the rows and nothing else.
    pub fn make(size: Size) -> Self {
        let mut data = Self::default();
        data.add_hospitals(&size);
        data.add_kitchens(&size);
        data.add_dishes(&size);
        data.add_menus(&size);
        data.add_orders(&size);
        data
    }

    /// Makes the rows and writes them.
    pub async fn fill(app: &TestApp, size: Size) -> Self {
        let data = Self::make(size);
        data.write(app).await;
        data
    }

    pub async fn write(&self, app: &TestApp) {
        let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
        let data = self.clone();
        insert::<hospital::Entity, _>(&db, data.hospitals)
            .await
            .unwrap();
        insert::<ward::Entity, _>(&db, data.wards).await.unwrap();
        insert::<meal_window::Entity, _>(&db, data.windows)
            .await
            .unwrap();
        insert::<delivery_slot::Entity, _>(&db, data.slots)
            .await
            .unwrap();
        insert::<kitchen::Entity, _>(&db, data.kitchens)
            .await
            .unwrap();
        insert::<kitchen_hours::Entity, _>(&db, data.hours)
            .await
            .unwrap();
        insert::<kitchen_hospital::Entity, _>(&db, data.serves)
            .await
            .unwrap();
        insert::<dish::Entity, _>(&db, data.dishes).await.unwrap();
        insert::<dish_allergen::Entity, _>(&db, data.allergens)
            .await
            .unwrap();
        insert::<menu::Entity, _>(&db, data.menus).await.unwrap();
        insert::<menu_section::Entity, _>(&db, data.sections)
            .await
            .unwrap();
        insert::<menu_item::Entity, _>(&db, data.items)
            .await
            .unwrap();
        insert::<menu_item_price::Entity, _>(&db, data.prices)
            .await
            .unwrap();
        insert::<availability::Entity, _>(&db, data.availability)
            .await
            .unwrap();
        insert::<order::Entity, _>(&db, data.orders).await.unwrap();
        insert::<order_line::Entity, _>(&db, data.order_lines)
            .await
            .unwrap();
        insert::<order_event::Entity, _>(&db, data.order_events)
            .await
            .unwrap();
        recount(&db).await.unwrap();
        db.commit().await.unwrap();
    }

    /// The next id. Ids follow neither the order of making nor that of names, so that a list
    /// which forgets its tie-break shows.
    pub fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u64_pair(mix(self.ids), mix(!self.ids))
    }
}

/// SplitMix64: a number without visible relation to `n`.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
