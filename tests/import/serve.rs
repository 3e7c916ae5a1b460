//! Menus with readers: kitchens attached to hospitals around them, and plans for hospitals.

use std::{collections::HashMap, fs};

use serde_json::{Value, json};
use thali::{
    app::App,
    command::{
        import::{hospitals, menus::Options, report::Progress},
        seed::seed_demo,
    },
};

use crate::{
    count,
    database::{assert_same, dump, numbers, on_both, rows_of, texts, today},
    files::{Files, problems, shared},
};

/// Latitude and longitude in degrees.
type Place = (f64, f64);

#[tokio::test(flavor = "multi_thread")]
async fn kitchens_serve_their_nearest_hospitals() {
    on_both(|app| async move {
        import_hospitals(&app).await;
        let files = Files::new();
        let mut canteens = count::json(&shared().join("menus/canteens.json"));
        // Two of them among the hospitals, one far from all.
        for (canteen, place) in [(1, (51.5, -0.12)), (2, (53.48, -2.24)), (3, (-33.9, 151.2))] {
            canteens[canteen]["location"] = json!({"latitude": place.0, "longitude": place.1});
        }
        files.json("canteens.json", &canteens);
        for week in [
            "mensa-garching/2024/20.json",
            "mensa-leopoldstr/2024/20.json",
            "stubistro-grosshadern/2024/20.json",
        ] {
            files.write(week, fs::read(shared().join("menus").join(week)).unwrap());
        }
        let options = Options {
            serve_hospitals: Some(3),
            strict: true,
        };
        assert_eq!(problems(&files.import(&app, options).await), [""; 0]);
        assert_nearest(&app, &canteens, 3).await;
        assert_hospital_menus(&app, 2).await;
        let before = dump(&app).await;
        app.clock.set(today() + chrono::Duration::days(1));
        files.import(&app, options).await;
        assert_same(&before, &dump(&app).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kitchens_that_share_a_hospital_share_its_menus() {
    on_both(|app| async move {
        import_hospitals(&app).await;
        let files = Files::new();
        let location = json!({"latitude": 51.5, "longitude": -0.12});
        files.json(
            "canteens.json",
            &json!([
            {"canteen_id": "a", "name": "A", "location": location},
            {"canteen_id": "b", "name": "B", "location": location}]),
        );
        for (kitchen, name) in [("a", "Rice"), ("b", "Beans")] {
            let dishes = ["Bread", name]
                .map(|name| json!({"name": name, "dish_type": "Grill", "labels": []}));
            let week = json!({"days": [{"date": "2024-05-06", "dishes": dishes}]});
            files.json(&format!("{kitchen}/2024/19.json"), &week);
        }
        files
            .import(
                &app,
                Options {
                    serve_hospitals: Some(1),
                    strict: true,
                },
            )
            .await;
        let lines =
            "SELECT s.title || ' ' || s.position || ' ' || d.name || ' ' || i.position FROM menu m
             JOIN menu_item i ON i.menu_id = m.id JOIN menu_section s ON s.id = i.section_id
             JOIN dish d ON d.id = i.dish_id WHERE m.hospital_id IS NOT NULL ORDER BY i.position";
        assert_eq!(
            texts(&app, lines).await,
            [
                "Grill 1 Bread 1",
                "Grill 1 Rice 2",
                "Grill 1 Bread 3",
                "Grill 1 Beans 4"
            ]
        );
        assert_eq!(
            rows_of(&app, "menu").await,
            3,
            "two house menus and the hospital's"
        );
        // One kitchen's change leaves the other's dishes alone.
        files.json(
            "a/2024/19.json",
            &json!({"days": [{"date": "2024-05-06", "dishes": []}]}),
        );
        files.import(&app, Options::default()).await;
        assert_eq!(
            texts(&app, lines).await,
            ["Grill 1 Bread 3", "Grill 1 Beans 4"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_reaches_the_weeks_around_today_and_is_extended_later() {
    on_both(|app| async move {
        seed_demo(&app, &Progress::silent()).await.unwrap();
        assert_eq!(rows_of(&app, "hospital").await, 5);
        let house = "SELECT COUNT(*) FROM menu WHERE kitchen_id IS NOT NULL";
        assert_eq!(numbers(&app, house).await, [0], "plans for hospitals only");
        let span = "SELECT CAST(MIN(date) AS text) || ' ' || CAST(MAX(date) AS text) FROM menu";
        assert_eq!(texts(&app, span).await, ["2026-11-09 2026-12-13"]);
        let foreign =
            "SELECT COUNT(*) FROM menu_item_price p JOIN menu_item i ON i.id = p.menu_item_id
             JOIN menu m ON m.id = i.menu_id JOIN hospital h ON h.id = m.hospital_id
             WHERE p.currency <> h.currency";
        assert_eq!(
            numbers(&app, foreign).await,
            [0],
            "a hospital pays in its currency"
        );
        let before = dump(&app).await;
        seed_demo(&app, &Progress::silent()).await.unwrap();
        assert_same(&before, &dump(&app).await);
        app.clock.set(today() + chrono::Duration::days(7));
        seed_demo(&app, &Progress::silent()).await.unwrap();
        assert_eq!(texts(&app, span).await, ["2026-11-09 2026-12-20"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_stays_a_plan_while_the_list_of_canteens_cannot_be_read() {
    on_both(|app| async move {
        let list = "OrganisationCode,OrganisationName,Currency\nH1,Aspen House,GBP\n";
        let list = hospitals::import(&app, "list.csv", list.as_bytes(), true);
        list.await.unwrap();
        let files = Files::new();
        let canteen = json!({"canteen_id": "k", "name": "K", "serves": ["H1", "H2"]});
        files.json("canteens.json", &json!([canteen]));
        let price = json!({"students": {"base_price": 2.5}});
        let rice = json!({"name": "Rice", "dish_type": "Sides", "prices": price});
        let days = [1, 2, 3, 4, 5, 6, 7].map(|day| json!({"weekday": day, "dishes": [rice]}));
        files.json("k/cycle/1.json", &json!({"days": days}));
        let summary = files.import(&app, Options::default()).await;
        let unknown = "canteen \"k\": serves: there is no hospital \"H2\"";
        assert_eq!(
            problems(&summary),
            [format!("{}: {unknown}", files.shown("canteens.json"))]
        );
        let before = dump(&app).await;
        assert_eq!(rows_of(&app, "menu").await, 35);
        files.write("canteens.json", "[");
        assert_eq!(
            files.import(&app, Options::default()).await.problems.len(),
            1
        );
        assert_same(&before, &dump(&app).await);
    })
    .await;
}

async fn import_hospitals(app: &App) {
    let bytes = fs::read(shared().join("hospitals/Hospital.csv")).unwrap();
    hospitals::import(app, "Hospital.csv", &bytes, true)
        .await
        .unwrap();
}

/// Every kitchen with a location serves `count` hospitals, and none that it does not serve is
/// nearer than those.
async fn assert_nearest(app: &App, canteens: &Value, count: usize) {
    let degrees = |text: &str| -> Place {
        let (latitude, longitude) = text.split_once(' ').unwrap();
        (latitude.parse().unwrap(), longitude.parse().unwrap())
    };
    let codes = "SELECT code || '|' || latitude || ' ' || longitude FROM hospital WHERE latitude IS NOT NULL";
    let hospitals: HashMap<String, Place> = texts(app, codes)
        .await
        .iter()
        .map(|row| {
            row.split_once('|')
                .map(|(code, place)| (code.to_owned(), degrees(place)))
                .unwrap()
        })
        .collect();
    for canteen in canteens.as_array().unwrap() {
        let slug = canteen["canteen_id"].as_str().unwrap();
        let location = &canteen["location"];
        let kitchen = (
            location["latitude"].as_f64().unwrap(),
            location["longitude"].as_f64().unwrap(),
        );
        let served = format!(
            "SELECT h.code FROM kitchen_hospital s JOIN kitchen k ON k.id = s.kitchen_id
             JOIN hospital h ON h.id = s.hospital_id WHERE k.slug = '{slug}'"
        );
        let served = texts(app, &served).await;
        assert_eq!(served.len(), count, "{slug}");
        let reach = served
            .iter()
            .map(|code| haversine_m(kitchen, hospitals[code]))
            .fold(0.0, f64::max);
        let nearer = hospitals
            .values()
            .filter(|place| haversine_m(kitchen, **place) < reach - 0.01);
        assert!(
            nearer.count() < count,
            "{slug}: a nearer hospital is not served"
        );
    }
    let all = canteens.as_array().unwrap().len() * count;
    assert_eq!(rows_of(app, "kitchen_hospital").await, all as i64);
}

/// Every hospital of a kitchen has all that is on the kitchen's house menu, on the same day.
async fn assert_hospital_menus(app: &App, kitchens: i64) {
    let missing = "SELECT COUNT(*) FROM menu house JOIN menu_item i ON i.menu_id = house.id
         JOIN kitchen_hospital s ON s.kitchen_id = house.kitchen_id
         WHERE NOT EXISTS (SELECT 1 FROM menu m JOIN menu_item other ON other.menu_id = m.id
             WHERE m.hospital_id = s.hospital_id AND m.date = house.date AND m.meal = house.meal
             AND other.dish_id = i.dish_id)";
    assert_eq!(numbers(app, missing).await, [0]);
    let cooking = "SELECT COUNT(DISTINCT s.kitchen_id) FROM menu house
         JOIN kitchen_hospital s ON s.kitchen_id = house.kitchen_id";
    assert_eq!(numbers(app, cooking).await, [kitchens]);
    assert_eq!(
        numbers(app, "SELECT COUNT(DISTINCT currency) FROM menu_item_price").await,
        [1],
        "real prices stay in euros"
    );
}

fn haversine_m(a: Place, b: Place) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let h = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
    2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin()
}
