//! One side of a comparison: a server, what is asked of it, and what the rounds showed.

use std::{fmt::Display, process::ExitCode, str::FromStr, time::Duration};

use anyhow::ensure;
use serde_json::Value;

use crate::{
    database::Scratch,
    load::{self, Call, Round},
    process::{Cpu, Server},
    program::serve,
};

pub const CONNECTIONS: usize = 32;

pub struct Side {
    pub name: String,
    pub server: Server,
    pub call: Call,
    rounds: Vec<Figures>,
}

pub struct Figures {
    pub per_second: f64,
    p50: f64,
    p99: f64,
    /// Statements for a request. The database tells of each up to a second late: over rounds of
    /// the same work that evens out.
    statements: f64,
    /// Milliseconds of CPU for a request.
    server_cpu: f64,
    database_cpu: f64,
}

/// What a variable of the environment says, or `default`.
pub fn setting<T: FromStr>(name: &str, default: &str) -> anyhow::Result<T>
where
    T::Err: Display,
{
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let read = text.parse();
    read.map_err(|error| anyhow::anyhow!("{name}={text}: {error}"))
}

/// How much is measured.
pub struct Plan {
    rounds: u64,
    time: Duration,
}

impl Plan {
    pub fn read() -> anyhow::Result<Self> {
        Ok(Self {
            rounds: setting("BENCH_ROUNDS", "5")?,
            time: Duration::from_secs_f64(setting("BENCH_SECONDS", "8")?),
        })
    }

    pub fn warm_up(&self) -> Duration {
        self.time.min(Duration::from_secs(3))
    }

    /// Measures all sides in turn.
    pub async fn run(&self, sides: &mut [Side], scratch: &Scratch) -> anyhow::Result<()> {
        for _ in 0..self.rounds {
            for side in &mut *sides {
                side.round(scratch, self.time).await?;
            }
        }
        Ok(())
    }
}

impl Side {
    pub fn new(name: &str, server: Server, call: Call) -> Self {
        Self {
            name: name.to_owned(),
            server,
            call,
            rounds: Vec::new(),
        }
    }

    /// Starts `program` on the database with these settings, to be asked `body`.
    pub async fn thali(
        name: &str,
        program: &str,
        scratch: &Scratch,
        settings: &[(&str, &str)],
        body: Value,
    ) -> anyhow::Result<Self> {
        let all = [
            ("THALI_ENV", "production"),
            ("THALI_TOKEN_KEYS", "bench:0123456789abcdef0123456789abcdef"),
            ("THALI_DB_POOL", "16"),
        ];
        let settings = [&all, settings].concat();
        let (server, mut call) = serve(program, &scratch.url, &settings).await?;
        call.body = body.to_string().into();
        Ok(Self::new(name, server, call))
    }

    pub async fn data(&self) -> anyhow::Result<Value> {
        let mut answer: Value = serde_json::from_slice(&load::once(&self.call).await?)?;
        ensure!(answer.get("errors").is_none(), "{answer:#}");
        Ok(answer["data"].take())
    }

    async fn round(&mut self, scratch: &Scratch, time: Duration) -> anyhow::Result<()> {
        let server = || Cpu::of([self.server.pid()]);
        let statements = scratch.statements_run().await?;
        let (server_before, database_before) = (server(), Cpu::of(scratch.backends().await?));
        let round: Round = load::round(&self.call, CONNECTIONS, time).await?;
        let (server_after, database_after) = (server(), Cpu::of(scratch.backends().await?));
        let figures = Figures {
            per_second: round.per_second(),
            p50: round.latency_ms(0.5),
            p99: round.latency_ms(0.99),
            statements: (scratch.statements_run().await? - statements) / round.answers(),
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
    pub fn ratio(&self, base: &Self, of: impl Fn(&Figures) -> f64) -> f64 {
        let pairs = self.rounds.iter().zip(&base.rounds);
        median(pairs.map(|(own, base)| of(own) / of(base)))
    }
}

impl Figures {
    pub fn cpu(&self) -> f64 {
        self.server_cpu + self.database_cpu
    }
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => (values[count / 2 - 1] + values[count / 2]) / 2.0,
    }
}

/// Prints what the sides showed, beside the first of them.
pub fn print(sides: &[Side]) {
    let base = &sides[0];
    println!(
        "{CONNECTIONS} connections, medians of {} rounds",
        base.rounds.len()
    );
    println!(
        "{:<16}{:>9}{:>14}{:>9}{:>9}{:>12}{:>15}{:>17}{:>9}",
        "",
        "req/s",
        "of the first",
        "p50 ms",
        "p99 ms",
        "statements",
        "server CPU ms",
        "database CPU ms",
        "RSS MB"
    );
    for side in sides {
        println!(
            "{:<16}{:>9.0}{:>14.3}{:>9.1}{:>9.1}{:>12.2}{:>15.3}{:>17.3}{:>9.0}",
            side.name,
            side.median(|round| round.per_second),
            side.ratio(base, |round| round.per_second),
            side.median(|round| round.p50),
            side.median(|round| round.p99),
            side.median(|round| round.statements),
            side.median(|round| round.server_cpu),
            side.median(|round| round.database_cpu),
            side.server.rss_mb(),
        );
    }
}

/// What a figure must be.
#[derive(Clone, Copy)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// Prints a line for each (name, value), all of which must keep to `bound`.
pub fn judge(lines: &[(&str, f64)], bound: Bound) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (name, value) in lines {
        let (is_reached, sign, of) = match bound {
            Bound::AtLeast(least) => (*value >= least, ">=", least),
            Bound::AtMost(most) => (*value <= most, "<=", most),
        };
        let verdict = if is_reached { "ok" } else { "short" };
        println!("{name}  {value:.2}  {sign}{of:.2}  {verdict}");
        if !is_reached {
            code = ExitCode::FAILURE;
        }
    }
    code
}
