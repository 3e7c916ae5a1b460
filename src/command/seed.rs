//! `thali seed`: the demo data, or synthetic data at any size.
//!
//! Hospitals, wards, kitchens, dishes and menus; persons and orders would follow them.

use std::process::ExitCode;

use clap::Args;

use crate::{app::App, command::import::report::Progress};

mod demo;
mod synthetic;

pub use demo::seed_demo;
pub use synthetic::seed as seed_synthetic;

#[derive(Args)]
pub struct Seed {
    /// demo, rush (50 hospitals), or a number of hospitals
    #[arg(long, value_parser = parse_scale)]
    scale: Scale,

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
        let unit = match self.scale {
            Scale::Demo => "files",
            Scale::Hospitals(_) => "hospitals",
        };
        let progress = Progress::new(unit);
        let mut summary = match self.scale {
            Scale::Demo => seed_demo(app, &progress).await?,
            Scale::Hospitals(hospitals) => {
                seed_synthetic(app, hospitals, self.seed, &progress).await?
            }
        };
        summary.took = progress.finish();
        println!("{summary}");
        Ok(ExitCode::SUCCESS)
    }
}
