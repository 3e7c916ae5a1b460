//! `thali seed`: synthetic data at any size.

use std::process::ExitCode;

use clap::Args;

use crate::app::App;

#[derive(Args)]
pub struct Seed {
    /// demo, rush, or a number of hospitals
    #[arg(long)]
    scale: String,
}

impl Seed {
    pub async fn run(self, _app: &App) -> anyhow::Result<ExitCode> {
        Ok(ExitCode::SUCCESS)
    }
}
