//! What is in the real files, counted without the importer's help.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

#[derive(Debug, Default, PartialEq)]
pub struct Counted {
    pub kitchens: i64,
    pub dishes: i64,
    pub menus: i64,
    pub items: i64,
    pub prices: i64,
    pub allergens: i64,
}

/// The codes in the list of hospitals.
pub fn hospital_codes(file: &Path) -> HashSet<Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').skip(1);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| line.split(|byte| *byte == 0xac).nth(1).unwrap().to_vec())
        .collect()
}

pub fn menus(folder: &Path) -> Counted {
    let canteens: Value = json(&folder.join("canteens.json"));
    let mut kitchens: BTreeSet<String> = canteens
        .as_array()
        .unwrap()
        .iter()
        .map(|canteen| canteen["canteen_id"].as_str().unwrap().to_owned())
        .collect();
    let (mut menus, mut items) = (HashSet::new(), HashSet::new());
    let mut prices = HashSet::new();
    let mut dishes: HashMap<(String, String), BTreeSet<i16>> = HashMap::new();
    for file in week_files(folder) {
        let slug = file.strip_prefix(folder).unwrap().iter().next().unwrap();
        let slug = slug.to_str().unwrap().to_owned();
        kitchens.insert(slug.clone());
        for (date, dish) in rows(&json(&file)) {
            let key = fold(dish["name"].as_str().unwrap());
            menus.insert((slug.clone(), date.clone()));
            items.insert((slug.clone(), date.clone(), key.clone()));
            for (audience, price) in dish["prices"].as_object().unwrap() {
                if !price.is_null() {
                    let audience = audience.clone();
                    prices.insert((slug.clone(), date.clone(), key.clone(), audience));
                }
            }
            let allergens = dishes.entry((slug.clone(), key)).or_default();
            for field in ["labels", "ingredients"] {
                for label in dish[field].as_array().into_iter().flatten() {
                    allergens.extend(allergens_of(label.as_str().unwrap()));
                }
            }
        }
    }
    Counted {
        kitchens: kitchens.len() as i64,
        dishes: dishes.len() as i64,
        menus: menus.len() as i64,
        items: items.len() as i64,
        prices: prices.len() as i64,
        allergens: dishes
            .values()
            .map(|allergens| allergens.len() as i64)
            .sum(),
    }
}

/// All dishes of a file with their dates.
pub fn rows(file: &Value) -> Vec<(String, &Value)> {
    let weeks = file.get("weeks").and_then(Value::as_array);
    let weeks: Vec<&Value> = weeks.map_or_else(|| vec![file], |weeks| weeks.iter().collect());
    let days = weeks
        .iter()
        .flat_map(|week| week["days"].as_array().unwrap());
    let dishes = days.flat_map(|day| {
        let date = day["date"].as_str().unwrap().to_owned();
        let dishes = day["dishes"].as_array().unwrap().iter();
        dishes.map(move |dish| (date.clone(), dish))
    });
    dishes.collect()
}

fn week_files(folder: &Path) -> Vec<PathBuf> {
    let list = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let canteens = list(folder)
        .into_iter()
        .filter(|path| path.is_dir() && !path.ends_with("enums"));
    let folders = canteens.flat_map(|canteen| list(&canteen));
    folders.flat_map(|folder| list(&folder)).collect()
}

pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Lower case, one space between words, letters without their marks.
pub fn fold(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let plain = words.join(" ").to_lowercase().replace('ß', "ss");
    plain
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect()
}

/// The numbers of the allergens that a label stands for, the group first.
#[rustfmt::skip]
pub fn allergens_of(label: &str) -> &'static [i16] {
    match label {
        "GLUTEN" | "Gl" | "CEREAL" => &[100],
        "WHEAT" | "GlW" => &[100, 101], "RYE" | "GlR" => &[100, 102],
        "BARLEY" | "GlG" => &[100, 103], "OAT" | "GlH" => &[100, 104],
        "SPELT" | "GlD" => &[100, 105], "HYBRIDS" | "GlHy" => &[100, 106],
        "SHELLFISH" | "Kr" => &[200], "CHICKEN_EGGS" | "Ei" => &[300], "FISH" | "Fi" => &[400],
        "PEANUTS" | "En" => &[500], "SOY" | "So" => &[600],
        "MILK" | "LACTOSE" | "Mi" | "La" => &[700], "SHELL_FRUITS" | "Sc" | "ScP" => &[800],
        "ALMONDS" | "ScM" => &[800, 801], "HAZELNUTS" | "ScH" => &[800, 802],
        "WALNUTS" | "ScW" => &[800, 803], "CASHEWS" | "ScC" => &[800, 804],
        "PECAN" => &[800, 805], "PISTACHIOS" => &[800, 807], "MACADAMIA" | "ScMa" => &[800, 808],
        "CELERY" | "Sl" => &[900], "MUSTARD" | "Sf" => &[1000], "SESAME" | "Se" => &[1100],
        "SULPHURS" | "SULFITES" | "Sw" | "5" => &[1200], "LUPIN" | "Lu" => &[1300],
        "MOLLUSCS" | "Wt" => &[1400],
        _ => &[],
    }
}
