//! Many who write the same at once.

use std::time::Duration;

use futures_util::future::{join, join_all};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use thali::db::Meter;

use super::{five_pounds, kept, price_of, priced, problems, set_price};
use crate::{
    app::{Engine, TestApp},
    data::{Data, Size},
    on_both,
};

const WRITERS: usize = 20;

on_both! {
    async fn a_change_that_is_sent_many_times_at_once_is_made_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let input = five_pounds(item, "k1");
        let answers = join_all((0..WRITERS).map(|_| set_price(&app, &input))).await;
        assert_eq!(answers[0]["menuItem"]["priceVersion"], 2, "{:#}", answers[0]);
        for answer in &answers {
            assert_eq!(*answer, answers[0]);
        }
        assert_eq!(kept(&app).await, (1, 1));
        assert_eq!(price_of(&app, item).await.version, 2);
    }
}

on_both! {
    async fn of_many_who_change_a_version_one_wins(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        for version in 1..=3 {
            let inputs: Vec<Value> = (0..WRITERS)
                .map(|writer| {
                    let mut input = five_pounds(item, &format!("k{version}-{writer}"));
                    input["expectedVersion"] = json!(version);
                    input["price"]["portionMinor"] = json!(1000 * version + writer);
                    input
                })
                .collect();
            let answers = join_all(inputs.iter().map(|input| set_price(&app, input))).await;
            let (won, lost): (Vec<_>, Vec<_>) = answers
                .iter()
                .zip(&inputs)
                .partition(|(answer, _)| problems(answer).is_empty());
            let [(answer, input)] = won.as_slice() else {
                panic!("{} have won version {version}", won.len())
            };
            assert_eq!(answer["menuItem"]["price"]["amountMinor"], input["price"]["portionMinor"]);
            for (answer, _) in lost {
                assert_eq!(problems(answer), ["VersionConflict"]);
                assert_eq!(answer["problems"][0]["currentVersion"], version + 1);
            }
            assert_eq!(json!(price_of(&app, item).await.base_minor), input["price"]["portionMinor"]);
            assert_eq!(kept(&app).await, (version, version));
        }
    }
}

// A price that is not there has no row that could be locked.
on_both! {
    async fn of_many_who_set_the_first_price_one_wins(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        for (round, item) in (1..).zip(priced(&data).into_iter().take(5)) {
            let inputs: Vec<Value> = (0..WRITERS)
                .map(|writer| {
                    let mut input = five_pounds(item, &format!("k{round}-{writer}"));
                    (input["audience"], input["expectedVersion"]) = (json!("VISITOR"), json!(0));
                    input
                })
                .collect();
            let answers = join_all(inputs.iter().map(|input| set_price(&app, input))).await;
            let won = answers.iter().filter(|answer| problems(answer).is_empty()).count();
            assert_eq!(won, 1);
            assert_eq!(kept(&app).await, (round, round));
        }
    }
}

// Who waits for a lock must not decide by what it saw before.
on_both! {
    async fn a_change_that_waited_sees_what_it_waited_for(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        for change in ["UPDATE menu SET meal = meal", "UPDATE menu_item_price SET version = 2"] {
            other.execute_unprepared(change).await.unwrap();
        }
        let input = five_pounds(item, "k1");
        let finish = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        };
        let (payload, ()) = join(set_price(&app, &input), finish).await;
        assert_eq!(problems(&payload), ["VersionConflict"]);
        assert_eq!(payload["problems"][0]["currentVersion"], 2);
    }
}

/// What a change answers is read through a connection that the request keeps; if it kept that one
/// while it waits for the next change's, requests would wait for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_with_several_changes_get_by_with_two_connections() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.db_pool = 2;
        config.db_acquire_timeout = Duration::from_secs(60);
    })
    .await;
    let data = Data::fill(&app, Size::ONE).await;
    let query = "mutation ($one: SetMenuItemPriceInput!, $two: SetMenuItemPriceInput!) {
        one: setMenuItemPrice(input: $one) { menuItem { priceVersion } problems { message } }
        two: setMenuItemPrice(input: $two) { menuItem { priceVersion } problems { message } }
    }";
    let items = priced(&data);
    let requests = items
        .chunks_exact(2)
        .take(20)
        .enumerate()
        .map(|(number, pair)| {
            let one = five_pounds(pair[0], &format!("one{number}"));
            let two = five_pounds(pair[1], &format!("two{number}"));
            app.execute_as_administrator(query, json!({ "one": one, "two": two }))
        });
    let answered = tokio::time::timeout(Duration::from_secs(60), join_all(requests)).await;
    let changed = json!({ "menuItem": { "priceVersion": 2 }, "problems": [] });
    for answer in answered.expect("requests wait for each other") {
        assert_eq!(
            answer["data"],
            json!({ "one": changed, "two": changed }),
            "{answer:#}"
        );
    }
}
