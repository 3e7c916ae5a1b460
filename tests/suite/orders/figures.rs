//! The production sheets of kitchens and the figures of hospitals: equal to a recount, live, and
//! for those who are to see them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    order, order_line,
    vocabulary::{Meal, OrderStatus, Role},
};
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind};
use uuid::Uuid;

use super::{Lunch, place, problems};
use crate::{
    app::TestApp,
    data::{Data, Size, today},
    on_both,
    people::person,
};

const SHEET: &str =
    "query($ids: [ID!]!, $date: Date!, $meal: Meal!) { nodes(ids: $ids) { ... on Kitchen {
    productionSheet(date: $date, meal: $meal) {
        trays asOf
        rows { portions dish { id } byWard { portions ward { id } hospital { id } } }
    }
} } }";

const FIGURES: &str = "query($ids: [ID!]!, $from: Date!, $to: Date!) { nodes(ids: $ids) { ... on Hospital {
    stats(from: $from, to: $to) {
        orders { placed open delivered rejected cancelled lateTrays portions totals { amountMinor currency } asOf }
        dinners: orders(meal: DINNER) { placed portions }
    }
} } }";

/// Orders with their lines, but for those that were given back.
fn kept(data: &Data) -> Vec<(&order::Model, Vec<&order_line::Model>)> {
    let kept = data
        .orders
        .iter()
        .filter(|order| !order.status.gives_back());
    let with_lines = |order: &'_ order::Model| {
        let id = order.id;
        data.order_lines
            .iter()
            .filter(move |line| line.order_id == id)
            .collect()
    };
    kept.map(|order| (order, with_lines(order))).collect()
}

/// The sheet of a kitchen, counted once more.
fn sheet(data: &Data, kitchen: Uuid, of: (NaiveDate, Meal)) -> Value {
    let mut rows: BTreeMap<Uuid, BTreeMap<(Uuid, Option<Uuid>), i64>> = BTreeMap::new();
    let mut trays = 0;
    for (order, lines) in kept(data) {
        if (order.kitchen_id, (order.date, order.meal)) != (kitchen, of) {
            continue;
        }
        trays += 1;
        for line in lines {
            let of_ward = rows.entry(line.dish_id).or_default();
            let portions = of_ward
                .entry((order.hospital_id, order.ward_id))
                .or_default();
            *portions += i64::from(line.quantity);
        }
    }
    let hospital = |id: Uuid| data.hospitals.iter().find(|row| row.id == id).unwrap();
    let ward_name = |id: Option<Uuid>| {
        let named = id.and_then(|id| data.wards.iter().find(|row| row.id == id));
        (named.is_none(), named.map(|ward| ward.name_key.clone()), id)
    };
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(dish, of_ward)| {
        let name = &data
            .dishes
            .iter()
            .find(|row| row.id == *dish)
            .unwrap()
            .name_key;
        (-of_ward.values().sum::<i64>(), name.clone(), *dish)
    });
    let rows = rows.into_iter().map(|(dish, of_ward)| {
        let mut by_ward: Vec<_> = of_ward.iter().collect();
        by_ward
            .sort_by_key(|((at, ward), _)| (hospital(*at).name_key.clone(), *at, ward_name(*ward)));
        let by_ward = by_ward.into_iter().map(|((hospital, ward), portions)| {
            json!({
                "portions": portions,
                "ward": ward.map(|ward| json!({ "id": Kind::Ward.id(ward).0 })),
                "hospital": { "id": Kind::Hospital.id(*hospital).0 },
            })
        });
        json!({
            "portions": of_ward.values().sum::<i64>(),
            "dish": { "id": Kind::Dish.id(dish).0 },
            "byWard": by_ward.collect::<Value>(),
        })
    });
    let rows: Value = rows.collect();
    json!({ "trays": trays, "asOf": "2026-11-23T09:00:00Z", "rows": rows })
}

/// The figures of a hospital, counted once more.
fn figures(data: &Data, hospital: Uuid, (from, to): (NaiveDate, NaiveDate)) -> Value {
    let of =
        |order: &&order::Model| order.hospital_id == hospital && (from..=to).contains(&order.date);
    let orders: Vec<_> = data.orders.iter().filter(of).collect();
    let count =
        |fits: &dyn Fn(&order::Model) -> bool| orders.iter().filter(|order| fits(order)).count();
    let portions = |fits: &dyn Fn(&order::Model) -> bool| {
        let of = kept(data)
            .into_iter()
            .filter(|(order, _)| of(order) && fits(order));
        of.flat_map(|(_, lines)| lines)
            .map(|line| i64::from(line.quantity))
            .sum::<i64>()
    };
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for order in &orders {
        let amount = if order.status.gives_back() {
            0
        } else {
            order.total_minor
        };
        *totals.entry(&order.currency).or_default() += amount;
    }
    let total = |(currency, amount)| json!({ "amountMinor": amount, "currency": currency });
    let is_dinner = |order: &order::Model| order.meal == Meal::Dinner;
    json!({
        "orders": {
            "placed": orders.len(),
            "open": count(&|order| order.status < OrderStatus::Delivered),
            "delivered": count(&|order| order.status == OrderStatus::Delivered),
            "rejected": count(&|order| order.status == OrderStatus::Rejected),
            "cancelled": count(&|order| order.status == OrderStatus::Cancelled),
            "lateTrays": count(&|order| order.is_late && !order.status.gives_back()),
            "portions": portions(&|_| true),
            "totals": totals.into_iter().map(total).collect::<Value>(),
            "asOf": "2026-11-23T09:00:00Z",
        },
        "dinners": { "placed": count(&is_dinner), "portions": portions(&is_dinner) },
    })
}

on_both! {
    async fn a_sheet_has_what_is_to_be_cooked_of_each_dish_and_for_whom(app: TestApp) {
        let data = Data::fill(&app, Size::times(4)).await;
        let ids: Vec<_> = data.kitchens.iter().map(|row| Kind::Kitchen.id(row.id).0).collect();
        let mut meals: Vec<_> = data.orders.iter().map(|order| (order.date, order.meal)).collect();
        meals.sort_unstable();
        meals.dedup();
        let mut rows = 0;
        for (date, meal) in meals {
            let name = format!("{meal:?}").to_uppercase();
            let variables = json!({ "ids": ids, "date": date, "meal": name });
            let shown = app.data_as_administrator(SHEET, variables).await;
            for (kitchen, shown) in data.kitchens.iter().zip(shown["nodes"].as_array().unwrap()) {
                let expected = sheet(&data, kitchen.id, (date, meal));
                assert_eq!(shown["productionSheet"], expected, "{date} {meal:?}");
                rows += expected["rows"].as_array().unwrap().len();
            }
        }
        assert!(rows > 10, "{rows}");
    }
}

on_both! {
    async fn figures_are_of_all_orders_and_of_those_alone(app: TestApp) {
        let data = Data::fill(&app, Size::times(4)).await;
        let ids: Vec<_> = data.hospitals.iter().map(|row| Kind::Hospital.id(row.id).0).collect();
        let (first, last) = (today() - chrono::Days::new(3), today() + chrono::Days::new(300));
        for (from, to) in [(first, last), (today(), today()), (last, last)] {
            let variables = json!({ "ids": ids, "from": from, "to": to });
            let shown = app.data_as_administrator(FIGURES, variables).await;
            for (hospital, shown) in data.hospitals.iter().zip(shown["nodes"].as_array().unwrap()) {
                assert_eq!(shown["stats"], figures(&data, hospital.id, (from, to)), "{from} to {to}");
            }
        }
    }
}

/// The sheet of a kitchen for today's lunch, and the figures of a hospital, as somebody sees them.
async fn seen(app: &TestApp, who: Option<Uuid>, kitchen: Uuid, hospital: Uuid) -> (Value, Value) {
    let sheets = json!({ "ids": [Kind::Kitchen.id(kitchen).0], "date": today(), "meal": "LUNCH" });
    let stats = json!({ "ids": [Kind::Hospital.id(hospital).0], "from": today(), "to": today() });
    let ask = async |query, variables| {
        let mut answer = match who {
            Some(who) => app.execute_as(who, query, variables).await,
            None => app.execute(query, variables).await,
        };
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"]["nodes"][0].take()
    };
    let mut sheet = ask(SHEET, sheets).await;
    let mut stats = ask(FIGURES, stats).await;
    (
        sheet["productionSheet"].take(),
        stats["stats"]["orders"].take(),
    )
}

on_both! {
    async fn a_sheet_is_for_the_kitchen_and_figures_are_for_the_hospital(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (hospital, elsewhere) = (data.hospitals[0].id, data.hospitals[1].id);
        let (kitchen, other) = (data.kitchens[0].id, data.kitchens[1].id);
        let sheet = sheet(&data, kitchen, (today(), Meal::Lunch));
        let figures = figures(&data, hospital, (today(), today()))["orders"].take();
        assert!(sheet["trays"].as_i64() > Some(0) && figures["placed"].as_i64() > Some(0));
        let cook = (Role::Kitchen, Place::Kitchen(kitchen));
        for (roles, sees) in [
            (vec![cook], (true, false)),
            (vec![(Role::Kitchen, Place::Kitchen(other))], (false, false)),
            (vec![(Role::Nurse, Place::Hospital(hospital))], (false, true)),
            (vec![(Role::Dietitian, Place::Hospital(hospital))], (false, true)),
            (vec![(Role::HospitalManager, Place::Hospital(hospital))], (false, true)),
            (vec![(Role::HospitalManager, Place::Hospital(elsewhere))], (false, false)),
            (vec![(Role::Visitor, Place::Hospital(hospital))], (false, false)),
            (vec![cook, (Role::Nurse, Place::Hospital(hospital))], (true, true)),
            (vec![], (false, false)),
        ] {
            let who = person(&app, &roles).await;
            let shown = seen(&app, Some(who), kitchen, hospital).await;
            let is_shown = |is: bool, what: &Value| if is { what.clone() } else { Value::Null };
            assert_eq!(shown, (is_shown(sees.0, &sheet), is_shown(sees.1, &figures)), "{roles:?}");
        }
        assert_eq!(seen(&app, None, kitchen, hospital).await, (Value::Null, Value::Null));
    }
}

// The figures of the menu are kept for minutes; those of orders beside them are not.
on_both! {
    async fn what_was_ordered_is_there_at_once_with_a_cache_too(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let app = app.beside(|config| config.cache = thali::config::Switch(true)).await;
        let cook = (Role::Kitchen, Place::Kitchen(lunch.kitchen));
        let nurse = (Role::Nurse, Place::Hospital(lunch.hospital));
        let who = person(&app, &[cook, nurse]).await;
        let see = async || seen(&app, Some(who), lunch.kitchen, lunch.hospital).await;
        let (sheet, figures) = see().await;
        assert_eq!((&sheet["trays"], &sheet["rows"]), (&json!(0), &json!([])));
        assert_eq!((&figures["placed"], &figures["totals"]), (&json!(0), &json!([])));
        let mut input = lunch.order(&[0, 1], "k1");
        input["lines"][1]["quantity"] = json!(3);
        assert_eq!(problems(&place(&app, lunch.nurse, &input).await), [""; 0]);
        let (sheet, figures) = see().await;
        assert_eq!((&sheet["trays"], &sheet["rows"][0]["portions"]), (&json!(1), &json!(3)));
        assert_eq!(sheet["rows"][1]["byWard"][0]["portions"], 1);
        assert_eq!((&figures["open"], &figures["portions"]), (&json!(1), &json!(4)));
        assert_eq!(figures["totals"], json!([{ "amountMinor": 420 + 3 * 421, "currency": "GBP" }]));
    }
}
