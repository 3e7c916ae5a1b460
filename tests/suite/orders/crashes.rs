//! Servers that are killed while they place orders: what was acknowledged is there, once.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use entity::{hold, idempotency_key, order, outbox};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use thali::graph::id::Kind;

use super::{
    Lunch, PLACE, all,
    holds::HOLD,
    races::{Counter, PATIENT, real_lunch},
    recount, run_sql,
};
use crate::{
    app::{Engine, TOKEN, TestApp},
    data::mix,
    processes::Server,
};

const KILLS: usize = 50;
const SERVERS: usize = 4;
const CLIENTS: usize = 12;

/// Servers at addresses that stay, each of which can be killed and started again.
struct Killed<'a> {
    app: &'a TestApp,
    ports: Vec<String>,
    servers: Vec<Option<Server>>,
}

impl<'a> Killed<'a> {
    fn start(app: &'a TestApp) -> Self {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let free: Vec<_> = (0..SERVERS).map(|_| free()).collect();
        let ports = free
            .iter()
            .map(|free| free.local_addr().unwrap().to_string());
        let mut killed = Self {
            app,
            ports: ports.collect(),
            servers: (0..SERVERS).map(|_| None).collect(),
        };
        drop(free);
        (0..SERVERS).for_each(|n| killed.start_again(n));
        killed
    }

    /// Kills it as `kill -9` does, wherever it is, and starts another one in its place.
    fn start_again(&mut self, n: usize) {
        self.servers[n] = None;
        let settings = [
            PATIENT.as_slice(),
            &[("THALI_LISTEN", self.ports[n].as_str())],
        ]
        .concat();
        let start = || Server::with(self.app, None, &settings);
        self.servers[n] = Some(tokio::task::block_in_place(start));
    }
}

const SIGN_UP: &str = "mutation ($input: SignUpInput!) {
    signUp(input: $input) { tokens { accessToken } problems { message } }
}";

const GRANT: &str = "mutation ($input: GrantRoleInput!) {
    grantRole(input: $input) { problems { message } }
}";

/// A nurse of the hospital; the token.
async fn nurse(counter: &Counter, lunch: &Lunch, n: usize) -> String {
    let email = format!("nurse-{n}@hospital.example");
    let account = json!({ "email": email, "name": "Nurse", "password": "correct horse battery" });
    let made = counter.send(n, None, SIGN_UP, &account).await;
    let role = json!({
        "email": email,
        "role": "NURSE",
        "hospital": Kind::Hospital.id(lunch.hospital).0,
        "reason": "Begins today.",
        "idempotencyKey": format!("nurse-{n}"),
    });
    let granted = counter.send(n, Some(TOKEN), GRANT, &role).await;
    assert_eq!(granted["grantRole"]["problems"], json!([]));
    let token = &made["signUp"]["tokens"]["accessToken"];
    token.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_is_there_once_whatever_was_killed() {
    let app = TestApp::start(Engine::Postgres).await;
    let (lunch, orders) = real_lunch(&app, 40, 1_000_000).await;
    let mut killed = Killed::start(&app);
    let addresses = killed.ports.iter();
    let addresses = addresses.map(|port| format!("http://{port}/graphql"));
    let counter = Counter::at(addresses.collect());
    let nurses = join_all((0..CLIENTS).map(|n| nurse(&counter, &lunch, n))).await;
    let (is_over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let client = |n: usize| {
        let (counter, orders, is_over, sent) = (&counter, &orders, &is_over, &sent);
        let token = Some(nurses[n].as_str());
        async move {
            let mut acknowledged = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let number = sent.fetch_add(1, Ordering::Relaxed);
                let key = format!("order-{number}");
                let mut input = orders[number % orders.len()].clone();
                input["idempotencyKey"] = json!(key);
                // Some hold it before, and some of these order something else meanwhile.
                if number % 3 > 0 {
                    let holding = json!({
                        "lines": input["lines"],
                        "slot": input["slot"],
                        "idempotencyKey": format!("hold-{number}"),
                    });
                    let held = counter.send(n + number, token, HOLD, &holding).await;
                    let held = &held["holdPortions"];
                    assert_eq!(held["problems"], json!([]), "{held:#}");
                    if number % 3 == 1 {
                        input["hold"] = held["hold"]["id"].clone();
                    }
                }
                let mut answer = counter.send(n + number, token, PLACE, &input).await;
                let answer = answer["placeOrder"].take();
                assert_eq!(answer["problems"], json!([]), "{answer:#}");
                acknowledged.push((key, answer["order"].clone()));
            }
            acknowledged
        }
    };
    let kill = async {
        for n in 0..KILLS {
            let pause = mix(n as u64) % 400;
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if n % 5 == 0 {
                expire(&app).await;
            }
            killed.start_again(n % SERVERS);
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let (acknowledged, ()) = join(join_all((0..CLIENTS).map(client)), kill).await;
    let acknowledged: BTreeMap<String, Value> = acknowledged.into_iter().flatten().collect();
    assert!(acknowledged.len() > KILLS, "{} orders", acknowledged.len());

    // Every client went on until it was answered: there is nothing else.
    let placed = all::<order::Entity>(&app).await;
    let placed: BTreeMap<String, order::Model> = placed
        .into_iter()
        .map(|row| (Kind::Order.id(row.id).0, row))
        .collect();
    assert_eq!(placed.len(), acknowledged.len());
    for (key, shown) in &acknowledged {
        let row = &placed[shown["id"].as_str().unwrap()];
        assert_eq!(shown["number"], row.number, "{key}");
    }
    let keys = all::<idempotency_key::Entity>(&app).await;
    let keys = keys.iter().filter(|key| key.key.starts_with("order-"));
    assert_eq!(keys.count(), acknowledged.len());
    let told = || async {
        let events = all::<outbox::Entity>(&app).await;
        let placed = events.iter().filter(|event| event.name == "OrderPlaced");
        assert_eq!(placed.count(), acknowledged.len());
        events.iter().all(|event| event.published_at.is_some())
    };
    app.until(told).await;

    // What is held still is promised, and then not any more. A server begins by giving it back.
    expire(&app).await;
    killed.start_again(0);
    let is_over = || async { all::<hold::Entity>(&app).await.is_empty() };
    app.until(is_over).await;
    assert_eq!(recount(&app, &lunch.data).await, acknowledged.len());
}

/// What is held has been held for long enough: the servers give it back.
async fn expire(app: &TestApp) {
    run_sql(
        app,
        "UPDATE hold SET expires_at = now() - interval '1 second'",
    )
    .await;
}
