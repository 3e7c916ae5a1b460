//! Whole answers of example operations, computed once more from the rows themselves.

use std::collections::BTreeMap;

use async_graphql::resolver_utils::EnumType;
use chrono::{DateTime, NaiveTime, SecondsFormat, TimeZone, Utc};
use entity::{
    menu, menu_item,
    vocabulary::{Allergen, Audience, BitSet, Diet, Meal, Presence},
};
use serde_json::{Value, json};
use thali::graph::id::Kind;
use uuid::Uuid;

use super::{named, placeholders};
use crate::{
    data::{Data, Size, today},
    on_both,
};

on_both! {
    async fn six_edges_lead_to_the_right_rows(app: TestApp) {
        let data = Data::fill(&app, Size::times(5)).await;
        let answer = app.data(&named("six-edges").text, json!({})).await;
        assert_eq!(answer, six_edges(&data));
    }
}

on_both! {
    async fn todays_menu_is_complete(app: TestApp) {
        let data = Data::fill(&app, Size::times(5)).await;
        let operation = named("todays-menu");
        let variables = operation.variables(&placeholders(&app).await);
        let answer = app.data(&operation.text, variables).await;
        assert_eq!(answer, todays_menu(&data));
    }
}

fn id(kind: Kind, id: Uuid) -> String {
    kind.id(id).0
}

/// The value's name in GraphQL.
fn name<E: EnumType>(value: E) -> Value {
    let item = E::items().iter().find(|item| item.value == value);
    json!(item.map(|item| item.name))
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn group(allergen: Allergen) -> Allergen {
    match allergen {
        Allergen::Almonds => Allergen::Nuts,
        other => other,
    }
}

/// The sections of a menu with their items, in the order in which they are printed.
fn printed<'a>(
    data: &'a Data,
    menu: &menu::Model,
) -> Vec<(&'a str, Uuid, Vec<&'a menu_item::Model>)> {
    let mut sections: BTreeMap<(i32, Uuid), (&str, Uuid, Vec<_>)> = BTreeMap::new();
    for section in data
        .sections
        .iter()
        .filter(|section| section.menu_id == menu.id)
    {
        let items = data.items.iter();
        let mut items: Vec<_> = items.filter(|item| item.section_id == section.id).collect();
        items.sort_by_key(|item| (item.position, item.id));
        let key = (section.position, section.id);
        sections.insert(key, (&section.title, section.id, items));
    }
    sections.into_values().collect()
}

fn allergens(data: &Data, dish: Uuid, with_group: bool) -> Value {
    let rows = data.allergens.iter().filter(|row| row.dish_id == dish);
    let mut rows: Vec<(Allergen, Presence)> =
        rows.map(|row| (row.allergen, row.presence)).collect();
    rows.sort();
    let rows = rows.into_iter().map(|(allergen, presence)| {
        let mut row = json!({ "allergen": name(allergen), "presence": name(presence) });
        if with_group {
            row["group"] = name(group(allergen));
        }
        row
    });
    rows.collect()
}

fn six_edges(data: &Data) -> Value {
    let hospital = &data.hospitals[0];
    let menus = data.menus.iter();
    let menus = menus.filter(|menu| {
        menu.hospital_id == Some(hospital.id) && menu.date >= today() && menu.published_at.is_some()
    });
    let mut menus: Vec<_> = menus.collect();
    menus.sort_by_key(|menu| (menu.date, menu.meal, menu.id));
    let menus = menus.into_iter().take(3).map(|menu| {
        let sections = printed(data, menu).into_iter().map(|(title, _, items)| {
            let items = items.into_iter().take(10).map(|item| {
                let dish = data.dishes.iter().find(|dish| dish.id == item.dish_id).unwrap();
                json!({ "dish": { "name": dish.name, "allergens": allergens(data, dish.id, true) } })
            });
            json!({ "title": title, "items": { "nodes": items.collect::<Value>() } })
        });
        let sections: Value = sections.collect();
        json!({ "date": menu.date, "meal": name(menu.meal), "sections": sections })
    });
    let menus: Value = menus.collect();
    json!({ "hospital": { "name": hospital.name, "menus": { "nodes": menus } } })
}

fn todays_menu(data: &Data) -> Value {
    let hospital = data.hospitals[0].id;
    let mut menus = data.menus.iter();
    let is_it = |menu: &&menu::Model| {
        (menu.hospital_id, menu.date, menu.meal) == (Some(hospital), today(), Meal::Lunch)
    };
    let menu = menus.find(is_it).unwrap();
    let mut windows = data.windows.iter();
    let window =
        windows.find(|window| (window.hospital_id, window.meal) == (hospital, Meal::Lunch));
    let window = window.unwrap();
    let local = |time: NaiveTime| {
        let local = chrono_tz::Europe::London.from_local_datetime(&today().and_time(time));
        moment(local.unwrap().to_utc())
    };
    let sections = printed(data, menu).into_iter().map(|(title, section, items)| {
        let items: Value = items.into_iter().take(50).map(|item| card(data, item)).collect();
        json!({ "id": id(Kind::MenuSection, section), "title": title, "items": { "nodes": items } })
    });
    json!({ "menu": {
        "id": id(Kind::Menu, menu.id),
        "date": menu.date,
        "meal": "LUNCH",
        "acceptsOrdersUntil": local(window.cut_off_at),
        "lateTrayUntil": local(window.late_tray_until),
        "sections": sections.collect::<Value>(),
    } })
}

fn card(data: &Data, item: &menu_item::Model) -> Value {
    let dish = data
        .dishes
        .iter()
        .find(|dish| dish.id == item.dish_id)
        .unwrap();
    let labels = [
        "Liquidised",
        "Pureed",
        "Minced & moist",
        "Soft & bite-sized",
        "Regular",
    ];
    let drinks = [
        "Thin",
        "Slightly thick",
        "Mildly thick",
        "Moderately thick",
        "Extremely thick",
    ];
    let texture = match (dish.food_texture, dish.drink_thickness) {
        (Some(level), _) => {
            json!({ "scale": "FOOD", "level": level, "label": labels[level as usize - 3] })
        }
        (_, Some(level)) => {
            json!({ "scale": "DRINK", "level": level, "label": drinks[level as usize] })
        }
        _ => Value::Null,
    };
    let mut prices = data.prices.iter();
    let price = prices.find(|row| (row.menu_item_id, row.audience) == (item.id, Audience::Patient));
    let price = price.map(|row| {
        let minor = row.base_minor + row.per_unit_minor;
        let formatted = format!("£{}.{:02}", minor / 100, minor % 100);
        json!({ "amountMinor": minor, "currency": "GBP", "formatted": formatted })
    });
    let mut availability = data.availability.iter();
    let availability = availability
        .find(|row| row.menu_item_id == item.id)
        .map(|row| {
            let remaining = row.portions.map(|portions| portions - row.reserved);
            let as_of = moment(row.as_of);
            json!({ "portions": row.portions, "remaining": remaining, "asOf": as_of })
        });
    let diets: Value = [
        Diet::Vegetarian,
        Diet::Vegan,
        Diet::Halal,
        Diet::HighProtein,
    ]
    .into_iter()
    .filter(|diet| dish.diets & diet.bit() != 0)
    .map(name)
    .collect();
    json!({
        "id": id(Kind::MenuItem, item.id),
        "dish": {
            "id": id(Kind::Dish, dish.id),
            "name": dish.name,
            "diets": diets,
            "texture": texture,
            "allergens": allergens(data, dish.id, false),
        },
        "price": price,
        "availability": availability,
    })
}
