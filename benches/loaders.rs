//! What batching costs: one in-memory batch function behind async-graphql's DataLoader, the
//! `dataloader` crate, our loaders, and behind nothing.
//!
//! `cargo bench --bench loaders` ends with what a row costs through ours, which must stay below
//! half a microsecond. Everything runs on one thread, so a time is also the CPU that it took.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput};
use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

#[path = "loaders/asked.rs"]
mod asked;

use asked::{Asked, BuiltIn, Cached, Direct, Ours, Uncached};

/// The most that a row may cost, in microseconds.
const BOUND: f64 = 0.5;

/// A request: what it follows, level by level.
#[derive(Clone, Copy)]
enum Work {
    /// So many items with so many distinct keys among them.
    Flat { items: u64, keys: u64 },
    /// Three levels, each row with ten below it: 10, 100, 1,000.
    Levels,
}

impl Work {
    const ALL: [(&str, Self); 3] = [
        (
            "50 items, 37 keys",
            Self::Flat {
                items: 50,
                keys: 37,
            },
        ),
        (
            "1000 items, 500 keys",
            Self::Flat {
                items: 1000,
                keys: 500,
            },
        ),
        ("3 levels, 1110 items", Self::Levels),
    ];

    fn rows(self) -> u64 {
        match self {
            Self::Flat { items, .. } => items,
            Self::Levels => 1110,
        }
    }

    async fn run<A: Asked>(self, asked: &A) -> u64 {
        match self {
            Self::Flat { items, keys } => {
                let items = (0..items).map(|item| asked.ask(0, item % keys));
                join_all(items).await.into_iter().sum()
            }
            Self::Levels => {
                let top = join_all((0..10).map(|key| below(asked, key))).await;
                top.into_iter().sum()
            }
        }
    }
}

async fn below<A: Asked>(asked: &A, key: u64) -> u64 {
    let first = asked.ask(0, key).await;
    let middle = (0..10).map(|item| async move {
        let second = asked.ask(1, first * 10 + item).await;
        let last = join_all((0..10).map(|item| asked.ask(2, second * 10 + item))).await;
        last.into_iter().sum::<u64>()
    });
    join_all(middle).await.into_iter().sum()
}

/// One request with loaders of its own.
async fn request<A: Asked>(make: impl Fn() -> A, work: Work) -> u64 {
    let asked = make();
    black_box(asked.drive(work.run(&asked)).await)
}

fn compare(criterion: &mut Criterion, runtime: &Runtime) {
    for (name, work) in Work::ALL {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(work.rows()));
        macro_rules! side {
            ($side:literal, $make:expr) => {
                group.bench_function(BenchmarkId::from_parameter($side), |bench| {
                    bench.to_async(runtime).iter(|| request($make, work))
                });
            };
        }
        side!("none", || Direct);
        side!("ours", Ours::new);
        side!("async-graphql, 1 ms", || BuiltIn::new(None));
        side!("async-graphql, 0 ms", || BuiltIn::new(Some(Duration::ZERO)));
        for yields in [10, 2, 1] {
            let name = |kind| format!("dataloader, {kind}, {yields} yields");
            group.bench_function(name("cached"), |bench| {
                bench
                    .to_async(runtime)
                    .iter(|| request(|| Cached::new(yields), work))
            });
            group.bench_function(name("uncached"), |bench| {
                bench
                    .to_async(runtime)
                    .iter(|| request(|| Uncached::new(yields), work))
            });
        }
        group.finish();
    }
}

/// Microseconds for a row of `work` through ours, everything included: the least of the rounds,
/// since what else runs on the machine can only add.
fn row_us(runtime: &Runtime, work: Work) -> f64 {
    let requests = 200_000 / work.rows();
    let round = |_| {
        let begun = Instant::now();
        runtime.block_on(async {
            for _ in 0..requests {
                request(Ours::new, work).await;
            }
        });
        begun.elapsed().as_secs_f64() * 1e6 / (requests * work.rows()) as f64
    };
    (0..21).map(round).fold(f64::INFINITY, f64::min)
}

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    compare(&mut criterion, &runtime);
    criterion.final_summary();

    let costs = Work::ALL.map(|(name, work)| {
        let cost = row_us(&runtime, work);
        println!("{name}: {cost:.3} us a row");
        cost
    });
    let most = costs.into_iter().fold(0.0, f64::max);
    let is_within = most < BOUND;
    let verdict = if is_within { "ok" } else { "short" };
    println!("loader-row-us  {most:.3}  <{BOUND:.3}  {verdict}");
    if is_within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
