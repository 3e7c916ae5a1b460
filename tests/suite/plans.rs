//! The plans of PostgreSQL: no statement of any operation reads a large table from end to end.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Request, Variables};
use entity::{hospital, kitchen};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use thali::{
    auth::Viewer,
    cache::Touched,
    command::import::bulk::insert,
    db::{Meter, Position},
    geo::Point,
    graph::{
        Reads,
        read::{Now, Selects},
    },
    load::{Loaders, drive},
    schema,
};

use crate::{
    app::{Engine, TestApp},
    data::{Data, Size, mix, places},
    operations,
};

/// From so many rows on a table is large.
const LARGE: f64 = 10_000.0;

/// What the example operations do not ask for: every ordering and way into a list.
const MORE: [&str; 16] = [
    "{ dishes(orderBy: { field: NAME, direction: DESC }) { nodes { name } } }",
    "{ dishes(orderBy: { field: ENERGY }) { nodes { name } } }",
    "{ dishes(orderBy: { field: ENERGY, direction: DESC }) { nodes { name } } }",
    "{ dishes(orderBy: { field: PROTEIN }) { nodes { name } } }",
    "{ dishes(orderBy: { field: PROTEIN, direction: DESC }) { nodes { name } } }",
    "{ dishes(last: 5, orderBy: { field: ENERGY }) { nodes { name } } }",
    "{ dishes(filter: { categories: [SOUP] }) { nodes { name } } }",
    "{ dishes(filter: { diets: [VEGAN], freeFrom: [NUTS] }) { nodes { name } } }",
    "{ dishes(search: \"thali\") { nodes { name } } }",
    "{ dishes(search: \"speciel thalli\") { nodes { name } } }",
    "{ hospitals { nodes { name } } }",
    "{ hospitals(last: 5) { nodes { name } } }",
    "{ hospitals(search: \"riverside\") { nodes { name } } }",
    "{ hospitals(search: \"rivreside generl\") { nodes { name } } }",
    "{ kitchens(near: { latitude: 48, longitude: 11, withinKm: 20 }) { nodes { dishes(orderBy: { field: ENERGY, direction: DESC }) { nodes { name } } } } }",
    "{ kitchens(near: { latitude: 48, longitude: 11, withinKm: 20 }) { nodes { hospitals { nodes { menus { nodes { items { nodes { dish { name } } } } } } } } } }",
];

/// Rows by the thousand below the places that are there, made by the database itself.
const GROW: [&str; 12] = [
    "INSERT INTO ward SELECT gen_random_uuid(), id, 'Ward ' || n, 'ward ' || n, 20
     FROM hospital, generate_series(101, 102) n",
    "INSERT INTO meal_window SELECT gen_random_uuid(), id, 2, 7, '06:00', '10:30', '11:00', '11:30',
     '13:00' FROM hospital WHERE code LIKE 'L%'",
    "INSERT INTO delivery_slot SELECT gen_random_uuid(), id, '11:30', '12:00', 60 FROM meal_window
     WHERE id NOT IN (SELECT meal_window_id FROM delivery_slot)",
    "INSERT INTO kitchen_hours SELECT id, n, '06:00', '18:00' FROM kitchen, generate_series(1, 2) n
     WHERE slug LIKE 'l-%'",
    "INSERT INTO kitchen_hospital SELECT k.id, h.id FROM kitchen k JOIN hospital h
     ON lower(h.code) = replace(k.slug, 'l-', 'l')",
    "INSERT INTO dish (id, kitchen_id, name, name_key, search_text, category, allergens_declared, diets,
         energy_kcal, protein_g, created_at, updated_at)
     SELECT gen_random_uuid(), id, t, lower(t), lower(t), 1 + n % 8, true, n % 4, n * 17 % 900, n % 40,
         now(), now()
     FROM kitchen, generate_series(101, 102) n,
         LATERAL (SELECT initcap(md5(id::text || n)) || ' dish ' || n AS t) AS names",
    "INSERT INTO dish_allergen SELECT id, 800, 1 FROM dish WHERE name LIKE '%dish%'",
    "INSERT INTO menu SELECT gen_random_uuid(), id, NULL, date '2026-11-20' + n, 2, now()
     FROM hospital, generate_series(1, 2) n WHERE code LIKE 'L%'",
    "INSERT INTO menu_section SELECT gen_random_uuid(), id, 'Mains', 1 FROM menu
     WHERE id NOT IN (SELECT menu_id FROM menu_section)",
    "INSERT INTO menu_item SELECT gen_random_uuid(), s.menu_id, s.id, d.id, 1
     FROM (SELECT *, row_number() OVER () AS n FROM menu_section WHERE title = 'Mains') s
     JOIN (SELECT *, row_number() OVER () AS n FROM dish) d USING (n)",
    "INSERT INTO menu_item_price SELECT id, 1, 0, 500, NULL, 'GBP' FROM menu_item
     WHERE id NOT IN (SELECT menu_item_id FROM menu_item_price)",
    "INSERT INTO availability SELECT id, 40, 0, now() FROM menu_item
     WHERE id NOT IN (SELECT menu_item_id FROM availability)",
];

/// Twelve thousand hospitals and kitchens between Lisbon and Kyiv, with all that is below them.
async fn filled() -> TestApp {
    let app = TestApp::start(Engine::Postgres).await;
    let mut data = Data::fill(&app, Size::times(10)).await;
    let (mut hospitals, mut kitchens) = (Vec::new(), Vec::new());
    for n in 0..12_000u64 {
        let part = |salt: u64| mix(n ^ salt) as f64 / u64::MAX as f64;
        let point = Point::new(36.0 + 24.0 * part(1 << 40), -10.0 + 40.0 * part(1 << 41));
        let (h, k) = (data.id(), data.id());
        let name = format!("{:x}", mix(n));
        hospitals.push(places::hospital(h, &format!("L{n}"), &name, point));
        kitchens.push(places::kitchen(k, &format!("l-{n}"), &name, point));
    }
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    insert::<hospital::Entity, _>(&db, hospitals).await.unwrap();
    insert::<kitchen::Entity, _>(&db, kitchens).await.unwrap();
    for sql in GROW {
        db.execute_unprepared(sql).await.unwrap();
    }
    db.commit().await.unwrap();
    // VACUUM also moves what waits in the full-text indexes to its place.
    app.app
        .db
        .for_migration()
        .execute_unprepared("VACUUM ANALYZE")
        .await
        .unwrap();
    app
}

struct Everything;

impl Selects for Everything {
    fn selects(&self, _: &str, _: &str) -> bool {
        true
    }
}

/// The statements that a query costs.
async fn statements(app: &TestApp, query: &str, variables: Value) -> Vec<Statement> {
    let meter = Meter::keeping("plans");
    let needed = Position::default();
    let touched = Touched::default();
    let reads = Reads::new(
        &app.app,
        &meter,
        (Viewer::Anonymous, needed),
        Arc::new(Everything),
        &touched,
    );
    let loaders = Loaders::new(reads);
    let request = Request::new(query)
        .variables(Variables::from_json(variables))
        .data(loaders.clone())
        .data(Now::new(app.app.clock.now(), &touched));
    let response = drive(&loaders, schema::build(&app.app).execute(request)).await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    meter.kept()
}

async fn plan(app: &TestApp, statement: &Statement) -> Vec<String> {
    let db = app.app.db.reader(&Meter::new("test"));
    let mut explain = statement.clone();
    explain.sql = format!("EXPLAIN {}", explain.sql);
    let rows = db.query_all_raw(explain).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

async fn sizes(app: &TestApp) -> BTreeMap<String, f64> {
    let sql = "SELECT relname::text, reltuples::float8 FROM pg_class WHERE relkind = 'r'";
    let db = app.app.db.for_migration();
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await
        .unwrap();
    let size = |row: &sea_orm::QueryResult| {
        (
            row.try_get_by_index(0).unwrap(),
            row.try_get_by_index(1).unwrap(),
        )
    };
    rows.iter().map(size).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_no_large_table_from_end_to_end() {
    let app = filled().await;
    let sizes = sizes(&app).await;
    let large: Vec<&str> = sizes
        .iter()
        .filter(|(_, rows)| **rows > LARGE)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        large.len(),
        14,
        "every table of the domain is large: {sizes:#?}"
    );
    let known = operations::placeholders(&app).await;
    let examples = operations::all();
    let mut queries: Vec<(String, Value)> = examples
        .iter()
        .map(|op| (op.text.clone(), op.variables(&known)))
        .collect();
    queries.extend(MORE.map(|query| (query.to_owned(), json!({}))));
    let mut found = Vec::new();
    for (query, variables) in queries {
        for statement in statements(&app, &query, variables).await {
            // A set of bits has no index. What fits a diet is much of the table, as a rule.
            if statement.sql.contains("\"diets\" &") {
                continue;
            }
            let plan = plan(&app, &statement).await;
            let scanned = plan
                .iter()
                .filter_map(|line| line.split("Seq Scan on ").nth(1));
            let mut scanned = scanned.map(|rest| rest.split(' ').next().unwrap());
            if scanned.any(|table| large.contains(&table)) {
                found.push(format!("{query}\n{}\n{}", statement.sql, plan.join("\n")));
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} plans:\n{}",
        found.len(),
        found.join("\n\n")
    );
}
