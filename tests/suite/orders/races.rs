//! Many at once: what is left is sold once, what is sent often is placed once, nobody waits for
//! ever, and nobody decides by what has changed meanwhile.

use std::{collections::BTreeSet, time::Duration};

use chrono::{Days, NaiveDate, Utc};
use entity::{
    idempotency_key, outbox, patient, patient_allergy,
    vocabulary::{Allergen, Criticality},
};
use futures_util::{
    StreamExt,
    future::{join, join_all},
    stream,
};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use thali::{command::import::bulk::insert, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{Lunch, PLACE, all, place, problems, recount, run_sql};
use crate::{
    app::{Engine, TOKEN, TestApp, monday},
    on_both,
    processes::Server,
};

/// How many buyers there are, and how many portions of each of two items.
const BUYERS: usize = 2_000;
const PORTIONS: usize = 100;

/// Where orders are sent: one client, and the servers in turn.
#[derive(Clone)]
pub struct Counter {
    client: reqwest::Client,
    addresses: Vec<String>,
}

impl Counter {
    pub fn at(addresses: Vec<String>) -> Self {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(120));
        Self {
            client: client.build().unwrap(),
            addresses,
        }
    }

    /// Sends an order as the administrator until it is answered.
    pub async fn place(&self, first: usize, input: &Value) -> Value {
        let mut data = self.send(first, Some(TOKEN), PLACE, input).await;
        data["placeOrder"].take()
    }

    /// Sends a mutation until it is answered, as a client does that does not know whether it
    /// arrived: to the next server when one does not answer or is busy.
    pub async fn send(
        &self,
        first: usize,
        token: Option<&str>,
        query: &str,
        input: &Value,
    ) -> Value {
        let body = json!({ "query": query, "variables": { "input": input } });
        for turn in first..first + 200 {
            let address = &self.addresses[turn % self.addresses.len()];
            let mut request = self.client.post(address).json(&body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let Ok(answer) = request.send().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(mut answer) = answer.json::<Value>().await else {
                continue;
            };
            match answer["errors"][0]["extensions"]["code"].as_str() {
                None => return answer["data"].take(),
                Some("UNAVAILABLE") => tokio::time::sleep(Duration::from_millis(100)).await,
                Some(_) => panic!("{answer:#}"),
            }
        }
        panic!("nobody answers")
    }
}

/// As many patients, so that nobody waits for the patient of another order; and portions.
pub async fn crowd(app: &TestApp, lunch: &Lunch, patients: usize, portions: usize) -> Vec<Uuid> {
    let rows: Vec<patient::Model> = (0..patients)
        .map(|n| patient::Model {
            id: Uuid::now_v7(),
            hospital_id: lunch.hospital,
            ward_id: None,
            bed: None,
            code: format!("crowd-{n}"),
            diets: 0,
            food_levels: None,
            drink_levels: None,
            nil_by_mouth_from: None,
            nil_by_mouth_until: None,
            admitted_at: monday(),
            discharged_at: None,
            updated_at: monday(),
            version: 1,
        })
        .collect();
    let ids = rows.iter().map(|row| row.id).collect();
    let db = app.app.db.begin(&Meter::new("test")).await.unwrap();
    insert::<patient::Entity, _>(&db, rows).await.unwrap();
    db.commit().await.unwrap();
    run_sql(app, "UPDATE delivery_slot SET capacity = 1000000").await;
    let sql = format!("UPDATE availability SET portions = reserved + {portions}");
    run_sql(app, &sql).await;
    ids
}

/// A lunch that servers sell which know the real time: it is on another day than all others of the
/// hospital, and can be ordered by now.
pub async fn real_lunch(app: &TestApp, patients: usize, portions: usize) -> (Lunch, Vec<Value>) {
    let lunch = Lunch::lay(app).await;
    let ids = crowd(app, &lunch, patients, portions).await;
    let days = (1..6).map(|days| Utc::now().date_naive() + Days::new(days));
    let is_free = |day: &NaiveDate| lunch.data.menus.iter().all(|menu| menu.date != *day);
    let day = days.into_iter().find(is_free).unwrap();
    let sql = format!(
        "UPDATE menu SET date = '{day}' WHERE date = '2026-11-23' AND meal = 2 AND hospital_id IS NOT NULL"
    );
    run_sql(app, &sql).await;
    run_sql(app, "UPDATE hospital SET time_zone = 'UTC'").await;
    let orders = ids.into_iter().enumerate().map(|(n, patient)| {
        let items = if n % 2 == 0 { [0, 1] } else { [1, 0] };
        let mut input = lunch.order(&items, &format!("key-{n}"));
        input["patient"] = json!(Kind::Patient.id(patient).0);
        input["slot"] = json!(format!("{day}T11:30:00Z"));
        input
    });
    let orders = orders.collect();
    (lunch, orders)
}

/// Sells two items to buyers who name them in opposite orders, all at the same time.
async fn sell(app: &TestApp, counter: &Counter) {
    let (lunch, orders) = real_lunch(app, BUYERS, PORTIONS).await;
    let buyers = orders.iter().enumerate();
    let buyers = buyers.map(|(buyer, input)| counter.place(buyer, input));
    let answers: Vec<Value> = stream::iter(buyers)
        .buffer_unordered(BUYERS)
        .collect()
        .await;
    let (sold, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer["problems"] == json!([]));
    assert_eq!((sold.len(), refused.len()), (PORTIONS, BUYERS - PORTIONS));
    for answer in refused {
        for problem in problems(&answer) {
            assert!(problem.starts_with("PortionsExhausted"), "{answer:#}");
        }
    }
    for name in ["id", "number"] {
        let distinct: BTreeSet<_> = sold
            .iter()
            .map(|answer| answer["order"][name].to_string())
            .collect();
        assert_eq!(distinct.len(), PORTIONS, "{name}");
    }
    assert_eq!(recount(app, &lunch.data).await, PORTIONS);
    assert_eq!(all::<outbox::Entity>(app).await.len(), PORTIONS);
    assert_eq!(all::<idempotency_key::Entity>(app).await.len(), PORTIONS);
}

/// Servers that let their clients wait.
pub const PATIENT: [(&str, &str); 2] = [
    ("THALI_DB_ACQUIRE_TIMEOUT", "120s"),
    ("THALI_REQUEST_TIMEOUT", "120s"),
];

pub fn servers(app: &TestApp, count: usize) -> (Vec<Server>, Counter) {
    let start = |_| tokio::task::block_in_place(|| Server::with(app, None, &PATIENT));
    let servers: Vec<Server> = (0..count).map(start).collect();
    let addresses = servers.iter().map(|server| server.address().to_owned());
    let counter = Counter::at(addresses.collect());
    (servers, counter)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_buyers_get_what_is_left_and_no_more_on_postgres() {
    let app = TestApp::start(Engine::Postgres).await;
    let (servers, counter) = servers(&app, 4);
    sell(&app, &counter).await;
    for server in &servers {
        assert!(!server.log().contains("deadlock"), "{}", server.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_buyers_get_what_is_left_and_no_more_on_sqlite() {
    let app = TestApp::start(Engine::Sqlite).await;
    let (_servers, counter) = servers(&app, 1);
    sell(&app, &counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_sent_a_thousand_times_at_once_is_placed_once() {
    let app = TestApp::start(Engine::Postgres).await;
    let (lunch, orders) = real_lunch(&app, 1, PORTIONS).await;
    let (_servers, counter) = servers(&app, 4);
    let sends = (0..1000).map(|send| counter.place(send, &orders[0]));
    let answers: Vec<Value> = stream::iter(sends).buffer_unordered(1000).collect().await;
    assert_eq!(answers[0]["problems"], json!([]), "{:#}", answers[0]);
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
    assert_eq!(recount(&app, &lunch.data).await, 1);
    assert_eq!(all::<outbox::Entity>(&app).await.len(), 1);
}

/// The same in one process, for both databases.
mod in_one_process {
    use super::*;

    on_both! {
        async fn of_many_who_want_the_last_portions_some_get_them(app: TestApp) {
            let lunch = Lunch::lay(&app).await;
            let patients = crowd(&app, &lunch, 60, 20).await;
            let orders = patients.iter().enumerate().map(|(n, patient)| {
                let items = if n % 2 == 0 { [0, 1] } else { [1, 0] };
                let mut input = lunch.order(&items, &format!("key-{n}"));
                input["patient"] = json!(Kind::Patient.id(*patient).0);
                let (app, nurse) = (&app, lunch.nurse);
                async move { place(app, nurse, &input).await }
            });
            let answers = join_all(orders).await;
            let sold = answers.iter().filter(|answer| answer["problems"] == json!([]));
            assert_eq!(sold.count(), 20);
            assert_eq!(recount(&app, &lunch.data).await, 20);
        }
    }

    on_both! {
        async fn of_many_who_want_the_last_place_in_a_slot_one_gets_it(app: TestApp) {
            let lunch = Lunch::lay(&app).await;
            let patients = crowd(&app, &lunch, 30, 30).await;
            run_sql(&app, "UPDATE delivery_slot SET capacity = 7").await;
            let orders = patients.iter().enumerate().map(|(n, patient)| {
                let mut input = lunch.order(&[3], &format!("key-{n}"));
                input["patient"] = json!(Kind::Patient.id(*patient).0);
                let (app, nurse) = (&app, lunch.nurse);
                async move { place(app, nurse, &input).await }
            });
            for answer in join_all(orders).await {
                let problems = problems(&answer);
                assert!(problems.is_empty() || problems == ["SlotFull slot"], "{answer:#}");
            }
            assert_eq!(recount(&app, &lunch.data).await, 7);
        }
    }
}

// Who waits for the patient must not decide by what it saw before.
on_both! {
    async fn an_allergy_that_is_recorded_meanwhile_is_seen(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        other.execute_unprepared("UPDATE patient SET version = version + 1").await.unwrap();
        let row = patient_allergy::Model {
            patient_id: lunch.patient,
            allergen: Allergen::Celery,
            criticality: Criticality::High,
            recorded_by: None,
            recorded_at: monday(),
        };
        let insert = patient_allergy::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&other).await.unwrap();
        let finish = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        };
        let input = lunch.order(&[0], "k1");
        let (payload, ()) = join(place(&app, lunch.nurse, &input), finish).await;
        assert_eq!(problems(&payload).len(), 1, "{payload:#}");
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

// Nothing that was read of portions before the lock counts.
on_both! {
    async fn portions_that_go_meanwhile_are_not_promised_again(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        other.execute_unprepared("UPDATE availability SET portions = reserved").await.unwrap();
        let finish = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        };
        let input = lunch.order(&[0, 1], "k1");
        let (payload, ()) = join(place(&app, lunch.nurse, &input), finish).await;
        assert_eq!(problems(&payload), ["PortionsExhausted lines.0.quantity", "PortionsExhausted lines.1.quantity"]);
        assert_eq!(payload["problems"][0]["remaining"], 0);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}
