//! Synthetic hospitals in any number. The same scale and seed make the same rows, as long as
//! it is the same week.
//!
//! A kitchen and the hospitals that it serves are made and written together, in one
//! transaction: no more than that is ever in memory.

use anyhow::bail;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use entity::{
    availability, dish, dish_allergen, hospital, kitchen, kitchen_hospital, kitchen_hours, menu,
    menu_item, menu_item_price, menu_section, ward,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    app::App,
    command::import::{
        bulk,
        hospitals::windows::Windows,
        report::{Kind, Progress, Summary},
    },
    db::Meter,
    event::Event,
    outbox,
};

pub(super) mod dice;
mod dishes;
mod menus;
mod places;
mod recipes;

use dice::Dice;

const HOSPITALS_OF_KITCHEN: u32 = 4;
const WEEKS: u64 = 4;

/// Makes so many hospitals with all that belongs to them.
pub async fn seed(
    app: &App,
    hospitals: u32,
    seed: u64,
    progress: &Progress,
) -> anyhow::Result<Summary> {
    let meter = Meter::new("seed");
    let first = places::code(seed, 1);
    let there = hospital::Entity::find().filter(hospital::Column::Code.eq(&first));
    if there.count(&app.db.reader(&meter)).await? > 0 {
        bail!(
            "hospital {first} is there: seed {seed} was sown already; `--seed` with another number makes others"
        );
    }
    let today = app.clock.now().date_naive();
    let monday = today
        .checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))
        .unwrap_or(today);
    let mut maker = Maker {
        dice: Dice::new(seed),
        seed,
        monday,
        made_at: monday.and_time(NaiveTime::MIN).and_utc(),
    };
    let mut summary = Summary::default();
    progress.expect(u64::from(hospitals));
    let mut next = 1;
    while next <= hospitals {
        let last = hospitals.min(next + HOSPITALS_OF_KITCHEN - 1);
        let group = maker.group(next, last);
        group.count(&mut summary);
        let names: Vec<String> = group.hospitals.iter().map(|row| row.name.clone()).collect();
        let rows = (group.items.len() * 5) as u64 / u64::from(last - next + 1);
        let transaction = app.db.begin(&meter).await?;
        group.write(&transaction).await?;
        outbox::record(&transaction, vec![Event::DataImported {}], app.clock.now()).await?;
        transaction.commit().await?;
        for name in names {
            progress.step(&name, rows);
        }
        next = last + 1;
    }
    Ok(summary)
}

/// What all groups have in common.
struct Maker {
    dice: Dice,
    seed: u64,
    /// When the menus begin: the Monday of this week.
    monday: NaiveDate,
    made_at: DateTime<Utc>,
}

/// A kitchen and the hospitals that it serves.
#[derive(Default)]
struct Group {
    hospitals: Vec<hospital::Model>,
    wards: Vec<ward::Model>,
    windows: Windows,
    kitchens: Vec<kitchen::Model>,
    hours: Vec<kitchen_hours::Model>,
    serves: Vec<kitchen_hospital::Model>,
    dishes: Vec<dish::Model>,
    allergens: Vec<dish_allergen::Model>,
    menus: Vec<menu::Model>,
    sections: Vec<menu_section::Model>,
    items: Vec<menu_item::Model>,
    prices: Vec<menu_item_price::Model>,
    availability: Vec<availability::Model>,
}

impl Maker {
    /// The hospitals from number `first` to `last` and their kitchen.
    fn group(&mut self, first: u32, last: u32) -> Group {
        let mut group = Group::default();
        let city = places::CITIES[self.dice.below(places::CITIES.len())];
        let kitchen = self.kitchen(&mut group, &city, first);
        self.dishes(&mut group, kitchen);
        for number in first..=last {
            let hospital = self.hospital(&mut group, &city, number);
            group.serves.push(kitchen_hospital::Model {
                kitchen_id: kitchen,
                hospital_id: hospital,
            });
            self.menus(&mut group, &city, hospital);
        }
        group
    }

    /// The days that have menus: this week and the next ones.
    fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let monday = self.monday;
        (0..7 * WEEKS).filter_map(move |day| monday.checked_add_days(Days::new(day)))
    }
}

impl Group {
    fn count(&self, summary: &mut Summary) {
        for (kind, rows) in [
            (Kind::Hospitals, self.hospitals.len()),
            (Kind::Wards, self.wards.len()),
            (Kind::Kitchens, self.kitchens.len()),
            (Kind::Dishes, self.dishes.len()),
            (Kind::Menus, self.menus.len()),
            (Kind::Items, self.items.len()),
            (Kind::Prices, self.prices.len()),
        ] {
            summary.count(kind).new += rows as u64;
        }
    }

    async fn write(self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        bulk::insert::<hospital::Entity, _>(db, self.hospitals).await?;
        bulk::insert::<ward::Entity, _>(db, self.wards).await?;
        self.windows.write(db).await?;
        bulk::insert::<kitchen::Entity, _>(db, self.kitchens).await?;
        bulk::insert::<kitchen_hours::Entity, _>(db, self.hours).await?;
        bulk::insert::<kitchen_hospital::Entity, _>(db, self.serves).await?;
        bulk::insert::<dish::Entity, _>(db, self.dishes).await?;
        bulk::insert::<dish_allergen::Entity, _>(db, self.allergens).await?;
        bulk::insert::<menu::Entity, _>(db, self.menus).await?;
        bulk::insert::<menu_section::Entity, _>(db, self.sections).await?;
        bulk::insert::<menu_item::Entity, _>(db, self.items).await?;
        bulk::insert::<menu_item_price::Entity, _>(db, self.prices).await?;
        bulk::insert::<availability::Entity, _>(db, self.availability).await
    }
}
