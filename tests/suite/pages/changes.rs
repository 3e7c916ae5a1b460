//! Rows that come and go while a list is read: none that was there throughout is missed, and
//! none is seen twice.

use std::collections::BTreeSet;

use entity::dish;
use proptest::{collection::vec, prelude::*};
use sea_orm::EntityTrait;
use serde_json::json;
use thali::{command::import::bulk::insert, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::lists::{key, orders};
use crate::{
    app::TestApp,
    data::{Data, meals, mix, places},
    on_both,
    property::holds,
};

/// A dish whose place in any ordering follows from `seed`; places are few, so that many tie.
fn dish(seed: u64, kitchen: Uuid) -> dish::Model {
    let seed = mix(seed);
    let id = Uuid::from_u64_pair(mix(seed), seed);
    let name = format!(
        "{} {seed:x}",
        ["Dal", "Soup", "soup", "Élan"][(seed % 4) as usize]
    );
    let mut dish = meals::dish(id, kitchen, &name, None);
    dish.energy_kcal = (!seed.is_multiple_of(3)).then_some((seed / 8 % 4) as f64 * 50.5);
    dish.protein_g = (!seed.is_multiple_of(5)).then_some((seed / 64 % 3) as f64 * 0.1);
    dish
}

async fn cook(app: &TestApp, dishes: Vec<dish::Model>) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    insert::<dish::Entity, _>(&db, dishes).await.unwrap();
    db.commit().await.unwrap();
}

async fn drop_dish(app: &TestApp, dish: Uuid) {
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    dish::Entity::delete_by_id(dish).exec(&db).await.unwrap();
    db.commit().await.unwrap();
}

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Change {
    Comes(u64),
    Goes(prop::sample::Index),
    /// The very row goes at which the last page ended.
    CursorGoes,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u64>().prop_map(Change::Comes),
        any::<prop::sample::Index>().prop_map(Change::Goes),
        Just(Change::CursorGoes),
    ]
}

on_both! {
    async fn miss_nothing_and_repeat_nothing_while_rows_come_and_go(app: TestApp) {
        let kitchen = Uuid::from_u128(7);
        let mut data = Data::default();
        data.kitchens.push(places::kitchen(kitchen, "test", "Test", None));
        let rounds = vec((1..5usize, vec(change(), 0..4)), 1..6);
        let reading = (0..orders().len(), any::<bool>(), any::<u64>(), rounds);
        data.write(&app).await;
        holds(40, reading, async |(order, backward, seed, rounds)| {
            // The same rows at each run, so that a failure can be shrunk.
            let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
            dish::Entity::delete_many().exec(&db).await.unwrap();
            db.commit().await.unwrap();
            let mut there: Vec<dish::Model> = (0..20).map(|n| dish(seed ^ n, kitchen)).collect();
            cook(&app, there.clone()).await;

            let (argument, descending, by) = orders()[order];
            let place = |row: &dish::Model| key(&[by(row)], row.id, descending);
            let mut always: BTreeSet<_> = there.iter().map(|row| (place(row), row.id)).collect();
            let (take, from, at, more) = match backward {
                false => ("first", "after", "endCursor", "hasNextPage"),
                true => ("last", "before", "startCursor", "hasPreviousPage"),
            };
            let mut seen: Vec<String> = Vec::new();
            let mut cursor = String::new();
            for (size, changes) in rounds.iter().cycle().take(60) {
                let id = Kind::Kitchen.id(kitchen).0;
                let query = format!(
                    "{{ node(id: \"{id}\") {{ ... on Kitchen {{ dishes({take}: {size}, orderBy: \
                     {argument} {cursor}) {{ nodes {{ id }} pageInfo {{ {at} {more} }} }} }} }} }}"
                );
                let data = app.data(&query, json!({})).await;
                let page = &data["node"]["dishes"];
                let nodes = page["nodes"].as_array().unwrap().iter();
                let ids = nodes.map(|node| node["id"].as_str().unwrap().to_owned());
                // Backward pages are read from their ends.
                seen.extend(if backward { ids.rev().collect::<Vec<_>>() } else { ids.collect() });
                if page["pageInfo"][more] == false {
                    break;
                }
                cursor = format!(", {from}: {}", page["pageInfo"][at]);
                for change in changes {
                    let gone = match change {
                        Change::Comes(seed) => {
                            let new = dish(*seed, kitchen);
                            if there.iter().all(|row| row.id != new.id) {
                                cook(&app, vec![new.clone()]).await;
                                there.push(new);
                            }
                            continue;
                        }
                        Change::Goes(which) if !there.is_empty() => which.index(there.len()),
                        Change::CursorGoes => {
                            let last = seen.last();
                            let is_it = |row: &dish::Model| Some(&Kind::Dish.id(row.id).0) == last;
                            let Some(at) = there.iter().position(is_it) else { continue };
                            at
                        }
                        Change::Goes(_) => continue,
                    };
                    let gone = there.swap_remove(gone);
                    drop_dish(&app, gone.id).await;
                    always.retain(|(_, id)| *id != gone.id);
                }
            }
            let once: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "a row was seen twice: {seen:?}");
            let mut kept: Vec<String> = always.iter().map(|(_, id)| Kind::Dish.id(*id).0).collect();
            if backward {
                kept.reverse();
            }
            let of_kept: Vec<String> = seen.iter().filter(|id| kept.contains(id)).cloned().collect();
            assert_eq!(of_kept, kept, "rows that were there throughout");
        });
    }
}
