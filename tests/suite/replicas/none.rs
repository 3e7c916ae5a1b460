//! Without replicas, and then without the one server that there is.

use std::time::Duration;

use thali::config::Switch;

use super::{ask_price, filled, set_price, started, until};
use crate::{
    accounts::cookies::{asking, cookie, known},
    ask::{self, Reply},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cached_is_answered_and_all_recovers() {
    let (mut primary, item) = filled().await;
    let app = started(&primary, &[], |config| {
        config.cache = Switch(true);
        config.db_acquire_timeout = Duration::from_secs(1);
    })
    .await;
    let cached = "{ dishes(first: 5) { nodes { name allergens { presence } kitchen { name } } } }";
    let before = ask::query(&app, cached).await;
    assert_eq!(before.status, 200, "{before}");
    let cookie = cookie(&app).await;
    let own = || asking(&app, &cookie).header("sec-fetch-site", "same-origin");

    primary.kill();
    for _ in 0..20 {
        let after = ask::query(&app, cached).await;
        assert_eq!(after.status, 200, "{after}");
        assert_eq!(after.json()["data"], before.json()["data"]);
    }
    let live = Reply::to(ask_price(&app, item)).await;
    assert_eq!(live.code(), "UNAVAILABLE", "{live}");
    // Nobody is told to sign in again.
    assert_eq!(known(own()).await, "UNAVAILABLE");
    let refused = set_price(&app, item, 600, 1).await;
    assert_eq!(refused.status, 503, "{refused}");
    assert_eq!(refused.code(), "UNAVAILABLE");

    primary.start().await;
    until("writes are taken again", async || {
        set_price(&app, item, 600, 1).await.status == 200
    })
    .await;
    assert_eq!(known(own()).await, "a@b.example");
    let live = Reply::to(ask_price(&app, item)).await;
    assert_eq!(
        live.json()["data"]["node"]["price"]["amountMinor"],
        600,
        "{live}"
    );
    assert_eq!(
        ask::query(&app, cached).await.json()["data"],
        before.json()["data"]
    );
}
