//! Tallies are what a recount of the orders gives, whatever happens to orders, and at the same
//! time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    order, order_line, order_tally, portion_tally,
    vocabulary::{Meal, OrderStatus},
};
use futures_util::future::join_all;
use migration::{Migrator, MigratorTrait};
use thali::db::Meter;
use uuid::Uuid;

use super::{all, recount, run_sql};
use crate::{
    app::TestApp,
    data::{Data, Size, mix},
    on_both,
};

mod noon;

use noon::Noon;

/// Kitchen, day, meal, hospital, ward or nil.
type Ward = (Uuid, NaiveDate, Meal, Uuid, Uuid);
/// Hospital, day, meal, slot or nil, currency.
type Slot = (Uuid, NaiveDate, Meal, Uuid, String);

/// What the tallies say, without what is zero: portions by ward and dish, trays by ward, and the
/// figures of slots.
#[derive(Debug, Default, PartialEq)]
struct Tallies {
    portions: BTreeMap<(Ward, Uuid), i64>,
    trays: BTreeMap<Ward, i64>,
    slots: BTreeMap<Slot, [i64; 7]>,
}

impl Tallies {
    /// What is kept.
    async fn read(app: &TestApp) -> Self {
        let mut tallies = Self::default();
        for row in all::<portion_tally::Entity>(app).await {
            let ward = (
                row.kitchen_id,
                row.date,
                row.meal,
                row.hospital_id,
                row.ward_id,
            );
            tallies
                .portions
                .insert((ward, row.dish_id), row.portions.into());
            *tallies.trays.entry(ward).or_default() += i64::from(row.trays);
        }
        for row in all::<order_tally::Entity>(app).await {
            let figures = [
                row.placed,
                row.delivered,
                row.rejected,
                row.cancelled,
                row.late,
                row.portions,
            ];
            let mut figures = figures.map(i64::from).to_vec();
            figures.push(row.total_minor);
            let slot = (
                row.hospital_id,
                row.date,
                row.meal,
                row.slot_id,
                row.currency,
            );
            tallies.slots.insert(slot, figures.try_into().unwrap());
        }
        tallies.without_zeros()
    }

    /// What it has to be, counted once more from the orders and their lines.
    async fn count(app: &TestApp) -> Self {
        let mut tallies = Self::default();
        let mut lines: BTreeMap<Uuid, Vec<order_line::Model>> = BTreeMap::new();
        for line in all::<order_line::Entity>(app).await {
            lines.entry(line.order_id).or_default().push(line);
        }
        for order in all::<order::Entity>(app).await {
            let slot = order.slot_id.unwrap_or_default();
            let slot = (
                order.hospital_id,
                order.date,
                order.meal,
                slot,
                order.currency.clone(),
            );
            let figures = tallies.slots.entry(slot).or_default();
            figures[0] += 1;
            figures[1] += i64::from(order.status == OrderStatus::Delivered);
            figures[2] += i64::from(order.status == OrderStatus::Rejected);
            figures[3] += i64::from(order.status == OrderStatus::Cancelled);
            if order.status.gives_back() {
                continue;
            }
            let ward = order.ward_id.unwrap_or_default();
            let ward = (
                order.kitchen_id,
                order.date,
                order.meal,
                order.hospital_id,
                ward,
            );
            figures[4] += i64::from(order.is_late);
            figures[6] += order.total_minor;
            *tallies.trays.entry(ward).or_default() += 1;
            for line in &lines[&order.id] {
                figures[5] += i64::from(line.quantity);
                *tallies.portions.entry((ward, line.dish_id)).or_default() +=
                    i64::from(line.quantity);
            }
        }
        tallies.without_zeros()
    }

    fn without_zeros(mut self) -> Self {
        self.portions.retain(|_, portions| *portions != 0);
        self.trays.retain(|_, trays| *trays != 0);
        self.slots.retain(|_, figures| *figures != [0; 7]);
        self
    }
}

pub async fn compare(app: &TestApp) {
    assert_eq!(Tallies::read(app).await, Tallies::count(app).await);
}

/// What becomes of orders in a random hour, a time after the other and then all at once.
async fn pass(noon: &Noon<'_>, seed: u64) {
    for n in 0..30 {
        noon.step(mix(seed * 1_000 + n), &format!("{seed}-{n}"))
            .await;
    }
    compare(noon.app).await;
    // What is ordered from now on is late.
    noon.app
        .app
        .clock
        .set("2026-11-23T10:40:00Z".parse().unwrap());
    let hands = (0..6).map(|hand| async move {
        for n in 0..20 {
            let dice = mix((seed * 10 + hand) * 1_000 + 500 + n);
            noon.step(dice, &format!("{seed}-{hand}-{n}")).await;
        }
    });
    join_all(hands).await;
}

on_both! {
    async fn whatever_happens_they_are_those_of_a_recount(app: TestApp) {
        let noon = Noon::begin(&app).await;
        for seed in 1..4 {
            pass(&noon, seed).await;
            compare(&app).await;
            recount(&app, &noon.lunch.data).await;
        }
        let orders = all::<order::Entity>(&app).await;
        let states: BTreeSet<OrderStatus> = orders.iter().map(|order| order.status).collect();
        use OrderStatus::{Cancelled, Delivered, Rejected};
        assert!(states.is_superset(&[Delivered, Rejected, Cancelled].into()), "{states:?}");
        assert!(orders.iter().any(|order| order.is_late && !order.status.gives_back()));
        let tallies = Tallies::read(&app).await;
        let wards: BTreeSet<Uuid> = tallies.trays.keys().map(|ward| ward.4).collect();
        assert_eq!(wards.len(), 3, "two wards, and none");
    }
}

// Whose rows are taken in another order than those of others wait for each other for ever, and
// one of them fails.
on_both! {
    async fn nobody_waits_for_each_other(app: TestApp) {
        let noon = Noon::begin(&app).await;
        let (one, other) = noon.patients.split_at(4);
        noon.seated(one, "2026-11-23T11:30:00Z").await;
        noon.seated(other, "2026-11-23T11:30:00Z").await;
        for round in 0..6 {
            let orders = all::<order::Entity>(&app).await;
            let open = orders.iter().filter(|order| !order.status.gives_back());
            let cancels = open.enumerate().filter(|(n, _)| n % 3 == 0);
            let cancels = cancels.map(|(_, order)| {
                let (noon, key) = (&noon, format!("cancel-{round}-{}", order.id));
                async move { noon.cancel(order, &key).await }
            });
            let moves = noon.patients.iter().enumerate().map(|(n, patient)| {
                let (noon, ward) = (&noon, noon.wards[(n + round) % 2]);
                async move { noon.to_ward(*patient, ward, &format!("move-{round}-{n}")).await }
            });
            let more = (0..12).map(|n| {
                let (noon, dice) = (&noon, mix(n + 100 * round as u64));
                // Single orders and those of wards.
                let what = if n % 3 == 0 { 4 } else { 0 };
                async move { noon.step(dice / 16 * 16 + what, &format!("more-{round}-{n}")).await }
            });
            let all_at_once = (join_all(cancels), join_all(moves), join_all(more));
            futures_util::future::join3(all_at_once.0, all_at_once.1, all_at_once.2).await;
            compare(&app).await;
        }
    }
}

on_both! {
    async fn counted_again_they_are_the_same_and_what_was_wrong_is_mended(app: TestApp) {
        Data::fill(&app, Size::times(3)).await;
        let counted = Tallies::count(&app).await;
        assert!(counted.portions.len() > 20 && counted.slots.len() > 5);
        assert_eq!(Tallies::read(&app).await, counted, "as filled");
        // As a server leaves them that knows nothing of them.
        run_sql(&app, "UPDATE portion_tally SET portions = portions + 1, trays = 0").await;
        run_sql(&app, "DELETE FROM order_tally WHERE placed > 1").await;
        assert_ne!(Tallies::read(&app).await, counted);
        let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
        thali::ordering::recount(&db).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(Tallies::read(&app).await, counted, "counted again");
    }
}

on_both! {
    async fn orders_from_before_there_were_tallies_are_counted_by_the_migration(app: TestApp) {
        Data::fill(&app, Size::times(3)).await;
        let counted = Tallies::count(&app).await;
        let migrations = Migrator::migrations();
        let is_it = |name: &str| name.ends_with("_tallies");
        let at = migrations.iter().position(|migration| is_it(migration.name()));
        let steps = migrations.len() - at.unwrap();
        let db = app.app.db.for_migration();
        Migrator::down(db, Some(steps as u32)).await.unwrap();
        Migrator::up(db, None).await.unwrap();
        assert_eq!(Tallies::read(&app).await, counted);
    }
}
