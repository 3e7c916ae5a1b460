//! Synthetic persons and orders, for the hospitals that are there: a history of meals that were
//! eaten, and what is ordered for this week.
//!
//! All of it is one transaction. The same number and seed make the same rows from the same
//! hospitals, as long as it is the same week. What follows from orders is kept equal to a recount:
//! the portions that are taken of this week's items, the trays of every slot, and the tallies.

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use entity::{account, hospital, vocabulary::Meal};
use sea_orm::{ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter, QueryOrder};
use tokio::sync::mpsc;

use super::synthetic::dice::Dice;
use crate::{
    app::App,
    command::import::report::{Progress, Summary},
    db::{Meter, Reader},
    event::Event,
    ordering::{Month, recount},
    outbox,
};

mod copied;
mod made;
mod meal;
mod months;
mod persons;
mod site;

use made::Made;
use months::Loading;
use site::Site;

/// Of all days the history has the last.
const DAYS_BACK: u64 = 364;
const DAYS_OF_WEEK: u64 = 7;

/// How many orders are made, and of which seed.
#[derive(Clone, Copy)]
pub struct Orders {
    pub number: u64,
    pub seed: u64,
}

/// Makes so many orders, and the persons whose they are.
pub async fn seed(app: &App, orders: Orders, progress: &Progress) -> anyhow::Result<Summary> {
    let meter = Meter::new("seed orders");
    let reader = app.db.reader(&meter);
    let (now, seed) = (app.clock.now(), orders.seed);
    let there = account::Column::EmailKey.ends_with(persons::domain(seed));
    if account::Entity::find().filter(there).count(&reader).await? > 0 {
        bail!("seed {seed} has orders already; `--seed` with another number makes others");
    }
    let monday = monday(now);
    let sites = sites(&reader, (seed, monday)).await?;
    ensure!(
        !sites.is_empty(),
        "no hospital has wards, delivery slots and menus for this week"
    );
    let transaction = app.db.begin(&meter).await?;
    let loading = Loading::begin(&transaction, (first_month(monday), Month::of(now))).await?;
    progress.expect(orders.number);
    let (send, mut made) = mpsc::channel(2);
    let making = tokio::task::spawn_blocking(move || make(sites, orders, monday, &send));
    let mut summary = Summary::default();
    while let Some(mut chunk) = made.recv().await {
        chunk.count(&mut summary);
        let rows = chunk.orders.len() as u64;
        loading.write(&transaction, &mut chunk).await?;
        progress.steps("orders", rows);
    }
    making.await.context("the orders were not made")?;
    loading.end(&transaction).await?;
    recount(&transaction).await?;
    outbox::record(&transaction, vec![Event::DataImported {}], now).await?;
    transaction.commit().await?;
    Ok(summary)
}

fn monday(now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    let days = u64::from(today.weekday().num_days_from_monday());
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

/// The month in which the first order of the history may be placed.
fn first_month(monday: NaiveDate) -> Month {
    let first = monday.checked_sub_days(Days::new(DAYS_BACK + 2));
    Month::of(first.unwrap_or(monday).and_time(NaiveTime::MIN).and_utc())
}

async fn sites(reader: &Reader, of: (u64, NaiveDate)) -> anyhow::Result<Vec<Site>> {
    let hospitals = hospital::Entity::find().order_by_asc(hospital::Column::Id);
    let mut sites = Vec::new();
    for hospital in hospitals.all(reader).await? {
        sites.extend(Site::read(reader, hospital, of).await?);
    }
    Ok(sites)
}

/// Makes all orders, this week's first: where too little is left of the portions, the history has
/// the rest. Ends early when nobody takes what is made.
fn make(mut sites: Vec<Site>, orders: Orders, monday: NaiveDate, send: &mpsc::Sender<Made>) {
    let mut dice = Dice::new(!orders.seed);
    let mut made = Made::default();
    for site in &mut sites {
        site.people(&mut dice, &mut made, monday);
    }
    let week = (0..DAYS_OF_WEEK).filter_map(|day| monday.checked_add_days(Days::new(day)));
    let back = (1..=DAYS_BACK)
        .rev()
        .filter_map(|day| monday.checked_sub_days(Days::new(day)));
    let days: Vec<NaiveDate> = week.chain(back).collect();
    let meals = Meal::iter().count() as u64 * sites.len() as u64;
    let all = days.len() as u64 * meals;
    let (mut done, mut at) = (0, 0u64);
    for date in days {
        for meal in Meal::iter() {
            for site in &mut sites {
                at += 1;
                // So many of all as of the meals are over.
                let due = (u128::from(orders.number) * u128::from(at) / u128::from(all)) as u64;
                done += site.meal(&mut dice, &mut made, (date, meal, monday), due - done);
            }
            if made.is_enough() && send.blocking_send(std::mem::take(&mut made)).is_err() {
                return;
            }
        }
    }
    for site in &mut sites {
        site.taken(&mut made);
    }
    let _ = send.blocking_send(made);
}
