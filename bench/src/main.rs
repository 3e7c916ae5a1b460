//! Measures Thali as a client sees it, against the same page written by hand.
//!
//! `thali-bench nested THALI [OTHER...]` measures the program THALI, and with it, in the same
//! rounds, other builds of it; `bench/loaders.sh` calls it. `thali-bench by-hand` is the server
//! to compare with.
//! Needs a PostgreSQL on this machine at TEST_DATABASE_URL, whose role may create databases.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::process::ExitCode;

mod by_hand;
mod database;
mod load;
mod nested;
mod process;

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
        ["nested", thali, ref others @ ..] => nested::run(thali, others).await,
        _ => anyhow::bail!(
            "usage: thali-bench nested THALI [OTHER...] | by-hand ADDRESS DATABASE_URL"
        ),
    }
}
