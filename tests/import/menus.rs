//! Menus that are less than perfect, and menus that change.

use std::fs;

use entity::menu_item;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use serde_json::{Value, json};
use thali::{
    app::App,
    command::import::{
        menus::Options,
        report::{Count, Kind},
    },
    db::Meter,
};

use crate::{
    database::{assert_same, dump, on_both, rows_of, texts, today},
    files::{Files, problems},
};

const STRICT: Options = Options {
    serve_hospitals: None,
    strict: true,
};

fn dish(name: &str, labels: &[&str]) -> Value {
    let price = |base| json!({"base_price": base, "price_per_unit": 0.8, "unit": "100g"});
    json!({"name": name, "dish_type": "Grill", "labels": labels,
           "prices": {"students": price(1.005), "staff": price(2.0), "guests": null}})
}

fn day(date: &str, dishes: &[Value]) -> Value {
    json!({"days": [{"date": date, "dishes": dishes}]})
}

fn canteens() -> Value {
    json!([{"canteen_id": "k", "name": "K", "open_hours": {"mon": {"start": "11:00", "end": "14:00"}}}])
}

async fn menu_lines(app: &App) -> Vec<String> {
    let lines = "SELECT CAST(m.date AS text) || ' ' || s.title || ' ' || d.name
         FROM menu_item i JOIN menu m ON m.id = i.menu_id JOIN menu_section s ON s.id = i.section_id
         JOIN dish d ON d.id = i.dish_id ORDER BY m.date, i.position";
    texts(app, lines).await
}

async fn item_ids(app: &App) -> Vec<uuid::Uuid> {
    let items = menu_item::Entity::find().order_by_asc(menu_item::Column::Position);
    let items = items
        .all(&app.db.reader(&Meter::new("test")))
        .await
        .unwrap();
    items.into_iter().map(|item| item.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_dish_is_reported_with_its_place_and_the_rest_goes_in() {
    on_both(|app| async move {
        let files = Files::new();
        let mut costly = dish("Gold", &[]);
        costly["prices"]["staff"]["base_price"] = json!(-1);
        let bad = [dish(" Krill \n soup", &["KRILL"]), json!({"dish_type": "Wok"}), costly];
        let dishes = [&bad[0], &dish("Rice ", &["VEGAN"]), &bad[1], &bad[2]].map(Clone::clone);
        files.json("canteens.json", &canteens());
        files.json("k/2024/19.json", &day("2024-05-06", &dishes));
        files.json("k/2024/20.json", &day("2024-05-13", &[dish("Stew", &["MEAT"])]));
        files.json("k/2024/21.json", &json!({"days": [{"date": "2024-13-01", "dishes": []}]}));
        let (week, wrong) = (files.shown("k/2024/19.json"), files.shown("k/2024/21.json"));
        let expected = [
            format!("{week}: day 2024-05-06, dish 1 \"Krill soup\": labels: \"KRILL\" is not known"),
            format!("{week}: day 2024-05-06, dish 3 \"\": name: is empty or missing"),
            format!("{week}: day 2024-05-06, dish 4 \"Gold\": prices.staff.base_price: -1 is not a price"),
            format!("{wrong}: day 1: date: input is out of range"),
        ];
        let refused = files.import(&app, STRICT).await;
        assert_eq!((problems(&refused).as_slice(), refused.refused), (&expected[..], 2));
        assert_eq!(menu_lines(&app).await, ["2024-05-13 Grill Stew"]);
        assert_eq!(rows_of(&app, "dish").await, 1, "nothing of the refused file");
        let taken = files.import(&app, Options::default()).await;
        assert_eq!((problems(&taken).as_slice(), taken.refused), (&expected[..], 0));
        assert_eq!(menu_lines(&app).await, ["2024-05-06 Grill Rice", "2024-05-13 Grill Stew"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_json_is_reported_and_others_go_in() {
    on_both(|app| async move {
        let files = Files::new();
        files.write("canteens.json", "[{");
        files.write("k/2024/19.json", "{\"days\": [");
        files.write("k/2024/20.json", "[]");
        files.json("k/2024/21.json", &day("2024-05-20", &[dish("Stew", &[])]));
        files.write("dishes.json", "\u{0}");
        let summary = files.import(&app, Options::default()).await;
        let expected = [
            format!(
                "{}: EOF while parsing an object at line 1 column 2",
                files.shown("canteens.json")
            ),
            format!(
                "{}: expected value at line 1 column 1",
                files.shown("dishes.json")
            ),
            format!(
                "{}: EOF while parsing a list at line 1 column 10",
                files.shown("k/2024/19.json")
            ),
            format!("{}: days: is no list", files.shown("k/2024/20.json")),
        ];
        assert_eq!(problems(&summary), expected);
        assert_eq!(menu_lines(&app).await, ["2024-05-20 Grill Stew"]);
        assert_eq!(texts(&app, "SELECT name FROM kitchen").await, ["K"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_week_brings_its_menu_up_to_date() {
    on_both(|app| async move {
        let files = Files::new();
        files.json("canteens.json", &canteens());
        let week = "k/2024/19.json";
        let mut soup = dish("Soup", &[]);
        soup["portions"] = json!(40);
        files.json(
            week,
            &day(
                "2024-05-06",
                &[dish("Rice", &[]), soup.clone(), dish("Stew", &[])],
            ),
        );
        files.import(&app, STRICT).await;
        let before = item_ids(&app).await;
        soup["dish_type"] = json!("Soups");
        soup["portions"] = json!(30);
        let mut rice = dish("Rice", &[]);
        rice["prices"] = json!({"staff": {"base_price": 3}, "guests": {"base_price": 4}});
        files.json(week, &day("2024-05-06", &[dish("Cake", &[]), rice, soup]));
        let summary = files.import(&app, STRICT).await;
        assert_eq!(
            summary.counted(Kind::Items),
            Count {
                new: 1,
                changed: 1,
                unchanged: 1,
                removed: 1
            }
        );
        assert_eq!(
            summary.counted(Kind::Prices),
            Count {
                new: 3,
                changed: 1,
                unchanged: 2,
                removed: 3
            }
        );
        let after = item_ids(&app).await;
        assert_eq!(before[..2], after[..2], "what stays keeps its id");
        assert_eq!(
            menu_lines(&app).await,
            [
                "2024-05-06 Grill Rice",
                "2024-05-06 Soups Soup",
                "2024-05-06 Grill Cake"
            ]
        );
        let prices = "SELECT p.audience || ' ' || p.base_minor || ' ' || p.per_unit_minor
             FROM menu_item_price p JOIN menu_item i ON i.id = p.menu_item_id
             JOIN dish d ON d.id = i.dish_id WHERE d.name = 'Rice' ORDER BY 1";
        assert_eq!(texts(&app, prices).await, ["2 300 0", "3 400 0"]);
        let portions = "SELECT CAST(portions AS text) FROM availability WHERE portions IS NOT NULL";
        assert_eq!(texts(&app, portions).await, ["30"]);
        let versions = "SELECT CAST(version AS text) FROM menu";
        assert_eq!(texts(&app, versions).await, ["2"]);
        files.import(&app, STRICT).await;
        assert_eq!(texts(&app, versions).await, ["2"], "nothing has changed");
        // Running servers hear of every transaction.
        let events = "SELECT DISTINCT name FROM outbox WHERE published_at IS NULL";
        assert_eq!(texts(&app, events).await, ["DataImported"]);
        files.json(week, &day("2024-05-06", &[]));
        files.import(&app, STRICT).await;
        let shown = "SELECT date FROM menu WHERE published_at IS NOT NULL";
        assert_eq!(texts(&app, shown).await.len(), 0);
        assert_eq!(rows_of(&app, "menu_section").await, 0);
        assert_eq!(texts(&app, versions).await, ["3"]);
        files.json(week, &day("2024-05-06", &[dish("Stew", &[])]));
        let again = files.import(&app, STRICT).await;
        assert_eq!(again.counted(Kind::Menus).new, 1);
        assert_eq!(
            rows_of(&app, "menu").await,
            1,
            "the same one is shown again"
        );
        assert_eq!(texts(&app, versions).await, ["4"]);
        assert_eq!(menu_lines(&app).await, ["2024-05-06 Grill Stew"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_stays_and_is_not_forgotten() {
    on_both(|app| async move {
        let files = Files::new();
        files.json("canteens.json", &canteens());
        let week = "k/2024/19.json";
        let with = |name: &str, portions: Option<i32>| {
            let mut dish = dish(name, &[]);
            dish["portions"] = json!(portions);
            dish
        };
        let sheet = [
            with("Rice", Some(40)),
            with("Soup", Some(40)),
            with("Stew", Some(40)),
        ];
        files.json(week, &day("2024-05-06", &sheet));
        files.import(&app, STRICT).await;
        // Somebody orders while the next sheet comes, which has no soup.
        let sheet = [with("Rice", Some(60)), with("Stew", None)];
        files.json(week, &day("2024-05-06", &sheet));
        let order = app.db.begin(&Meter::new("test")).await.unwrap();
        let ordered = "UPDATE availability SET reserved = reserved + 3";
        order.execute_unprepared(ordered).await.unwrap();
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            order.commit().await.unwrap();
        };
        let (summary, ()) = tokio::join!(files.import(&app, STRICT), commit);
        assert_eq!(
            (summary.promised, summary.counted(Kind::Items).removed),
            (1, 0)
        );
        let told = "1 items stay that their sheets have no longer";
        assert!(summary.to_string().contains(told), "{summary}");
        let portions = "SELECT d.name || ' ' || a.portions || ' ' || a.reserved FROM availability a
             JOIN menu_item i ON i.id = a.menu_item_id JOIN dish d ON d.id = i.dish_id ORDER BY 1";
        assert_eq!(
            texts(&app, portions).await,
            ["Rice 60 3", "Soup 40 3", "Stew 40 3"]
        );
        let back = app.db.begin(&Meter::new("test")).await.unwrap();
        back.execute_unprepared("UPDATE availability SET reserved = 0")
            .await
            .unwrap();
        back.commit().await.unwrap();
        files.import(&app, STRICT).await;
        assert_eq!(texts(&app, portions).await, ["Rice 60 0", "Stew 40 0"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dish_adds_up_what_its_weeks_declare_in_any_order() {
    on_both(|app| async move {
        let weeks = [
            dish("Curry", &["VEGAN", "SESAME"]),
            json!({"name": "CURRY ", "dish_type": "Wok", "prices": {}, "ingredients": ["Mi", "2"]}),
            dish("curry", &["VEGETARIAN", "ALMONDS"]),
        ];
        // The last kitchen's files come one by one, each in an import of its own.
        for (kitchen, order) in [("a", [0, 1, 2]), ("b", [2, 1, 0]), ("c", [0, 2, 1])] {
            let files = Files::new();
            for (week, which) in order.into_iter().enumerate() {
                let file = format!("{kitchen}/2024/{}.json", week + 1);
                let date = format!("2024-01-{:02}", 7 * week + 1);
                files.json(&file, &day(&date, &[weeks[which].clone()]));
                if kitchen == "c" || week == 2 {
                    files.import(&app, STRICT).await;
                    fs::remove_dir_all(files.0.path().join(kitchen)).unwrap();
                }
            }
        }
        let declared =
            "SELECT a.allergen || ' ' || COUNT(*) FROM dish_allergen a GROUP BY a.allergen
                        ORDER BY a.allergen";
        assert_eq!(
            texts(&app, declared).await,
            ["700 3", "800 3", "801 3", "1100 3"]
        );
        // Vegetarian (bit 0) and a preservative (bit 1), by all three.
        let sets = "SELECT diets || ' ' || additives FROM dish";
        assert_eq!(texts(&app, sets).await, ["1 2"; 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_decides_and_follows_its_changes() {
    on_both(|app| async move {
        let files = Files::new();
        files.json("canteens.json", &canteens());
        files.json("k/2024/19.json", &day("2024-05-06", &[dish("porridge", &["VEGETARIAN", "OAT"])]));
        let mut porridge = json!({
            "kitchen": "k", "name": "Porridge", "description": "Oats in milk", "category": "BREAKFAST",
            "labels": ["OAT", "MILK", "HAZELNUTS"], "may_contain": ["WALNUTS"],
            "diets": ["VEGETARIAN", "HALAL"], "food_texture": 6, "drink_thickness": null,
            "nutrition": {"energy_kcal": 309, "protein_g": 12.7}, "portion_g": 345, "photo": null});
        let other = json!({"kitchen": "nowhere", "name": "Tea", "category": "DRINK"});
        files.json("dishes.json", &json!([porridge, other]));
        let summary = files.import(&app, Options::default()).await;
        assert_eq!(
            problems(&summary),
            [format!("{}: dish 2 \"Tea\": kitchen: \"nowhere\" is not known", files.shown("dishes.json"))]
        );
        let row = "SELECT name || '|' || search_text || '|' || category || '|' || diets || '|' || energy_kcal FROM dish";
        let allergens = "SELECT allergen || ' ' || presence FROM dish_allergen ORDER BY allergen";
        let energy = |rows: Vec<String>| rows[0].trim_end_matches(".0").to_owned();
        assert_eq!(energy(texts(&app, row).await), "Porridge|porridge oats in milk|1|1|309");
        assert_eq!(texts(&app, allergens).await, ["100 1", "104 1", "700 1", "800 1", "802 1", "803 2"]);
        let before = dump(&app).await;
        app.clock.set(today() + chrono::Duration::days(1));
        files.import(&app, Options::default()).await;
        assert_same(&before, &dump(&app).await);
        porridge["labels"] = json!(["OAT"]);
        porridge["nutrition"]["energy_kcal"] = json!(250);
        files.json("dishes.json", &json!([porridge]));
        let summary = files.import(&app, STRICT).await;
        assert_eq!(summary.counted(Kind::Dishes), Count { changed: 1, ..Count::default() });
        assert_eq!(energy(texts(&app, row).await), "Porridge|porridge oats in milk|1|1|250");
        assert_eq!(texts(&app, allergens).await, ["100 1", "104 1", "800 2", "803 2"]);
    })
    .await;
}
