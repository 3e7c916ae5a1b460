//! Lists of what is near, against the haversine formula over all places: everywhere on the
//! globe, the antimeridian and the poles included.

use proptest::prelude::*;
use serde_json::{Value, json};
use thali::{geo::Point, graph::id::Kind};

use crate::{
    app::TestApp,
    data::{Data, mix, places},
    on_both,
    pages::lists::distance,
    property::holds,
};

/// Around these places there are hospitals and questions.
const CENTRES: [(f64, f64); 7] = [
    (51.5, -0.1),
    (-17.0, 179.99),
    (65.2, -179.98),
    (89.9, 30.0),
    (-89.95, -120.0),
    (0.0, 0.0),
    (0.01, 179.999),
];

/// A place at most about 900 km from one of the centres; most are much nearer.
fn place(seed: u64) -> Point {
    let part = |n: u64| mix(seed ^ (n << 32)) as f64 / u64::MAX as f64;
    let (latitude, longitude) = CENTRES[(mix(seed) % 7) as usize];
    let away = 8.0 * part(1).powi(4);
    let angle = std::f64::consts::TAU * part(2);
    let latitude = (latitude + away * angle.sin()).clamp(-90.0, 90.0);
    let stretch = latitude.to_radians().cos().max(0.001);
    let longitude = longitude + (away * angle.cos() / stretch).clamp(-180.0, 180.0);
    let longitude = (longitude + 540.0).rem_euclid(360.0) - 180.0;
    Point::new(latitude, longitude).unwrap()
}

const PLACES: u64 = 600;

async fn filled(app: &TestApp) -> Vec<(Point, String)> {
    let mut data = Data::default();
    let mut all = Vec::new();
    for n in 0..PLACES {
        let (id, point) = (data.id(), place(n));
        let row = places::hospital(id, &format!("N{n}"), "Near", Some(point));
        data.hospitals.push(row);
        all.push((point, Kind::Hospital.id(id).0));
    }
    let id = data.id();
    data.hospitals
        .push(places::hospital(id, "NOWHERE", "Nowhere", None));
    data.write(app).await;
    all
}

/// All that is near, in pages of 100: (id, distance as the API says).
async fn near(app: &TestApp, centre: Point, within_km: f64) -> Vec<(String, f64)> {
    let query = "query ($at: LocationInput!, $near: Near!, $after: String) {
        hospitals(near: $near, first: 100, after: $after) {
            totalCount
            nodes { id distanceM(from: $at) }
            pageInfo { hasNextPage endCursor }
        }
    }";
    let at = json!({ "latitude": centre.latitude, "longitude": centre.longitude });
    let mut near = at.clone();
    near["withinKm"] = json!(within_km);
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = app
            .data(query, json!({ "at": at, "near": near, "after": after }))
            .await;
        let page = &data["hospitals"];
        for node in page["nodes"].as_array().unwrap() {
            let metres = node["distanceM"].as_f64().unwrap();
            found.push((node["id"].as_str().unwrap().to_owned(), metres));
        }
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len());
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

on_both! {
    async fn is_what_the_haversine_formula_says(app: TestApp) {
        let all = filled(&app).await;
        let radius = prop_oneof![0.05..5.0f64, 5.0..100.0f64, 100.0..1000.0f64];
        holds(150, (any::<u64>(), 0..4u8, radius), async |(seed, exact, within_km)| {
            // A quarter of the questions are asked at a centre itself.
            let centre = match exact {
                0 => {
                    let (latitude, longitude) = CENTRES[(seed % 7) as usize];
                    Point::new(latitude, longitude).unwrap()
                }
                _ => place(seed),
            };
            let metres = |point: &Point| {
                let (from, to) = (centre, point);
                distance((from.latitude, from.longitude), (to.latitude, to.longitude))
            };
            let found = near(&app, centre, within_km).await;
            let question = format!("{centre:?} within {within_km} km");
            for pair in found.windows(2) {
                assert!(pair[0].1 <= pair[1].1 + 0.001, "{question}: {pair:?}");
            }
            for (point, id) in &all {
                let metres = metres(point);
                let answer = found.iter().find(|(found, _)| found == id);
                match answer {
                    Some((_, said)) => assert!((said - metres).abs() < 0.01, "{question}: {point:?}"),
                    // On the very edge the two formulas may differ by rounding.
                    None => assert!(metres > within_km * 1000.0 - 0.01, "{question}: no {point:?}"),
                }
            }
            let most = within_km * 1000.0 + 0.01;
            assert!(found.iter().all(|(_, metres)| *metres <= most), "{question}");
        });
    }
}

on_both! {
    async fn reaches_over_the_antimeridian_and_the_poles(app: TestApp) {
        filled(&app).await;
        for (latitude, longitude) in CENTRES.into_iter().chain([(90.0, 0.0), (-90.0, 77.0), (0.0, 180.0), (0.0, -180.0)]) {
            let centre = Point::new(latitude, longitude).unwrap();
            let found = near(&app, centre, 1000.0).await;
            assert!(found.len() > 40, "{centre:?}: {}", found.len());
        }
    }
}

on_both! {
    async fn is_refused_where_the_circle_makes_no_sense(app: TestApp) {
        for (near, message) in [
            ("latitude: 91, longitude: 0", "91, 0 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180."),
            ("latitude: 0, longitude: 180.5", "0, 180.5 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180."),
            ("latitude: 0, longitude: 0, withinKm: 0", "`withinKm` is 0; it must be above 0 and at most 1000."),
            ("latitude: 0, longitude: 0, withinKm: -3", "`withinKm` is -3; it must be above 0 and at most 1000."),
            ("latitude: 0, longitude: 0, withinKm: 1000.5", "`withinKm` is 1000.5; it must be above 0 and at most 1000."),
        ] {
            let answer = app.execute(&format!("{{ kitchens(near: {{ {near} }}) {{ totalCount }} }}"), json!({})).await;
            assert_eq!(answer["errors"][0]["message"], message, "{answer:#}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        }
    }
}
