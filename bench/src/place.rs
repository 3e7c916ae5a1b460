//! Orders that are placed at the same time: by Thali, and beside it by `pgbench`, which replays the
//! statements that Thali issues for the same orders, against a database like it.
//!
//! Thali reads the request, checks who asks, decides by the rules of what may be eaten, tells all
//! others of the order and answers; `pgbench` does nothing but send the statements.

use std::{process::ExitCode, time::Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use thali::app::App;

mod lunch;
mod pgbench;
mod recorded;

use crate::{
    database::Scratch,
    load::{self, Call},
    program::{open, seed, serve, token},
    side::{Bound, CONNECTIONS, judge, median, setting},
};
use lunch::{Order, PLACE};

/// What Thali must reach of what `pgbench` does.
const BOUND: f64 = 0.6;
/// Hospitals at which is ordered, and the orders that are there already.
const HOSPITALS: &str = "4";
const OLD_ORDERS: &str = "20000";

pub async fn run(thali: &str) -> anyhow::Result<ExitCode> {
    let rounds: usize = setting("BENCH_ROUNDS", "3")?;
    let orders: usize = setting("BENCH_ORDERS", "4000")?;
    ensure!(rounds * orders <= 20_000, "at most 20000 orders are placed");
    let original = Scratch::empty("lunch").await?;
    let mut copies = Vec::new();
    let ratio = measure(thali, (rounds, orders), &original, &mut copies).await;
    for copy in copies {
        copy.drop().await?;
    }
    original.drop().await?;
    Ok(judge(
        &[("place-order-of-pgbench", ratio?)],
        Bound::AtLeast(BOUND),
    ))
}

async fn measure(
    thali: &str,
    (rounds, orders): (usize, usize),
    original: &Scratch,
    copies: &mut Vec<Scratch>,
) -> anyhow::Result<f64> {
    seed(thali, &original.url, HOSPITALS, OLD_ORDERS).await?;
    let database = Database::connect(&original.url).await?;
    database
        .execute_unprepared(include_str!("place/lunch.sql"))
        .await?;
    database.execute_unprepared("VACUUM ANALYZE").await?;
    let lunch = lunch::orders(&database, rounds * orders).await?;
    database.close().await?;

    for name in ["recorded", "replayed", "thali"] {
        copies.push(original.copy(name).await?);
    }
    println!("recording the statements of {} orders", lunch.len());
    let recorded = recorded::record(&copies[0].url, &lunch).await?;
    println!(
        "{} statements for an order, besides BEGIN and COMMIT",
        recorded.texts.len()
    );
    let script = std::env::temp_dir().join(format!("thali-bench-{}.sql", std::process::id()));
    std::fs::write(&script, pgbench::script(&recorded)?)?;
    let replayed = Database::connect(&copies[1].url).await?;
    let clients = pgbench::CLIENTS.to_string();
    let settings = [("THALI_ENV", "development"), ("THALI_DB_POOL", &clients)];
    let (_server, call) = serve(thali, &copies[2].url, &settings).await?;
    let app = open(&copies[2].url).await?;

    let mut ratios = Vec::new();
    println!(
        "{:<10}{:>16}{:>16}{:>9}",
        "round", "pgbench /s", "Thali /s", "ratio"
    );
    for round in 0..rounds {
        let (from, to) = (round * orders, (round + 1) * orders);
        let those = |at: &usize| (from..to).contains(at);
        let values: Vec<_> = recorded
            .placed
            .iter()
            .zip(&recorded.values)
            .filter(|(at, _)| those(at))
            .map(|(_, values)| values.clone())
            .collect();
        let each = pgbench::load(&replayed, &values).await?;
        let bare = pgbench::run(&copies[1].url, &script, each).await?;
        let own = place(&app, &call, &lunch[from..to]).await?;
        println!(
            "{:<10}{bare:>16.0}{own:>16.0}{:>9.2}",
            round + 1,
            own / bare
        );
        ratios.push(own / bare);
    }
    std::fs::remove_file(&script)?;
    check(&copies[2], lunch.len()).await?;
    Ok(median(ratios.into_iter()))
}

/// Places the orders over as many connections as elsewhere; how many in a second.
async fn place(app: &App, call: &Call, orders: &[Order]) -> anyhow::Result<f64> {
    let mut calls = Vec::with_capacity(orders.len());
    for order in orders {
        let body = json!({ "query": PLACE, "variables": { "input": order.input } });
        calls.push(Call {
            body: body.to_string().into(),
            token: Some(token(app, order.nurse).await?),
            ..call.clone()
        });
    }
    let begun = Instant::now();
    let share = calls.len().div_ceil(CONNECTIONS);
    let answers = try_join_all(calls.chunks(share).map(load::each)).await?;
    let took = begun.elapsed().as_secs_f64();
    for answer in answers.iter().flatten() {
        let answer: Value = serde_json::from_slice(answer)?;
        let problems = answer.pointer("/data/placeOrder/problems");
        ensure!(problems == Some(&json!([])), "{answer:#}");
    }
    Ok(calls.len() as f64 / took)
}

/// Nothing was lost, and what is promised is what was ordered.
async fn check(scratch: &Scratch, placed: usize) -> anyhow::Result<()> {
    let database: DatabaseConnection = Database::connect(&scratch.url).await?;
    let sql = "SELECT
        (SELECT count(*) FROM idempotency_key WHERE key LIKE 'bench-%') AS placed,
        (SELECT count(*) FROM availability a WHERE a.reserved <> (
            SELECT coalesce(sum(l.quantity), 0) FROM order_line l JOIN orders o ON o.id = l.order_id
            WHERE l.menu_item_id = a.menu_item_id AND o.status < 7)) AS wrong";
    let row = database
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    let row = row.context("no row")?;
    let (found, wrong): (i64, i64) = (row.try_get("", "placed")?, row.try_get("", "wrong")?);
    ensure!(found as usize == placed, "{found} orders of {placed}");
    ensure!(wrong == 0, "{wrong} items with wrong portions");
    Ok(database.close().await?)
}
