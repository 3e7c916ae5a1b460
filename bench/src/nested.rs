//! The nested query in interleaved rounds: by hand, Thali, and other builds of it.

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use anyhow::ensure;
use hyper::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    by_hand,
    database::{Scratch, in_one_form},
    load::{self, Call, Round},
    process::{Cpu, Server, free_address},
};

const CONNECTIONS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(3);
/// What Thali must reach of the page by hand.
const BOUND: f64 = 0.5;

/// One side of the comparison.
struct Side {
    name: String,
    server: Server,
    call: Call,
    rounds: Vec<Figures>,
}

struct Figures {
    per_second: f64,
    p50: f64,
    p99: f64,
    /// Milliseconds of CPU for a request.
    server_cpu: f64,
    database_cpu: f64,
}

pub async fn run(thali: &str, others: &[&str]) -> anyhow::Result<ExitCode> {
    let rounds = setting("BENCH_ROUNDS", 5)?;
    let time = Duration::from_secs(setting("BENCH_SECONDS", 8)?);
    let scratch = Scratch::create().await?;
    let measured = measure(&scratch, thali, others, rounds, time).await;
    scratch.drop().await?;
    let sides = measured?;
    Ok(report(&sides))
}

fn setting(name: &str, default: u64) -> anyhow::Result<u64> {
    Ok(match std::env::var(name) {
        Ok(text) => text.parse()?,
        Err(_) => default,
    })
}

async fn measure(
    scratch: &Scratch,
    thali: &str,
    others: &[&str],
    rounds: u64,
    time: Duration,
) -> anyhow::Result<Vec<Side>> {
    let mut sides = vec![by_hand_side(scratch).await?];
    for program in [thali].iter().chain(others) {
        sides.push(thali_side(scratch, program).await?);
    }
    let expected = data(&sides[0].call).await?;
    for side in &sides[1..] {
        let found = data(&side.call).await?;
        ensure!(found == expected, "{} answers something else", side.name);
    }
    println!(
        "{} fields in an answer, the same from all",
        fields(&expected)
    );
    // Other builds may be of another day.
    for side in &sides[..2] {
        same_statements(scratch, side).await?;
    }
    for side in &sides[2..] {
        load::round(&side.call, CONNECTIONS, WARM_UP).await?;
    }
    for _ in 0..rounds {
        for side in &mut sides {
            side.round(scratch, time).await?;
        }
    }
    Ok(sides)
}

async fn by_hand_side(scratch: &Scratch) -> anyhow::Result<Side> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["by-hand", &address.to_string(), &scratch.url]);
    Ok(Side {
        name: "by hand".to_owned(),
        server: Server::start(address, command).await?,
        call: Call {
            address,
            method: Method::GET,
            path: "/hospitals/bench/from/2026-11-23".to_owned(),
            body: Vec::new().into(),
        },
        rounds: Vec::new(),
    })
}

async fn thali_side(scratch: &Scratch, program: &str) -> anyhow::Result<Side> {
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .env("DATABASE_URL", &scratch.url)
        .env("THALI_ENV", "production")
        .env("THALI_LISTEN", address.to_string())
        .env("THALI_DB_POOL", "16")
        .env("THALI_LOG", "error")
        .env_remove("REDIS_URL");
    let body = json!({
        "query": include_str!("nested.graphql"),
        "variables": { "slug": "bench" },
    });
    Ok(Side {
        name: program.rsplit('/').next().unwrap_or(program).to_owned(),
        server: Server::start(address, command).await?,
        call: Call {
            address,
            method: Method::POST,
            path: "/graphql".to_owned(),
            body: body.to_string().into(),
        },
        rounds: Vec::new(),
    })
}

async fn data(call: &Call) -> anyhow::Result<Value> {
    let mut answer: Value = serde_json::from_slice(&load::once(call).await?)?;
    ensure!(answer.get("errors").is_none(), "{answer:#}");
    Ok(answer["data"].take())
}

/// How many fields an answer shows.
fn fields(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.values().map(|value| 1 + fields(value)).sum(),
        Value::Array(list) => list.iter().map(fields).sum(),
        _ => 0,
    }
}

/// Warms a side up, and sees on the database's server that it runs the statements by hand.
async fn same_statements(scratch: &Scratch, side: &Side) -> anyhow::Result<()> {
    let expected: BTreeSet<String> = by_hand::STATEMENTS.map(in_one_form).into();
    let mut found = BTreeSet::new();
    let warm_up = load::round(&side.call, CONNECTIONS, WARM_UP);
    tokio::pin!(warm_up);
    loop {
        tokio::select! {
            warm = &mut warm_up => break drop(warm?),
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                found.extend(scratch.statements().await?);
            }
        };
    }
    for statement in &expected {
        ensure!(
            found.contains(statement),
            "{} does not run this statement; bench/src/by_hand has Thali's own, bring it up to \
             date:\n{statement}\nit ran:\n{found:#?}",
            side.name
        );
    }
    Ok(())
}

impl Side {
    async fn round(&mut self, scratch: &Scratch, time: Duration) -> anyhow::Result<()> {
        let server = || Cpu::of([self.server.pid()]);
        let (server_before, database_before) = (server(), Cpu::of(scratch.backends().await?));
        let round: Round = load::round(&self.call, CONNECTIONS, time).await?;
        let (server_after, database_after) = (server(), Cpu::of(scratch.backends().await?));
        let figures = Figures {
            per_second: round.per_second(),
            p50: round.latency_ms(0.5),
            p99: round.latency_ms(0.99),
            server_cpu: server_after.since(&server_before) / round.answers(),
            database_cpu: database_after.since(&database_before) / round.answers(),
        };
        self.rounds.push(figures);
        Ok(())
    }

    /// The median over the rounds.
    fn median(&self, of: impl Fn(&Figures) -> f64) -> f64 {
        median(self.rounds.iter().map(of))
    }

    /// The median of the quotients with `base`, round by round: what disturbs the machine for
    /// longer than a round disturbs both.
    fn ratio(&self, base: &Self, of: impl Fn(&Figures) -> f64) -> f64 {
        let pairs = self.rounds.iter().zip(&base.rounds);
        median(pairs.map(|(own, base)| of(own) / of(base)))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => (values[count / 2 - 1] + values[count / 2]) / 2.0,
    }
}

fn cpu(figures: &Figures) -> f64 {
    figures.server_cpu + figures.database_cpu
}

fn report(sides: &[Side]) -> ExitCode {
    let by_hand = &sides[0];
    println!(
        "{CONNECTIONS} connections, medians of {} rounds",
        by_hand.rounds.len()
    );
    println!(
        "{:<16}{:>9}{:>12}{:>9}{:>9}{:>15}{:>17}{:>9}",
        "", "req/s", "of by hand", "p50 ms", "p99 ms", "server CPU ms", "database CPU ms", "RSS MB"
    );
    for side in sides {
        println!(
            "{:<16}{:>9.0}{:>12.3}{:>9.1}{:>9.1}{:>15.3}{:>17.3}{:>9.0}",
            side.name,
            side.median(|round| round.per_second),
            side.ratio(by_hand, |round| round.per_second),
            side.median(|round| round.p50),
            side.median(|round| round.p99),
            side.median(|round| round.server_cpu),
            side.median(|round| round.database_cpu),
            side.server.rss_mb(),
        );
    }
    let thali = &sides[1];
    let lines = [
        (
            "nested-throughput-of-by-hand",
            thali.ratio(by_hand, |round| round.per_second),
        ),
        ("nested-cpu-of-by-hand", 1.0 / thali.ratio(by_hand, cpu)),
    ];
    let mut code = ExitCode::SUCCESS;
    for (name, value) in lines {
        let verdict = if value >= BOUND { "ok" } else { "short" };
        println!("{name}  {value:.2}  >={BOUND:.2}  {verdict}");
        if value < BOUND {
            code = ExitCode::FAILURE;
        }
    }
    code
}
