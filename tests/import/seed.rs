//! Synthetic data: the same from the same seed.

use thali::command::{import::report::Progress, seed::seed_synthetic};

use crate::database::{TestDb, assert_same, dump, numbers, on_both, rows_of, today};

/// Makes five hospitals of `seed`.
async fn sow(db: &TestDb, seed: u64) -> Vec<(&'static str, Vec<String>)> {
    let progress = Progress::silent();
    seed_synthetic(&db.app, 5, seed, &progress).await.unwrap();
    dump(&db.app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_makes_the_same_rows() {
    for (first, second) in [
        (TestDb::sqlite().await, TestDb::sqlite().await),
        (TestDb::postgres().await, TestDb::postgres().await),
    ] {
        // Another day of the same week makes no difference.
        second.app.clock.set(today() - chrono::Duration::days(4));
        let (one, other) = tokio::join!(sow(&first, 1), sow(&second, 1));
        first.drop().await;
        second.drop().await;
        assert_same(&one, &other);
        for (table, rows) in &one {
            assert!(!rows.is_empty(), "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_is_sown_once_and_another_adds_to_it() {
    on_both(|app| async move {
        let progress = Progress::silent();
        seed_synthetic(&app, 1, 1, &progress).await.unwrap();
        let before = dump(&app).await;
        let again = seed_synthetic(&app, 3, 1, &progress).await.unwrap_err();
        assert_eq!(
            again.to_string(),
            "hospital SIM1-00001 is there: seed 1 was sown already; `--seed` with another number \
             makes others"
        );
        assert_same(&before, &dump(&app).await);
        seed_synthetic(&app, 1, 2, &progress).await.unwrap();
        for (table, rows) in before {
            let now = rows_of(&app, table).await;
            assert!(now > rows.len() as i64, "{table}");
        }
        let ungrouped = "SELECT COUNT(*) FROM dish_allergen a WHERE a.allergen % 100 <> 0
             AND NOT EXISTS (SELECT 1 FROM dish_allergen g WHERE g.dish_id = a.dish_id
                 AND g.allergen = a.allergen / 100 * 100)";
        assert_eq!(
            numbers(&app, ungrouped).await,
            [0],
            "a species names its group"
        );
    })
    .await;
}
