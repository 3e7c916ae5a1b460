//! The figures of hospitals are those of a recount.

use std::collections::{BTreeMap, BTreeSet};

use entity::vocabulary::{BitSet, Diet};
use serde_json::{Value, json};
use thali::graph::id::Kind;
use uuid::Uuid;

use crate::{
    ask,
    data::{Data, Size, today},
    on_both,
};

on_both! {
    async fn equal_a_recount(app: TestApp) {
        let data = Data::fill(&app, Size::times(3)).await;
        let (from, to) = (today().pred_opt().unwrap(), today().succ_opt().unwrap());
        let query = "query($ids: [ID!]!, $from: Date!, $to: Date!) { nodes(ids: $ids) { ... on Hospital {
            stats(from: $from, to: $to) { menus items dishes vegetarianDishes veganDishes averageEnergyKcal asOf }
            popularDishes(from: $from, to: $to, first: 3) { timesOffered dish { id } }
        } } }";
        let ids: Vec<_> = data.hospitals.iter().map(|row| Kind::Hospital.id(row.id).0).collect();
        let answer = app.data(query, json!({ "ids": ids, "from": from, "to": to })).await;
        let mut total = 0;
        for (hospital, shown) in data.hospitals.iter().zip(answer["nodes"].as_array().unwrap()) {
            let menus: BTreeSet<Uuid> = data.menus.iter()
                .filter(|menu| menu.hospital_id == Some(hospital.id) && menu.published_at.is_some())
                .filter(|menu| (from..=to).contains(&menu.date))
                .map(|menu| menu.id)
                .collect();
            let items: Vec<_> = data.items.iter().filter(|item| menus.contains(&item.menu_id)).collect();
            let mut times: BTreeMap<Uuid, i64> = BTreeMap::new();
            items.iter().for_each(|item| *times.entry(item.dish_id).or_default() += 1);
            let dish = |id| data.dishes.iter().find(|dish| dish.id == id).unwrap();
            let fits = |diet: Diet| times.keys().filter(|id| dish(**id).diets & diet.bit() != 0).count();
            let energy: Vec<f64> = items.iter().filter_map(|item| dish(item.dish_id).energy_kcal).collect();
            let stats = &shown["stats"];
            assert_eq!(stats["menus"], menus.len());
            assert_eq!(stats["items"], items.len());
            assert_eq!(stats["dishes"], times.len());
            assert_eq!(stats["vegetarianDishes"], fits(Diet::Vegetarian));
            assert_eq!(stats["veganDishes"], fits(Diet::Vegan));
            assert_eq!(stats["asOf"], "2026-11-23T09:00:00Z");
            match stats["averageEnergyKcal"].as_f64() {
                None => assert!(energy.is_empty()),
                Some(shown) => {
                    let mean = energy.iter().sum::<f64>() / energy.len() as f64;
                    assert!((shown - mean).abs() < 1e-6, "{shown} is not {mean}");
                }
            }
            let mut popular: Vec<_> = times.into_iter().collect();
            popular.sort_by_key(|(dish, times)| (-times, *dish));
            let popular: Vec<Value> = popular.into_iter().take(3)
                .map(|(dish, times)| json!({ "timesOffered": times, "dish": { "id": Kind::Dish.id(dish).0 } }))
                .collect();
            assert_eq!(shown["popularDishes"], Value::Array(popular));
            total += items.len();
        }
        assert!(total > 50, "{total}");
    }
}

on_both! {
    async fn say_what_days_they_can_be_of(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        let ask = async |arguments: &str| {
            let query = format!("{{ hospitals(first: 1) {{ nodes {{ {arguments} }} }} }}");
            let reply = ask::query(&app, &query).await;
            assert_eq!(reply.code(), "BAD_USER_INPUT", "{arguments}");
            reply.json()["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            ask("stats(from: \"2026-11-02\", to: \"2026-11-01\") { menus }").await,
            "`from` 2026-11-02 to `to` 2026-11-01 is 0 days; it must be from 1 to 366."
        );
        let long = ask("popularDishes(from: \"2025-01-01\", to: \"2026-11-01\") { timesOffered }");
        assert!(long.await.contains("is 670 days"));
        assert_eq!(
            ask("popularDishes(from: \"2026-11-01\", to: \"2026-11-01\", first: 101) { timesOffered }").await,
            "`first` is 101; it must be from 1 to 100."
        );
    }
}
