//! The lists of the schema, each with the whole sequence that it must have, sorted here.

use chrono::Days;
use entity::{dish, vocabulary::Diet};
use serde_json::Value;
use thali::graph::id::Kind;
use uuid::Uuid;

use crate::data::{Data, today};

mod orders;

/// What a row is sorted by, as bytes, its id last.
pub type Key = Vec<u8>;

/// A list, and the ids that it must have in their order.
pub struct List {
    pub name: String,
    /// What comes before the field in a query, such as `hospital(by: { … }) {`.
    above: String,
    field: &'static str,
    arguments: String,
    pub ids: Vec<String>,
}

impl List {
    fn new(
        name: &str,
        above: String,
        field: &'static str,
        arguments: &str,
        rows: Vec<(Key, String)>,
    ) -> Self {
        let mut rows = rows;
        rows.sort();
        Self {
            name: name.to_owned(),
            above,
            field,
            arguments: arguments.to_owned(),
            ids: rows.into_iter().map(|(_, id)| id).collect(),
        }
    }

    /// The query for the page that `page` says.
    pub fn query(&self, page: &str) -> String {
        let closing =
            " }".repeat(self.above.matches('{').count() - self.above.matches('}').count());
        format!(
            "{{ {} {}({} {page}) {{ totalCount nodes {{ id }} edges {{ cursor node {{ id }} }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}{closing} }}",
            self.above, self.field, self.arguments
        )
    }

    /// The connection in the data of the answer.
    pub fn of<'a>(&self, mut data: &'a Value) -> &'a Value {
        while data.get("edges").is_none() {
            data = data
                .as_object()
                .and_then(|object| object.values().next())
                .unwrap();
        }
        data
    }
}

pub fn text(text: &str) -> Key {
    [text.as_bytes(), &[0]].concat()
}

pub fn number(number: f64) -> Key {
    let bits = number.to_bits();
    let ordered = if number < 0.0 {
        !bits
    } else {
        bits ^ (1 << 63)
    };
    ordered.to_be_bytes().to_vec()
}

/// A whole key: its parts and the id.
pub fn key(parts: &[Key], id: Uuid, descending: bool) -> Key {
    let mut key = parts.concat();
    key.extend(id.as_bytes());
    if descending {
        key.iter_mut().for_each(|byte| *byte = !*byte);
    }
    key
}

/// Metres along the ground (haversine).
pub fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat, lon) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let h = (lat / 2.0).sin().powi(2)
        + a.0.to_radians().cos() * b.0.to_radians().cos() * (lon / 2.0).sin().powi(2);
    2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin()
}

/// What a dish is sorted by, its id left out.
type KeyOf = fn(&dish::Model) -> Key;

/// The orderings of dishes: (argument, what a dish is sorted by).
pub fn orders() -> Vec<(&'static str, bool, KeyOf)> {
    vec![
        ("{ field: NAME }", false, |dish| text(&dish.name_key)),
        ("{ field: NAME, direction: DESC }", true, |dish| {
            text(&dish.name_key)
        }),
        ("{ field: ENERGY }", false, |dish| {
            number(dish.energy_kcal.unwrap_or(1e9))
        }),
        ("{ field: ENERGY, direction: DESC }", true, |dish| {
            number(dish.energy_kcal.unwrap_or(-1.0))
        }),
        ("{ field: PROTEIN, direction: ASC }", false, |dish| {
            number(dish.protein_g.unwrap_or(1e9))
        }),
        ("{ field: PROTEIN, direction: DESC }", true, |dish| {
            number(dish.protein_g.unwrap_or(-1.0))
        }),
    ]
}

/// Every kind of list that the schema has.
pub fn all(data: &Data) -> Vec<List> {
    let mut lists = Vec::new();
    hospitals_and_kitchens(data, &mut lists);
    dishes(data, &mut lists);
    menus_and_items(data, &mut lists);
    orders::orders(data, &mut lists);
    lists
}

const RIVERSIDE: &str = "hospital(by: { slug: \"riverside-general\" }) {";

fn below(kind: Kind, id: Uuid) -> String {
    format!("node(id: \"{}\") {{ ... on {kind:?} {{", kind.id(id).0)
}

fn hospitals_and_kitchens(data: &Data, lists: &mut Vec<List>) {
    let hospitals = || data.hospitals.iter();
    let named = |kind: Kind, name: &str, id: Uuid| (key(&[text(name)], id, false), kind.id(id).0);
    let all = hospitals().map(|row| named(Kind::Hospital, &row.name_key, row.id));
    lists.push(List::new(
        "hospitals",
        String::new(),
        "hospitals",
        "",
        all.collect(),
    ));

    for hospital in [0, 3] {
        let id = data.hospitals[hospital].id;
        let wards = data.wards.iter().filter(|ward| ward.hospital_id == id);
        let wards = wards
            .map(|row| named(Kind::Ward, &row.name_key, row.id))
            .collect();
        lists.push(List::new(
            "wards",
            below(Kind::Hospital, id),
            "wards",
            "",
            wards,
        ));
        let serves = |kitchen: Uuid| {
            let mut pairs = data.serves.iter();
            pairs.any(|pair| pair.kitchen_id == kitchen && pair.hospital_id == id)
        };
        let kitchens = data.kitchens.iter().filter(|kitchen| serves(kitchen.id));
        let kitchens = kitchens
            .map(|row| named(Kind::Kitchen, &row.name_key, row.id))
            .collect();
        lists.push(List::new(
            "kitchens",
            below(Kind::Hospital, id),
            "kitchens",
            "",
            kitchens,
        ));
    }
    let kitchen = data.kitchens[1].id;
    let serves = |hospital: Uuid| {
        let mut pairs = data.serves.iter();
        pairs.any(|pair| pair.kitchen_id == kitchen && pair.hospital_id == hospital)
    };
    let served = hospitals().filter(|hospital| serves(hospital.id));
    let served = served
        .map(|row| named(Kind::Hospital, &row.name_key, row.id))
        .collect();
    lists.push(List::new(
        "served",
        below(Kind::Kitchen, kitchen),
        "hospitals",
        "",
        served,
    ));

    let here = (51.55, -0.08);
    let near = "near: { latitude: 51.55, longitude: -0.08, withinKm: 18 }";
    let away = |kind: Kind, id: Uuid, place: (Option<f64>, Option<f64>)| {
        let metres = distance(here, (place.0?, place.1?));
        (metres <= 18_000.0).then(|| (key(&[number(metres)], id, false), kind.id(id).0))
    };
    let around = hospitals();
    let around =
        around.filter_map(|row| away(Kind::Hospital, row.id, (row.latitude, row.longitude)));
    lists.push(List::new(
        "hospitals near",
        String::new(),
        "hospitals",
        near,
        around.collect(),
    ));
    let around = data.kitchens.iter();
    let around =
        around.filter_map(|row| away(Kind::Kitchen, row.id, (row.latitude, row.longitude)));
    lists.push(List::new(
        "kitchens near",
        String::new(),
        "kitchens",
        near,
        around.collect(),
    ));

    let found = hospitals().filter(|row| words(&row.search_text, "north"));
    let found = found.map(|row| match_of(Kind::Hospital, "north", &row.name_key, row.id));
    let search = "search: \"North\"";
    // A search of hospitals is ordered by match and name, as one of dishes is.
    lists.push(List::new(
        "hospitals found",
        String::new(),
        "hospitals",
        search,
        found.collect(),
    ));
}

fn words(searched: &str, word: &str) -> bool {
    let mut words = searched.split(|c: char| !c.is_alphanumeric());
    words.any(|other| other.starts_with(word))
}

/// How a row with a whole word is ranked: by where the name has it, then by name.
fn match_of(kind: Kind, word: &str, name: &str, id: Uuid) -> (Key, String) {
    let distance = match name {
        _ if name == word => 0.0,
        _ if name.starts_with(word) => 1.0,
        _ if name.contains(&format!(" {word}")) => 2.0,
        _ => 10.0,
    };
    (
        key(&[number(distance), text(name)], id, false),
        kind.id(id).0,
    )
}

fn dishes(data: &Data, lists: &mut Vec<List>) {
    let kitchen = data.kitchens[0].id;
    for (order, descending, by) in orders() {
        let row = |dish: &dish::Model| {
            (
                key(&[by(dish)], dish.id, descending),
                Kind::Dish.id(dish.id).0,
            )
        };
        let order = format!("orderBy: {order}");
        let all = data.dishes.iter().map(row).collect();
        lists.push(List::new("dishes", String::new(), "dishes", &order, all));
        let its = data
            .dishes
            .iter()
            .filter(|dish| dish.kitchen_id == kitchen)
            .map(row);
        lists.push(List::new(
            "its dishes",
            below(Kind::Kitchen, kitchen),
            "dishes",
            &order,
            its.collect(),
        ));
        let vegan = data
            .dishes
            .iter()
            .filter(|dish| dish.diets & (1 << Diet::Vegan as i32) != 0);
        let order = format!("filter: {{ diets: [VEGAN] }}, {order}");
        lists.push(List::new(
            "vegan",
            String::new(),
            "dishes",
            &order,
            vegan.map(row).collect(),
        ));
    }
    let found = data
        .dishes
        .iter()
        .filter(|row| words(&row.search_text, "oats"));
    let found = found.map(|row| match_of(Kind::Dish, "oats", &row.name_key, row.id));
    lists.push(List::new(
        "found",
        String::new(),
        "dishes",
        "search: \"oats\"",
        found.collect(),
    ));
    let found = data
        .dishes
        .iter()
        .filter(|row| words(&row.search_text, "soup"));
    let found = found.map(|row| {
        let (mut key, id) = match_of(Kind::Dish, "soup", &row.name_key, row.id);
        key.iter_mut().for_each(|byte| *byte = !*byte);
        (key, id)
    });
    let worst = "search: \"Soup\", orderBy: { field: RELEVANCE, direction: DESC }";
    lists.push(List::new(
        "found backward",
        String::new(),
        "dishes",
        worst,
        found.collect(),
    ));
}

fn menus_and_items(data: &Data, lists: &mut Vec<List>) {
    let (hospital, kitchen) = (data.hospitals[0].id, data.kitchens[0].id);
    let menus = |is_its: &dyn Fn(&entity::menu::Model) -> bool| {
        // Drafts are not shown.
        let published = data.menus.iter().filter(|menu| menu.published_at.is_some());
        let its = published.filter(|menu| is_its(menu));
        let its = its.map(|menu| {
            let day = text(&menu.date.to_string());
            let parts = [day, number(f64::from(menu.meal as i16))];
            (key(&parts, menu.id, false), Kind::Menu.id(menu.id).0)
        });
        its.collect::<Vec<_>>()
    };
    let its = menus(&|menu| menu.hospital_id == Some(hospital) && menu.date >= today());
    lists.push(List::new(
        "menus to come",
        RIVERSIDE.to_owned(),
        "menus",
        "",
        its,
    ));
    let (from, to) = (today() - Days::new(1), today() + Days::new(4));
    let its = menus(&|menu| menu.hospital_id == Some(hospital) && (from..=to).contains(&menu.date));
    let days = format!("from: \"{from}\", to: \"{to}\"");
    lists.push(List::new(
        "menus",
        RIVERSIDE.to_owned(),
        "menus",
        &days,
        its,
    ));
    let its = menus(&|menu| menu.kitchen_id == Some(kitchen));
    lists.push(List::new(
        "house menus",
        below(Kind::Kitchen, kitchen),
        "menus",
        "",
        its,
    ));

    let busy = data
        .menus
        .iter()
        .filter(|menu| menu.hospital_id == Some(hospital));
    let busy = busy
        .filter(|menu| menu.date == today())
        .map(|menu| menu.id)
        .next()
        .unwrap();
    let section = data
        .sections
        .iter()
        .find(|section| section.menu_id == busy)
        .unwrap()
        .id;
    let items = |is_its: &dyn Fn(&entity::menu_item::Model) -> bool| {
        let its = data.items.iter().filter(|item| is_its(item));
        let its = its.map(|item| {
            let position = number(f64::from(item.position));
            (
                key(&[position], item.id, false),
                Kind::MenuItem.id(item.id).0,
            )
        });
        its.collect::<Vec<_>>()
    };
    let its = items(&|item| item.menu_id == busy);
    lists.push(List::new(
        "items",
        below(Kind::Menu, busy),
        "items",
        "",
        its,
    ));
    let its = items(&|item| item.section_id == section);
    lists.push(List::new(
        "section",
        below(Kind::MenuSection, section),
        "items",
        "",
        its,
    ));
    let left = items(&|item| {
        let mut rows = data.availability.iter();
        let row = rows.find(|row| row.menu_item_id == item.id);
        let has =
            row.is_some_and(|row| row.portions.is_none_or(|portions| portions > row.reserved));
        item.menu_id == busy && has
    });
    let available = "filter: { available: true }";
    lists.push(List::new(
        "available",
        below(Kind::Menu, busy),
        "items",
        available,
        left,
    ));
}
