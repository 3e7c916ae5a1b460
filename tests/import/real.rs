//! The real data, all of it.

use std::fs;

use thali::{
    app::App,
    command::import::{
        hospitals,
        menus::{self, Options, labels::Facts},
        report::{Kind, Progress},
        source::Source,
    },
};

use crate::{
    count::{self, Counted},
    database::{assert_same, dump, numbers, on_both, rows_of, texts, today},
    files::{problems, shared},
};

#[tokio::test(flavor = "multi_thread")]
async fn hospitals_are_all_there_once_and_stay_as_they_are() {
    on_both(|app| async move {
        let file = shared().join("hospitals/Hospital.csv");
        let bytes = fs::read(&file).unwrap();
        let first = hospitals::import(&app, "Hospital.csv", &bytes, true)
            .await
            .unwrap();
        // A hospital stands in the list once for each of its telephone numbers.
        let codes = count::hospital_codes(&file).len() as i64;
        assert_eq!(
            (problems(&first), first.records, codes),
            (vec![], 2918, 1761)
        );
        assert_eq!(rows_of(&app, "hospital").await, codes);
        assert_eq!(rows_of(&app, "meal_window").await, 3 * codes);
        assert_eq!(rows_of(&app, "delivery_slot").await, 10 * codes);
        let placed = numbers(&app, "SELECT COUNT(geo_cell) FROM hospital").await;
        assert_eq!(
            placed,
            [codes - 1],
            "one hospital of the list has no coordinates"
        );
        let west_park = "SELECT slug || '|' || name || '|' || search_text || '|' || time_zone \
                         || '|' || currency FROM hospital WHERE code = '5MV02'";
        assert_eq!(
            texts(&app, west_park).await,
            [
                "west-park-hospital-5mv02|West Park Hospital|west park hospital wolverhampton \
              wv1 4pw 5mv02|Europe/London|GBP"
            ]
        );
        let before = dump(&app).await;
        app.clock.set(today() + chrono::Duration::days(1));
        let second = hospitals::import(&app, "Hospital.csv", &bytes, true)
            .await
            .unwrap();
        assert_eq!(second.counted(Kind::Hospitals).unchanged, codes as u64);
        assert_same(&before, &dump(&app).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_agree_with_a_count_of_the_files_and_stay_as_they_are() {
    let counted = count::menus(&shared().join("menus"));
    assert_eq!(counted.items, 29_746);
    on_both(move |app| {
        let Counted {
            kitchens,
            dishes,
            menus,
            items,
            prices,
            allergens,
        } = counted;
        async move {
            assert_eq!(
                import(&app).await,
                [kitchens, dishes, menus, items, prices].map(|n| n as u64)
            );
            for (table, rows) in [
                ("kitchen", kitchens),
                ("dish", dishes),
                ("menu", menus),
                ("menu_item", items),
                ("menu_item_price", prices),
                ("availability", items),
                ("dish_allergen", allergens),
            ] {
                assert_eq!(rows_of(&app, table).await, rows, "{table}");
            }
            a_dish_is_as_its_file_says(&app).await;
            let before = dump(&app).await;
            app.clock.set(today() + chrono::Duration::days(1));
            assert_eq!(import(&app).await, [0; 5]);
            assert_same(&before, &dump(&app).await);
        }
    })
    .await;
}

#[test]
fn every_label_that_the_canteens_explain_is_known_with_its_allergens() {
    let explained = count::json(&shared().join("menus/enums/labels.json"));
    let labels = explained.as_array().unwrap().iter();
    let labels: Vec<&str> = labels
        .map(|label| label["enum_name"].as_str().unwrap())
        .collect();
    let abbreviations = "Gl GlW GlR GlG GlH GlD GlHy Kr Ei Fi En So Mi La Sc ScM ScH ScW ScC ScP \
                         ScMa Sl Sf Se Sw 5 Lu Wt 1 2 3 4 6 7 8 9 10 11 13 14 99 Kn S R K L W G Gf";
    let abbreviations: Vec<&str> = abbreviations.split(' ').collect();
    assert_eq!((labels.len(), abbreviations.len()), (53, 49));
    let read = [
        (
            labels,
            Facts::of_labels as fn(&[String]) -> Result<Facts, String>,
        ),
        (abbreviations, Facts::of_ingredients),
    ];
    for (labels, read) in read {
        for label in labels {
            let facts = read(&[label.to_owned()]).unwrap();
            let allergens: Vec<i16> = facts.allergens.keys().map(|known| *known as i16).collect();
            assert_eq!(allergens, count::allergens_of(label), "{label}");
            let says_something = !allergens.is_empty()
                || facts.diets.is_some_and(|diets| diets != 0)
                || facts.additives | facts.ingredients != 0;
            assert_eq!(
                says_something,
                !["BAVARIA", "MSC"].contains(&label),
                "{label}"
            );
        }
    }
}

/// Imports the menus; how many kitchens, dishes, menus, items and prices are new or changed.
async fn import(app: &App) -> [u64; 5] {
    let source = Source::Folder(shared().join("menus"));
    let progress = Progress::silent();
    let summary = menus::import(app, &source, Options::default(), &progress)
        .await
        .unwrap();
    assert_eq!(problems(&summary), [""; 0]);
    [
        Kind::Kitchens,
        Kind::Dishes,
        Kind::Menus,
        Kind::Items,
        Kind::Prices,
    ]
    .map(|kind| {
        let count = summary.counted(kind);
        count.new + count.changed + count.removed
    })
}

async fn a_dish_is_as_its_file_says(app: &App) {
    let of_dish = "FROM kitchen k JOIN menu m ON m.kitchen_id = k.id
         JOIN menu_item i ON i.menu_id = m.id JOIN menu_section s ON s.id = i.section_id
         JOIN dish d ON d.id = i.dish_id
         WHERE k.slug = 'mensa-garching' AND CAST(m.date AS text) = '2024-05-13'
         AND d.name = 'Donations - Currywurst (1 piece)'";
    let prices =
        format!(
        "SELECT s.title || ' ' || p.audience || ': ' || p.base_minor || ' + ' || p.per_unit_minor
         || '/' || p.unit || ' ' || p.currency {} ORDER BY p.audience",
        of_dish.replace("WHERE", "JOIN menu_item_price p ON p.menu_item_id = i.id WHERE")
    );
    assert_eq!(
        texts(app, &prices).await,
        [
            "Grill 1: 50 + 80/100g EUR",
            "Grill 2: 50 + 100/100g EUR",
            "Grill 3: 50 + 135/100g EUR"
        ]
    );
    // Meat, pork and beef; phosphate and sweetener; mustard for certain.
    let contents =
        format!("SELECT CAST(d.ingredients & 7 AS text) || ' ' || (d.additives & 192) {of_dish}");
    assert_eq!(texts(app, &contents).await, ["7 192"]);
    let mustard = format!(
        "SELECT CAST(COUNT(*) AS text) {}",
        of_dish.replace("WHERE", "JOIN dish_allergen a ON a.dish_id = d.id AND a.allergen = 1000 AND a.presence = 1 WHERE")
    );
    assert_eq!(texts(app, &mustard).await, ["1"]);
}
