//! Idempotency keys: a change that is sent twice is made once.

use chrono::TimeDelta;
use serde_json::json;

use super::{five_pounds, kept, price_of, priced, problems, set_price};
use crate::{
    app::monday,
    data::{Data, Size},
    on_both,
};

on_both! {
    async fn a_change_sent_again_is_answered_again(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let first = set_price(&app, &five_pounds(item, "k1")).await;
        assert_eq!(first["menuItem"]["priceVersion"], 2);
        assert_eq!(set_price(&app, &five_pounds(item, "k1")).await, first);
        // What is left out is the same as its default.
        let mut same = five_pounds(item, "k1");
        same["audience"] = json!("PATIENT");
        assert_eq!(set_price(&app, &same).await, first);
        assert_eq!(kept(&app).await, (1, 1));
        assert_eq!(price_of(&app, item).await.version, 2);
    }
}

on_both! {
    async fn a_key_is_for_one_change(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let [item, other] = [0, 1].map(|n| priced(&data)[n]);
        set_price(&app, &five_pounds(item, "k1")).await;
        let mut dearer = five_pounds(item, "k1");
        dearer["price"]["portionMinor"] = json!(501);
        let mut wrong = five_pounds(other, "k1");
        wrong["currency"] = json!("XXX");
        let reused = "IdempotencyKeyReused";
        for (input, expected) in [
            (&five_pounds(other, "k1"), vec![reused]),
            (&dearer, vec![reused, "VersionConflict"]),
            (&wrong, vec![reused, "InvalidValue"]),
        ] {
            let payload = set_price(&app, input).await;
            assert_eq!(problems(&payload), expected, "{payload:#}");
            assert_eq!(payload["problems"][0]["usedAt"], "2026-11-23T09:00:00Z");
        }
        let portions = "mutation ($input: SetMenuItemPortionsInput!) {
            setMenuItemPortions(input: $input) { problems { __typename } }
        }";
        let id = five_pounds(item, "k1")["menuItem"].take();
        let input = json!({ "menuItem": id, "portions": 90, "expectedVersion": 1, "idempotencyKey": "k1" });
        let answer = app.execute_as_administrator(portions, json!({ "input": input })).await;
        assert_eq!(problems(&answer["data"]["setMenuItemPortions"])[0], reused, "{answer:#}");
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn a_key_of_a_refused_change_is_free(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let mut input = five_pounds(item, "k1");
        input["expectedVersion"] = json!(9);
        assert_eq!(problems(&set_price(&app, &input).await), ["VersionConflict"]);
        let payload = set_price(&app, &five_pounds(item, "k1")).await;
        assert_eq!(payload["problems"], json!([]));
    }
}

on_both! {
    async fn a_key_is_kept_for_two_days(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        set_price(&app, &five_pounds(item, "k1")).await;
        let mut next = five_pounds(item, "k1");
        next["expectedVersion"] = json!(2);
        app.app.clock.set(monday() + TimeDelta::hours(48));
        assert_eq!(problems(&set_price(&app, &next).await), ["IdempotencyKeyReused"]);
        app.app.clock.set(monday() + TimeDelta::hours(48) + TimeDelta::seconds(1));
        assert_eq!(set_price(&app, &next).await["menuItem"]["priceVersion"], 3);
        assert_eq!(set_price(&app, &next).await["menuItem"]["priceVersion"], 3);
        assert_eq!(kept(&app).await, (1, 2));
    }
}
