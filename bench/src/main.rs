//! Measures Thali as a client sees it, against the least that could give the same answer.
//!
//! `thali-bench nested THALI [OTHER...]` measures the program THALI, and with it, in the same
//! rounds, other builds of it; `bench/loaders.sh` calls it. `thali-bench by-hand` is the server
//! to compare with. `thali-bench menu THALI` measures what is answered from memory, beside
//! `thali-bench bare`, which has the bytes and nothing else; `bench/menu.sh` calls it.
//! `thali-bench place THALI` places orders, beside `pgbench` with the same statements.
//! `thali-bench pages THALI` turns the pages of a hospital's orders.
//! BENCH_ROUNDS and BENCH_SECONDS say how long.
//! Needs a PostgreSQL on this machine at TEST_DATABASE_URL, whose role may create databases.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::process::ExitCode;

mod by_hand;
mod database;
mod load;
mod menu;
mod nested;
mod pages;
mod place;
mod process;
mod program;
mod side;

// The same for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["by-hand", listen, database] => {
            by_hand::serve(listen.parse()?, database).await?;
            Ok(ExitCode::SUCCESS)
        }
        ["bare", listen, thali] => {
            menu::serve(listen.parse()?, thali.parse()?).await?;
            Ok(ExitCode::SUCCESS)
        }
        ["menu", thali] => menu::run(thali).await,
        ["place", thali] => place::run(thali).await,
        ["pages", thali] => pages::run(thali).await,
        ["nested", thali, ref others @ ..] => nested::run(thali, others).await,
        _ => anyhow::bail!(
            "usage: thali-bench nested THALI [OTHER...] | menu THALI | place THALI | pages THALI \
             | by-hand ADDRESS DATABASE_URL | bare ADDRESS THALI_ADDRESS"
        ),
    }
}
