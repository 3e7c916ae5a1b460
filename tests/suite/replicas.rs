//! Real replicas: they answer reads, nobody misses what they wrote, and servers may die.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::RequestBuilder;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use thali::{
    config::{Config, DatabaseUrl, ReplicaUrls},
    db::Meter,
    graph::id::Kind,
};
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

use crate::{
    app::{Engine, TOKEN, TestApp},
    ask::{self, Reply},
    data::{Data, Size},
    writes::{SET_PRICE, priced},
};

mod lag;
mod none;
mod process;
use process::Server;

const CONSISTENCY: &str = "thali-consistency";

/// A server before `primary` and `replicas`.
async fn started(
    primary: &Server,
    replicas: &[&Server],
    change: impl FnOnce(&mut Config),
) -> TestApp {
    let urls = replicas.iter().map(|replica| replica.url()).collect();
    TestApp::with(Engine::Postgres, |config| {
        config.database_url = Some(DatabaseUrl(primary.url()));
        config.replica_urls = ReplicaUrls(urls);
        config.replica_interval = Duration::from_millis(50);
        // Enough of both that a slow machine is not taken for a dead server.
        config.db_pool = 16;
        config.db_acquire_timeout = Duration::from_secs(10);
        change(config);
    })
    .await
}

/// The same, when it reads from all of them.
async fn served(
    primary: &Server,
    replicas: &[&Server],
    change: impl FnOnce(&mut Config),
) -> TestApp {
    let app = started(primary, replicas, change).await;
    until("the replicas are read from", async || {
        app.app
            .db
            .replicas()
            .iter()
            .all(|replica| replica.is_healthy)
    })
    .await;
    app
}

/// A primary with a small world in it, and one item that has a price.
async fn filled() -> (Server, Uuid) {
    let primary = Server::primary().await;
    let app = TestApp::with(Engine::Postgres, |config| {
        config.database_url = Some(DatabaseUrl(primary.url()));
        config.db_acquire_timeout = Duration::from_secs(30);
    })
    .await;
    app.app.migrate().await.unwrap();
    let data = Data::fill(&app, Size::ONE).await;
    app.app.db.clone().close().await.unwrap();
    (primary, priced(&data)[0])
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(
            begun.elapsed() < Duration::from_secs(40),
            "not in time: {what}"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

async fn is_read_from(app: &TestApp) -> bool {
    app.app.db.replicas()[0].is_healthy
}

fn ask_price(app: &TestApp, item: Uuid) -> RequestBuilder {
    let query = "query ($id: ID!) { node(id: $id) { ... on MenuItem { price { amountMinor } } } }";
    let variables = json!({ "id": Kind::MenuItem.id(item).0 });
    ask::post(app).json(&json!({ "query": query, "variables": variables }))
}

/// The price that this request is told.
async fn price(request: RequestBuilder) -> i64 {
    let reply = Reply::to(request).await;
    let amount = reply.json()["data"]["node"]["price"]["amountMinor"].as_i64();
    amount.unwrap_or_else(|| panic!("{reply}"))
}

/// What sets the price of `item`, which has this version.
fn new_price(item: Uuid, minor: i64, version: i32) -> Value {
    let input = json!({
        "menuItem": Kind::MenuItem.id(item).0,
        "price": { "portionMinor": minor },
        "currency": "GBP",
        "expectedVersion": version,
        "idempotencyKey": format!("{minor}-{version}"),
    });
    json!({ "query": SET_PRICE, "variables": { "input": input } })
}

async fn set_price(app: &TestApp, item: Uuid, minor: i64, version: i32) -> Reply {
    let request = ask::post(app).bearer_auth(TOKEN);
    Reply::to(request.json(&new_price(item, minor, version))).await
}

/// Changes a price and returns the token that the answer has.
async fn token_of_change(app: &TestApp, item: Uuid, minor: i64, version: i32) -> String {
    let reply = set_price(app, item, minor, version).await;
    let payload = &reply.json()["data"]["setMenuItemPrice"];
    assert_eq!(payload["problems"], json!([]), "{reply}");
    assert_eq!(
        payload["menuItem"]["price"]["amountMinor"], minor,
        "{reply}"
    );
    reply.header(CONSISTENCY)
}

/// Clients that ask without a pause, of whom none may be refused.
struct Load {
    clients: JoinSet<Duration>,
    answered: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Load {
    fn start(app: &TestApp) -> Self {
        let (answered, stop) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let query =
            "{ dishes(first: 5) { nodes { name kitchen { name } allergens { presence } } } }";
        let mut clients = JoinSet::new();
        for _ in 0..8 {
            let request = ask::post(app).json(&json!({ "query": query }));
            let (answered, stop) = (answered.clone(), stop.clone());
            clients.spawn(async move {
                let mut slowest = Duration::ZERO;
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    let reply = Reply::to(request.try_clone().unwrap()).await;
                    assert_eq!(reply.status, 200, "{reply}");
                    assert_eq!(reply.json().get("errors"), None, "{reply}");
                    slowest = slowest.max(begun.elapsed());
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                slowest
            });
        }
        Self {
            clients,
            answered,
            stop,
        }
    }

    /// Waits until many more were answered, and tells how many.
    async fn goes_on(&self) -> usize {
        let before = self.answered.load(Ordering::Relaxed);
        let more = async || self.answered.load(Ordering::Relaxed) >= before + 60;
        until("requests are answered", more).await;
        self.answered.load(Ordering::Relaxed) - before
    }

    /// The longest that a client waited; a client that was refused ends the test.
    async fn end(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        let slowest = self.clients.join_all().await;
        slowest.into_iter().max().unwrap()
    }
}

/// Longer than any client may wait for a replica.
const HANGS_FOR: Duration = Duration::from_secs(6);

/// What only the statement for prices has.
const PRICES: &str = "FROM \"menu_item_price\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_are_spread_over_the_replicas() {
    let (primary, item) = filled().await;
    let (one, other) = tokio::join!(Server::replica_of(&primary), Server::replica_of(&primary));
    let app = served(&primary, &[&one, &other], |_| {}).await;
    let asked = || [&primary, &one, &other].map(|server| server.logged(PRICES));
    let before = asked();
    for _ in 0..20 {
        price(ask_price(&app, item)).await;
    }
    let after = asked();
    let mut asked_of = [0, 1, 2].map(|server| after[server] - before[server]);
    assert_eq!(asked_of, [0, 10, 10]);

    // So it is where no statement stays prepared.
    let unprepared = served(&primary, &[&one, &other], |config| {
        config.db_prepare = thali::config::Switch(false);
    })
    .await;
    for _ in 0..20 {
        price(ask_price(&unprepared, item)).await;
    }
    let last = asked();
    asked_of = [0, 1, 2].map(|server| last[server] - after[server]);
    assert_eq!(asked_of[0], 0);
    assert_eq!(asked_of[1], asked_of[2]);
    token_of_change(&unprepared, item, 444, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_dies_or_hangs_fails_no_request() {
    let (primary, _) = filled().await;
    let mut replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |_| {}).await;
    let load = Load::start(&app);
    load.goes_on().await;

    replica.kill();
    until("the replica is known to be dead", async || {
        !is_read_from(&app).await
    })
    .await;
    load.goes_on().await;
    replica.start().await;
    until("the replica is read from again", async || {
        is_read_from(&app).await
    })
    .await;
    let before = replica.logged("FROM \"dish\"");
    load.goes_on().await;
    assert!(replica.logged("FROM \"dish\"") > before);

    // It takes what is sent to it, and answers nothing.
    replica.signal("STOP");
    sleep(HANGS_FOR).await;
    assert!(!is_read_from(&app).await);
    load.goes_on().await;
    replica.signal("CONT");
    until("the replica is read from again", async || {
        is_read_from(&app).await
    })
    .await;
    let before = replica.logged("FROM \"dish\"");
    load.goes_on().await;
    assert!(replica.logged("FROM \"dish\"") > before);
    let slowest = load.end().await;
    assert!(slowest < HANGS_FOR, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_is_in_the_way_of_replay_is_read_from_the_primary() {
    let (primary, _) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |_| {}).await;
    replica
        .sql("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        .await;
    replica.sql("SELECT pg_reload_conf()").await;
    let slow = "SELECT pg_is_in_recovery(), count(*) FROM dish, pg_sleep(2)";
    let statement = Statement::from_string(DbBackend::Postgres, slow);
    let reader = app.app.db.reader(&Meter::new("test"));
    let lock = async {
        until("the replica reads", async || replica.logged(slow) > 0).await;
        // Replayed, such a lock ends every statement on the table.
        primary
            .sql("DO $$ BEGIN LOCK TABLE dish IN ACCESS EXCLUSIVE MODE; END $$")
            .await;
    };
    let (row, ()) = tokio::join!(reader.query_one_raw(statement), lock);
    let row = row.unwrap().unwrap();
    assert!(!row.try_get_by_index::<bool>(0).unwrap());
    assert!(row.try_get_by_index::<i64>(1).unwrap() > 0);
    assert_eq!(replica.logged("due to conflict with recovery"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_primary_reads_go_on_and_writes_are_refused() {
    let (mut primary, item) = filled().await;
    let replica = Server::replica_of(&primary).await;
    let app = served(&primary, &[&replica], |config| {
        config.db_acquire_timeout = Duration::from_secs(2);
    })
    .await;
    let load = Load::start(&app);
    let token = token_of_change(&app, item, 500, 1).await;
    load.goes_on().await;

    primary.kill();
    for _ in 0..3 {
        let refused = set_price(&app, item, 600, 2).await;
        assert_eq!(
            (refused.status, &*refused.code()),
            (503, "UNAVAILABLE"),
            "{refused}"
        );
    }
    load.goes_on().await;
    let ready = Reply::to(app.client.get(app.url("/readyz"))).await;
    assert_eq!(ready.status, 200, "{ready}");
    // What the replica has replayed it may answer, also to who needs it.
    assert_eq!(
        price(ask_price(&app, item).header(CONSISTENCY, token)).await,
        500
    );

    primary.start().await;
    until("writes are taken again", async || {
        set_price(&app, item, 600, 2).await.status == 200
    })
    .await;
    until("the change is replayed", async || {
        price(ask_price(&app, item)).await == 600
    })
    .await;
    assert!(is_read_from(&app).await);
    load.goes_on().await;
    load.end().await;
}
