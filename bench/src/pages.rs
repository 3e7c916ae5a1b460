//! A page of a hospital's orders: where there are ten thousand orders and where there are many, and
//! the first page beside the ten thousandth. And whether the time tells that something is there
//! which may not be seen.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::{Value, json};
use thali::{auth::SignedIn, graph::id::Kind};
use uuid::Uuid;

use crate::{
    database::Scratch,
    load::{self, Call},
    process::Server,
    program::{open, seed, serve, token},
    side::{Bound, judge, median, setting},
};

/// A page may take so much longer than another one.
const BOUND: f64 = 1.3;
/// What may not be seen and what does not exist may differ by so much.
const NOISE: f64 = 1.1;
const FEW: &str = "10000";
const CONNECTIONS: usize = 4;
const PAGE: usize = 20;
const DEEP: &str = "10000";
/// How many orders one hospital must have to have so many pages.
const MANY: &str = "220000";

const ORDERS: &str = "query ($hospital: ID!, $first: Int!, $after: String) {
    node(id: $hospital) { ... on Hospital { orders(first: $first, after: $after) {
        nodes { number status deliveryTime isLate bed total { amountMinor } }
        pageInfo { hasNextPage endCursor }
    } } }
}";

pub async fn run(thali: &str) -> anyhow::Result<ExitCode> {
    let few = Scratch::empty("few").await?;
    let many = Scratch::empty("many").await?;
    let ratios = measure(thali, &few, &many).await;
    few.drop().await?;
    many.drop().await?;
    let [by_number, by_depth, foreign] = ratios?;
    let lines = [
        ("order-page-of-many-of-ten-thousand", by_number),
        ("order-page-ten-thousand-of-one", by_depth),
    ];
    let pages = judge(&lines, Bound::AtMost(BOUND));
    let ids = judge(
        &[("foreign-order-of-missing-one", foreign)],
        Bound::AtMost(NOISE),
    );
    Ok(if pages == ExitCode::SUCCESS {
        ids
    } else {
        pages
    })
}

async fn measure(thali: &str, few: &Scratch, many: &Scratch) -> anyhow::Result<[f64; 3]> {
    seed(thali, &few.url, "50", FEW).await?;
    // What was made before can be measured again: ten million take a while.
    let many = match std::env::var("BENCH_MANY_ORDERS") {
        Ok(url) => url,
        Err(_) => {
            let is_full = std::env::var("SCALE").is_ok_and(|scale| scale == "full");
            let number: String = setting("BENCH_MANY", MANY)?;
            let (hospitals, orders) = match is_full {
                true => ("50", "10000000"),
                false => ("1", number.as_str()),
            };
            seed(thali, &many.url, hospitals, orders).await?;
            many.url.clone()
        }
    };
    let small = Hospital::open(thali, &few.url).await?;
    let large = Hospital::open(thali, &many).await?;
    println!(
        "a hospital with {} orders, and one with {}",
        small.orders, large.orders
    );
    let depth: usize = setting("BENCH_DEPTH", DEEP)?;
    let deep = large.cursor(depth - 1).await?;
    let last = format!("page {depth}");
    let sides = [
        ("page 1 of few", small.call(PAGE, None)?),
        ("page 1 of many", large.call(PAGE, None)?),
        (last.as_str(), large.call(PAGE, Some(&deep))?),
        ("foreign order", small.node(small.foreign)?),
        ("missing order", small.node(Uuid::now_v7())?),
    ];
    for (name, call) in sides.iter().take(3) {
        let page = ask(call).await?;
        let nodes = page["nodes"].as_array().map_or(0, Vec::len);
        ensure!(nodes == PAGE, "{name}: {page:#}");
    }
    for (_, call) in &sides {
        load::round(call, CONNECTIONS, Duration::from_secs(1)).await?;
    }
    let rounds: usize = setting("BENCH_ROUNDS", "5")?;
    let time = Duration::from_secs_f64(setting("BENCH_SECONDS", "4")?);
    let mut times = vec![Vec::new(); sides.len()];
    for _ in 0..rounds {
        for ((_, call), times) in sides.iter().zip(&mut times) {
            times.push(1e3 / load::round(call, CONNECTIONS, time).await?.per_second());
        }
    }
    println!("{CONNECTIONS} connections, medians of {rounds} rounds; ms for a page");
    for ((name, _), times) in sides.iter().zip(&times) {
        println!("{name:<16}{:>9.3}", median(times.iter().copied()));
    }
    let ratio = |of: &[f64], base: &[f64]| {
        let pairs = of.iter().zip(base);
        median(pairs.map(|(of, base)| of / base))
    };
    let time = |side: usize| median(times[side].iter().copied());
    let foreign = time(3) / time(4);
    Ok([
        ratio(&times[1], &times[0]),
        ratio(&times[2], &times[1]),
        foreign.max(1.0 / foreign),
    ])
}

/// The hospital with most orders, and a server that a nurse of it asks.
struct Hospital {
    _server: Server,
    base: Call,
    id: Uuid,
    orders: i64,
    /// An order of another hospital, if there is one.
    foreign: Uuid,
}

impl Hospital {
    async fn open(thali: &str, url: &str) -> anyhow::Result<Self> {
        let most = "SELECT hospital_id, count(*) AS orders,
                (SELECT account_id FROM membership m
                 WHERE m.hospital_id = o.hospital_id AND role = 3 ORDER BY 1 LIMIT 1) AS nurse,
                (SELECT id FROM orders f WHERE f.hospital_id <> o.hospital_id LIMIT 1) AS other
            FROM orders o GROUP BY hospital_id ORDER BY 2 DESC LIMIT 1";
        let database = Database::connect(url).await?;
        let most = Statement::from_string(DbBackend::Postgres, most);
        let row = database.query_one_raw(most).await?.context("no order")?;
        let (id, nurse): (Uuid, Uuid) =
            (row.try_get("", "hospital_id")?, row.try_get("", "nurse")?);
        let signed_in = "INSERT INTO session (id, account_id, created_at, expires_at)
            VALUES ($1, $1, now(), now() + interval '1 day') ON CONFLICT DO NOTHING";
        let values = [nurse.into()];
        let signed_in = Statement::from_sql_and_values(DbBackend::Postgres, signed_in, values);
        database.execute_raw(signed_in).await?;
        database.close().await?;
        let (server, mut base) = serve(thali, url, &[("THALI_ENV", "development")]).await?;
        let who = SignedIn {
            account: nurse,
            session: nurse,
        };
        base.token = Some(token(&open(url).await?, who).await?);
        Ok(Self {
            _server: server,
            base,
            id,
            orders: row.try_get("", "orders")?,
            foreign: row
                .try_get::<Option<Uuid>>("", "other")?
                .unwrap_or_default(),
        })
    }

    fn call(&self, first: usize, after: Option<&Value>) -> anyhow::Result<Call> {
        let hospital = Kind::Hospital.id(self.id);
        let variables = json!({ "hospital": hospital, "first": first, "after": after });
        let body = json!({ "query": ORDERS, "variables": variables });
        Ok(Call {
            body: serde_json::to_vec(&body)?.into(),
            ..self.base.clone()
        })
    }

    fn node(&self, order: Uuid) -> anyhow::Result<Call> {
        let query = "query ($id: ID!) { node(id: $id) { ... on Order { number } } }";
        let body = json!({ "query": query, "variables": { "id": Kind::Order.id(order) } });
        Ok(Call {
            body: serde_json::to_vec(&body)?.into(),
            ..self.base.clone()
        })
    }

    /// Where so many pages end.
    async fn cursor(&self, pages: usize) -> anyhow::Result<Value> {
        let mut cursor = Value::Null;
        let mut left = pages * PAGE;
        while left > 0 {
            let first = left.min(100);
            let mut page = ask(&self.call(first, Some(&cursor))?).await?;
            ensure!(
                page["pageInfo"]["hasNextPage"] == json!(true),
                "too few orders"
            );
            cursor = page["pageInfo"]["endCursor"].take();
            left -= first;
        }
        Ok(cursor)
    }
}

async fn ask(call: &Call) -> anyhow::Result<Value> {
    let mut answer: Value = serde_json::from_slice(&load::once(call).await?)?;
    let page = answer.pointer_mut("/data/node/orders").map(Value::take);
    page.with_context(|| format!("{answer:#}"))
}
