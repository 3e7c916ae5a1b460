//! Seeded orders: consistent with what follows from them, and read by indexes.

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use thali::{
    command::{
        explain::{self, Bounds},
        import::report::{Kind, Progress},
        seed::{Orders, seed_demo, seed_orders, seed_synthetic},
    },
    ordering::make_months,
};

use crate::{
    app::{Engine, TestApp},
    on_both,
    orders::tallies,
};

async fn numbers(app: &TestApp, sql: &str) -> Vec<i64> {
    let db = app.app.db.for_migration();
    let rows = db.query_all_raw(Statement::from_string(app.app.db.backend(), sql));
    let rows = rows.await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

async fn sow(app: &TestApp, hospitals: u32, number: u64) {
    let progress = Progress::silent();
    make_months(&app.app).await.unwrap();
    seed_demo(&app.app, &progress).await.unwrap();
    seed_synthetic(&app.app, hospitals, 1, &progress)
        .await
        .unwrap();
    let made = seed_orders(&app.app, Orders { number, seed: 1 }, &progress)
        .await
        .unwrap();
    assert_eq!(made.counted(Kind::Orders).new, number);
}

/// What must be found nowhere.
const CONTRADICTIONS: [(&str, &str); 11] = [
    (
        "a total that is not that of the lines",
        "SELECT COUNT(*) FROM orders o WHERE o.total_minor <> (SELECT SUM(l.unit_price_minor * l.quantity)
             FROM order_line l WHERE l.order_id = o.id)",
    ),
    (
        "an order without lines",
        "SELECT COUNT(*) FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)",
    ),
    (
        "a version that is not the number of events",
        "SELECT COUNT(*) FROM orders o WHERE o.version <> (SELECT COUNT(*) FROM order_event e
             WHERE e.order_id = o.id)",
    ),
    (
        "a status that is not that of the last event",
        "SELECT COUNT(*) FROM orders o WHERE o.status <> (SELECT e.status FROM order_event e
             WHERE e.order_id = o.id AND e.version = o.version)",
    ),
    (
        "an event before the one that it follows",
        "SELECT COUNT(*) FROM order_event e JOIN order_event f ON f.order_id = e.order_id
             AND f.version = e.version + 1 WHERE f.at < e.at",
    ),
    (
        "portions that were not ordered, or not counted",
        "SELECT COUNT(*) FROM availability a WHERE a.reserved <> (SELECT COALESCE(SUM(l.quantity), 0)
             FROM order_line l JOIN orders o ON o.id = l.order_id
             WHERE l.menu_item_id = a.menu_item_id AND o.status < 7)",
    ),
    (
        "a slot whose trays were not counted",
        "SELECT COUNT(*) FROM (SELECT slot_id, date, COUNT(*) AS n FROM orders WHERE status < 7
             GROUP BY slot_id, date) c LEFT JOIN slot_load s ON s.slot_id = c.slot_id AND s.date = c.date
             WHERE s.taken IS NULL OR s.taken <> c.n",
    ),
    (
        "trays that nobody ordered",
        "SELECT COUNT(*) FROM slot_load s WHERE s.taken > 0 AND NOT EXISTS (SELECT 1 FROM orders o
             WHERE o.slot_id = s.slot_id AND o.date = s.date AND o.status < 7)",
    ),
    (
        "an order for a menu of another day or meal",
        "SELECT COUNT(*) FROM orders o JOIN menu m ON m.id = o.menu_id
             WHERE m.date <> o.date OR m.meal <> o.meal OR m.hospital_id <> o.hospital_id",
    ),
    (
        "a line that was cooked elsewhere",
        "SELECT COUNT(*) FROM order_line l JOIN orders o ON o.id = l.order_id JOIN dish d ON d.id = l.dish_id
             WHERE d.kitchen_id <> o.kitchen_id",
    ),
    (
        "an allergen on the tray of who is allergic",
        "SELECT COUNT(*) FROM order_line l JOIN orders o ON o.id = l.order_id
             JOIN patient_allergy p ON p.patient_id = o.patient_id
             JOIN dish_allergen d ON d.dish_id = l.dish_id AND d.allergen / 100 = p.allergen / 100",
    ),
];

on_both! {
    async fn orders_contradict_nothing_that_follows_from_them(app: TestApp) {
        sow(&app, 2, 3_000).await;
        for (what, sql) in CONTRADICTIONS {
            assert_eq!(numbers(&app, sql).await, [0], "{what}");
        }
        tallies::compare(&app).await;
        for (what, sql) in [
            ("of this week", "SELECT COUNT(*) FROM orders WHERE status < 6"),
            ("given back", "SELECT COUNT(*) FROM orders WHERE status > 6"),
            ("for the allergic", "SELECT COUNT(*) FROM orders o JOIN patient_allergy a ON a.patient_id = o.patient_id"),
            ("with portions", "SELECT COUNT(*) FROM availability WHERE reserved > 0"),
        ] {
            assert!(numbers(&app, sql).await[0] > 20, "{what}");
        }
        if app.engine() == Engine::Postgres {
            // Every month has its own, and none was left without.
            let months = "SELECT COUNT(DISTINCT tableoid) FROM orders";
            assert!(numbers(&app, months).await[0] >= 12);
            assert_eq!(make_months(&app.app).await.unwrap(), []);
            let invalid = "SELECT COUNT(*) FROM pg_index WHERE NOT indisvalid";
            assert_eq!(numbers(&app, invalid).await, [0]);
        }
        let again = seed_orders(&app.app, Orders { number: 10, seed: 1 }, &Progress::silent()).await;
        let again = again.unwrap_err().to_string();
        assert_eq!(again, "seed 1 has orders already; `--seed` with another number makes others");
        let more = Orders { number: 3_000, seed: 2 };
        seed_orders(&app.app, more, &Progress::silent()).await.unwrap();
        for (what, sql) in CONTRADICTIONS {
            assert_eq!(numbers(&app, sql).await, [0], "{what}, after more");
        }
        tallies::compare(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn examples_are_planned_well_and_a_missing_index_is_noticed() {
    let app = TestApp::start(Engine::Postgres).await;
    // With few hospitals, what belongs to some is what there is.
    sow(&app, 24, 30_000).await;
    let db = app.app.db.for_migration();
    db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    let bounds = Bounds {
        large: 2_000.0,
        sort: 2_000.0,
        // The plan for all values does not know that one month has an order.
        cost: 100_000.0,
    };
    let faults = async |files: &[PathBuf], bounds: Bounds, least: usize| {
        let explained = explain::explain(&app.app, bounds, files).await.unwrap();
        assert!(explained.len() > least, "{} statements", explained.len());
        let bad = explained.into_iter().filter(|one| !one.faults.is_empty());
        bad.map(|one| {
            format!(
                "{} ({}): {:?}\n{}\n{}",
                one.operation, one.viewer, one.faults, one.sql, one.plan
            )
        })
        .collect::<Vec<_>>()
    };
    let bad = faults(&[], bounds, 60).await;
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
    let folder = tempfile::tempdir().unwrap();
    // Pages of ten kitchens are sorted together, and nobody knows how small they are.
    let of_pages = Bounds {
        sort: 5_000.0,
        ..bounds
    };
    let bad = faults(&lists_of_orders(folder.path()), of_pages, 300).await;
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
    // The index that events are found by.
    let drop = "ALTER TABLE order_event DROP CONSTRAINT order_event_pkey";
    db.execute_unprepared(drop).await.unwrap();
    let bad = faults(&[], bounds, 60).await.join("\n\n");
    assert!(bad.contains("latest-orders (administrator)"), "{bad}");
}

/// Operations that list orders of everything that has some, by every filter in every order.
fn lists_of_orders(folder: &Path) -> Vec<PathBuf> {
    let lists = [
        (
            "hospital",
            "node(id: $hospital) { ... on Hospital { ORDERS } }",
        ),
        (
            "kitchen",
            "node(id: $kitchen) { ... on Kitchen { ORDERS } }",
        ),
        (
            "patients",
            "node(id: $ward) { ... on Ward { patients(first: 3) { nodes { ORDERS } } } }",
        ),
        ("viewer", "viewer { ORDERS }"),
    ];
    let filters = [
        "",
        "status: [PLACED, ACCEPTED]",
        "date: $day",
        "meal: LUNCH",
        "deliveryFrom: $from",
        "deliveryBefore: $from",
        "flagged: true",
        "flagged: false",
        "ward: $ward",
        "date: $day, meal: LUNCH, status: [PLACED]",
        "ward: $ward, date: $day, flagged: false",
    ];
    let mut files = Vec::new();
    for (name, list) in lists {
        for (number, filter) in filters.iter().enumerate() {
            for field in ["DELIVERY_TIME", "PLACED_AT"] {
                for direction in ["ASC", "DESC"] {
                    let order = format!("{{ field: {field}, direction: {direction} }}");
                    let orders = format!(
                        "orders(first: 20, filter: {{ {filter} }}, orderBy: {order}) {{
                            nodes {{ number status }} pageInfo {{ hasNextPage }}
                        }}"
                    );
                    let selected = list.replace("ORDERS", &orders);
                    let types = [
                        ("$hospital", "ID!"),
                        ("$kitchen", "ID!"),
                        ("$ward", "ID!"),
                        ("$day", "Date!"),
                        ("$from", "DateTime!"),
                    ];
                    let used = types.iter().filter(|(name, _)| selected.contains(name));
                    let declared = used.map(|(name, ty)| format!("{name}: {ty}"));
                    let text = match declared.collect::<Vec<_>>().join(" ") {
                        none if none.is_empty() => format!("{{ {selected} }}"),
                        declared => format!("query ({declared}) {{ {selected} }}"),
                    };
                    let file = folder.join(format!("{name}-{number}-{field}-{direction}.graphql"));
                    std::fs::write(&file, text).unwrap();
                    let variables = json!({
                        "hospital": "$HOSPITAL",
                        "kitchen": "$KITCHEN",
                        "ward": "$WARD",
                        "day": "$TODAY",
                        "from": "2026-11-23T11:00:00Z",
                    });
                    let beside = file.with_extension("variables.json");
                    std::fs::write(beside, variables.to_string()).unwrap();
                    files.push(file);
                }
            }
        }
    }
    files
}
