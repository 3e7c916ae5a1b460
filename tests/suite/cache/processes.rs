//! Three servers that share a database and Redis, which is killed now and then.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use thali::graph::id::Kind;
use uuid::Uuid;

use super::statements;
use crate::{
    app::{Engine, TOKEN, TestApp},
    data::{Data, Size, mix},
    processes::{Redis, Server},
};

/// How old an answer of another process may be, with what a busy machine adds.
const HEARD_WITHIN: Duration = Duration::from_millis(1500);

/// How long after its return the bus is up for everybody.
const UP_WITHIN: Duration = Duration::from_secs(3);

const NAME: &str = "query($id: ID!) { node(id: $id) { ... on Dish { name version } } }";

const UPDATE: &str = "mutation($input: UpdateDishInput!) {
    updateDish(input: $input) { dish { version } problems { message } }
}";

async fn ask(client: &reqwest::Client, server: &Server, query: &str, variables: Value) -> Value {
    let request = client.post(server.address()).bearer_auth(TOKEN);
    let request = request.header("x-thali-trace", "1");
    let request = request.json(&json!({ "query": query, "variables": variables }));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer
}

/// What was acknowledged, and when.
type Told = Mutex<Vec<(Instant, u64)>>;

/// Times during which nobody needs to hear of others.
type Cuts = Mutex<Vec<(Instant, Instant)>>;

fn newest(told: &Told, before: Instant) -> u64 {
    let told = told.lock().unwrap();
    told.iter()
        .rfind(|(at, _)| *at <= before)
        .map_or(0, |(_, n)| *n)
}

fn is_cut(cuts: &Cuts, at: Instant) -> bool {
    let cuts = cuts.lock().unwrap();
    cuts.iter().any(|(from, to)| (*from..*to).contains(&at))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_serve_the_old_while_the_bus_comes_and_goes() {
    stress(TestApp::start(Engine::Postgres).await, &[], 3).await;
}

/// To load a dish takes long, and dishes are loaded all the time, so that many loads race a change:
/// they have found the old row when the new one is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_keep_what_a_load_found_before_a_change() {
    let app = TestApp::start(Engine::Postgres).await;
    let slow = "ALTER TABLE dish RENAME TO dish_rows;
        CREATE VIEW dish AS SELECT * FROM dish_rows WHERE pg_sleep(0.02) IS NOT NULL";
    app.app
        .db
        .for_migration()
        .execute_unprepared(slow)
        .await
        .unwrap();
    stress(app, &[("THALI_CACHE_TTL", "dish=150ms")], 1).await;
}

async fn stress(app: TestApp, settings: &[(&str, &str)], faults: usize) {
    let data = Data::fill(&app, Size::ONE).await;
    let mut redis = Redis::start();
    let start = |_| Server::with(&app, Some(&redis), settings);
    let servers: Vec<Server> = (0..3).map(start).collect();
    for server in &servers {
        server
            .logs("the bus is found", Duration::from_secs(20))
            .await;
    }
    let client = reqwest::Client::new();
    let dishes: Vec<Uuid> = data.dishes.iter().take(3).map(|dish| dish.id).collect();
    let told: Vec<Told> = (0..3).map(|_| Told::default()).collect();
    let (cuts, done) = (Cuts::default(), AtomicBool::new(false));
    let id = |of: usize| Kind::Dish.id(dishes[of]).0;

    // Each server changes a dish of its own.
    let write = async |of: usize| {
        let first = ask(&client, &servers[of], NAME, json!({ "id": id(of) })).await;
        let mut version = first["data"]["node"]["version"].as_i64().unwrap();
        let mut n = 0;
        while !done.load(Ordering::SeqCst) {
            n += 1;
            let input = json!({
                "dish": id(of), "name": format!("{of} {n}"), "expectedVersion": version,
                "idempotencyKey": Uuid::now_v7(),
            });
            let answer = ask(&client, &servers[of], UPDATE, json!({ "input": input })).await;
            let payload = &answer["data"]["updateDish"];
            assert_eq!(payload["problems"], json!([]), "{answer:#}");
            version = payload["dish"]["version"].as_i64().unwrap();
            told[of].lock().unwrap().push((Instant::now(), n));
            // What a reader kept wrongly is there to be seen until the next change.
            tokio::time::sleep(Duration::from_millis(mix(n) % 40)).await;
        }
        n
    };
    // Every server is asked for every dish.
    let read = async |from: usize, of: usize| {
        let (mut asked, mut kept) = (0, 0);
        while !done.load(Ordering::SeqCst) {
            let begun = Instant::now();
            let heard_since = begun.checked_sub(HEARD_WITHIN).unwrap();
            let at_least = match (from == of, is_cut(&cuts, begun)) {
                (true, _) => newest(&told[of], begun),
                (false, true) => 0,
                (false, false) => newest(&told[of], heard_since),
            };
            let answer = ask(&client, &servers[from], NAME, json!({ "id": id(of) })).await;
            let name = answer["data"]["node"]["name"].as_str().unwrap();
            let seen = name.strip_prefix(&format!("{of} "));
            let seen: u64 = seen.map_or(0, |seen| seen.parse().unwrap());
            let is_excused = from != of && is_cut(&cuts, begun);
            assert!(
                seen >= at_least || is_excused,
                "server {from} shows {seen} of dish {of} after {at_least} was told"
            );
            asked += 1;
            kept += u64::from(statements(&answer) == 0);
        }
        (asked, kept)
    };
    let cut = async {
        for _ in 0..faults {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let from = Instant::now();
            // Open-ended until it is known when it is up.
            cuts.lock()
                .unwrap()
                .push((from, from + Duration::from_secs(3600)));
            redis.kill();
            tokio::time::sleep(Duration::from_millis(700)).await;
            redis.start_again();
            let up = Instant::now() + UP_WITHIN;
            cuts.lock().unwrap().last_mut().unwrap().1 = up;
            tokio::time::sleep(UP_WITHIN).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        done.store(true, Ordering::SeqCst);
    };
    // Many race the writer on its own server.
    let pairs = (0..3).flat_map(|from| (0..3).map(move |of| (from, of)));
    let pairs = pairs.flat_map(|(from, of)| vec![(from, of); if from == of { 8 } else { 1 }]);
    let reads = join_all(pairs.map(|(from, of)| read(from, of)));
    let writes = join_all((0..3).map(write));
    let (reads, writes, ()) = tokio::join!(reads, writes, cut);
    let (asked, kept) = reads
        .iter()
        .fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    let written: u64 = writes.iter().sum();
    println!("{written} changes, {asked} answers, {kept} of them without a statement");
    assert!(
        written > 10 && kept > 50,
        "{written} changes, {kept} of {asked} kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_redis_was_killed_and_soon_it_is_used_again() {
    let app = TestApp::start(Engine::Postgres).await;
    let data = Data::fill(&app, Size::ONE).await;
    let mut redis = Redis::start();
    let servers: Vec<Server> = (0..2).map(|_| Server::start(&app, Some(&redis))).collect();
    for server in &servers {
        server
            .logs("the bus is found", Duration::from_secs(20))
            .await;
    }
    let client = reqwest::Client::new();
    let done = AtomicBool::new(false);
    let dishes = &data.dishes;
    let load = async |server: &Server| {
        let mut asked = 0;
        while !done.load(Ordering::SeqCst) {
            let id = Kind::Dish.id(dishes[asked % dishes.len()].id).0;
            // `ask` fails with a request that does.
            ask(&client, server, NAME, json!({ "id": id })).await;
            asked += 1;
        }
        asked
    };
    let fault = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        redis.kill();
        tokio::time::sleep(Duration::from_secs(2)).await;
        redis.start_again();
        tokio::time::sleep(Duration::from_secs(4)).await;
        done.store(true, Ordering::SeqCst);
    };
    let loads = join_all(servers.iter().chain(&servers).map(load));
    let (asked, ()) = tokio::join!(loads, fault);
    assert!(asked.iter().all(|asked| *asked > 50), "{asked:?}");
    // What one loads now, the other finds in Redis.
    let id = Kind::Kitchen.id(data.kitchens[0].id).0;
    let query = "query($id: ID!) { node(id: $id) { ... on Kitchen { openingHours { weekday } } } }";
    ask(&client, &servers[0], query, json!({ "id": id })).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let answer = ask(&client, &servers[1], query, json!({ "id": id })).await;
    assert_eq!(
        statements(&answer),
        0,
        "{:#}",
        answer["extensions"]["trace"]
    );
}

/// The statements of the first requests of a server that is warm, but for what is live.
async fn of_first_requests(server: &Server) -> u64 {
    let client = reqwest::Client::new();
    let find = r#"{ hospital(by: { slug: "riverside-general" }) { menus(first: 1) { nodes { date meal } } } }"#;
    let found = ask(&client, server, find, json!({})).await;
    let menu = &found["data"]["hospital"]["menus"]["nodes"][0];
    let query = r#"query($date: Date!, $meal: Meal!) {
        hospital(by: { code: "DEMO1" }) { name }
        menu(hospital: { slug: "riverside-general" }, date: $date, meal: $meal) {
            acceptsOrdersUntil
            sections { title items(first: 50) { nodes { dish { name allergens { allergen } kitchen { name } } } } }
        }
    }"#;
    let variables = json!({ "date": menu["date"], "meal": menu["meal"] });
    let answer = ask(&client, server, query, variables).await;
    assert_ne!(
        answer["data"]["menu"]["sections"][0]["items"]["nodes"],
        json!([])
    );
    statements(&answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_warm_reads_no_menu_for_its_first_request() {
    let redis = Redis::start();
    for redis in [None, Some(&redis)] {
        let server = Server::warm(redis);
        assert_eq!(of_first_requests(&server).await, 0, "{}", server.log());
        // Nothing of before comes after, and makes it old.
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(of_first_requests(&server).await, 0, "{}", server.log());
    }
}
