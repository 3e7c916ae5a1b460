//! `thali import`: hospitals and menus from files.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};

use crate::app::App;

#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read a list of hospitals
    Hospitals { file: PathBuf },
}

impl Import {
    pub async fn run(self, _app: &App) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Hospitals { file: _ } => Ok(ExitCode::SUCCESS),
        }
    }
}
