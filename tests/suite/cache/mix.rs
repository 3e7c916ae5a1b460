//! What the cache saves of a day's work, and many who ask at once.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};
use thali::config::Switch;

use super::statements;
use crate::{
    app::{Engine, TestApp},
    ask,
    data::{Data, Size, mix, today},
    operations::{named, placeholders},
};

/// What apps ask in a hundred requests: most look at menus, some search, some see prices and
/// portions before they order.
const MIX: [(&str, usize); 7] = [
    ("six-edges", 25),
    ("week-at-a-glance", 20),
    ("hospital-profile", 10),
    ("dish-details", 15),
    ("search-as-you-type", 10),
    ("find-hospital", 5),
    ("todays-menu", 15),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_of_ten_statements_of_a_mix_are_saved() {
    let without = TestApp::start(Engine::Postgres).await;
    Data::fill(&without, Size::ONE).await;
    let with = without.beside(|config| config.cache = Switch(true)).await;
    let known = placeholders(&without).await;
    let slugs = "{ hospitals(first: 100) { nodes { slug code } } }";
    let hospitals = without.data(slugs, json!({})).await;
    let hospitals = hospitals["hospitals"]["nodes"].as_array().unwrap().clone();
    let words = [
        "soup", "rice", "dal", "potato", "fish", "curry", "salad", "pea",
    ];
    let asked: Vec<(String, Value)> = (0..1000u64)
        .map(|n| {
            let mut place = (mix(n) % 100) as usize;
            let (file, _) = MIX
                .iter()
                .find(|(_, share)| {
                    let is_it = place < *share;
                    place = place.saturating_sub(*share);
                    is_it
                })
                .unwrap();
            let operation = named(file);
            let mut variables = operation.variables(&known);
            // Half of all requests come from one busy hospital.
            let hospital = &hospitals
                [(mix(n + 7) as usize % (2 * hospitals.len())).saturating_sub(hospitals.len())];
            let given = [
                ("hospital", hospital["slug"].clone()),
                ("code", hospital["code"].clone()),
                ("text", json!(words[mix(n + 9) as usize % words.len()])),
                ("date", json!(today())),
            ];
            for (name, value) in given {
                if operation.text.contains(&format!("${name}:")) {
                    variables[name] = value;
                }
            }
            (operation.text, variables)
        })
        .collect();
    let cost = async |app: &TestApp| {
        let answers = asked
            .iter()
            .map(|(text, variables)| app.execute(text, variables.clone()));
        let answers = stream::iter(answers).buffered(4).collect::<Vec<_>>().await;
        assert!(answers.iter().all(|answer| answer.get("errors").is_none()));
        answers.iter().map(statements).sum::<u64>()
    };
    let (all, left) = (cost(&without).await, cost(&with).await);
    println!(
        "{left} of {all} statements, {:.1} % saved",
        100.0 - 100.0 * left as f64 / all as f64
    );
    assert!(left * 10 <= all, "{left} of {all} statements");
}

/// A thousand clients, a pool of 25, nothing cached: all are served, and nobody waits much longer
/// than the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_share_a_pool_of_25() {
    let app = TestApp::with(Engine::Postgres, |config| {
        config.db_pool = 25;
        config.db_acquire_timeout = Duration::from_secs(60);
        config.request_timeout = Duration::from_secs(60);
    })
    .await;
    Data::fill(&app, Size::ONE).await;
    let begun = Instant::now();
    let ask = async || {
        let reply = ask::query(
            &app,
            "{ dishes(first: 5) { nodes { name kitchen { name } } } }",
        );
        let status = reply.await.status;
        (status, begun.elapsed())
    };
    let replies = join_all((0..1000).map(|_| ask())).await;
    assert!(replies.iter().all(|(status, _)| *status == 200));
    // Fair: who comes first is served first. Had some waited again and again behind others, they
    // would all have come at the end.
    let whole = begun.elapsed();
    let late = replies[..500]
        .iter()
        .filter(|(_, took)| *took > whole.mul_f64(0.9))
        .count();
    assert!(late < 100, "{late} of the first 500 came among the last");
}
