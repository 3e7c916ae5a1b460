//! `thali seed`: the demo data, or synthetic data at any size; persons and orders for either.

use std::process::ExitCode;

use clap::Args;

use crate::{app::App, command::import::report::Progress};

mod demo;
mod orders;
mod synthetic;

pub use demo::seed_demo;
pub use orders::{Orders, seed as seed_orders};
pub use synthetic::seed as seed_synthetic;

#[derive(Args)]
pub struct Seed {
    /// demo, rush (50 hospitals), or a number of hospitals
    #[arg(long, value_parser = parse_scale, required_unless_present = "orders")]
    scale: Option<Scale>,

    /// So many orders of the last year and this week, with lines, events, patients and staff, for
    /// the hospitals that are there then; a million takes a minute or two on PostgreSQL
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    orders: Option<u64>,

    /// Other synthetic data at the same scale
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
}

/// How much is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The demo data that ships with the binary.
    Demo,
    /// So many synthetic hospitals.
    Hospitals(u32),
}

fn parse_scale(text: &str) -> Result<Scale, String> {
    match text {
        "demo" => Ok(Scale::Demo),
        "rush" => Ok(Scale::Hospitals(50)),
        number => match number.parse() {
            Ok(hospitals @ 1..=100_000) => Ok(Scale::Hospitals(hospitals)),
            _ => Err("it must be demo, rush or a number of hospitals from 1 to 100000".to_owned()),
        },
    }
}

impl Seed {
    #[expect(clippy::print_stdout, reason = "the summary is what was asked for")]
    pub async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        app.migrate().await?;
        if let Some(scale) = self.scale {
            let progress = Progress::new(match scale {
                Scale::Demo => "files",
                Scale::Hospitals(_) => "hospitals",
            });
            let mut summary = match scale {
                Scale::Demo => seed_demo(app, &progress).await?,
                Scale::Hospitals(hospitals) => {
                    seed_synthetic(app, hospitals, self.seed, &progress).await?
                }
            };
            summary.took = progress.finish();
            println!("{summary}");
        }
        if let Some(number) = self.orders {
            let progress = Progress::new("orders");
            let seed = self.seed;
            let mut summary = seed_orders(app, Orders { number, seed }, &progress).await?;
            summary.took = progress.finish();
            println!("{summary}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
