//! `thali import`: hospitals and menus from files.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::app::App;

pub mod bulk;
pub mod hospitals;
pub mod report;

use report::{Progress, Summary};

#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read a list of hospitals: a table whose columns are found by name
    Hospitals {
        /// Separated by commas, semicolons, tabs or ¬, in UTF-8 or Windows-1252
        file: PathBuf,
        /// Refuse the file whole when a record is bad
        #[arg(long)]
        strict: bool,
    },
}

impl Import {
    pub async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        app.migrate().await?;
        match self.what {
            What::Hospitals { file, strict } => {
                let progress = Progress::new(1, "files");
                let name = file.display().to_string();
                let bytes = std::fs::read(&file).with_context(|| format!("cannot read {name}"))?;
                let mut summary = hospitals::import(app, &name, &bytes, strict).await?;
                for problem in &summary.problems {
                    progress.problem(problem);
                }
                progress.step(&name, summary.records);
                summary.took = progress.finish();
                Ok(print(&summary, strict))
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "the summary is what was asked for")]
fn print(summary: &Summary, strict: bool) -> ExitCode {
    println!("{summary}");
    if strict && !summary.problems.is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
