//! `thali import`: hospitals and menus from files.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::app::App;

pub mod bulk;
pub mod hospitals;
pub mod menus;
pub mod report;
pub mod source;

use report::{Progress, Summary};
use source::Source;

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
    /// Read kitchens, dishes and menus: a folder as the eat-api project publishes them
    Menus {
        /// Holds canteens.json, and a folder per canteen with YEAR/WEEK.json
        folder: PathBuf,
        /// Let each kitchen serve its N nearest hospitals, so that its menus have readers there
        #[arg(long, value_name = "N")]
        serve_hospitals: Option<usize>,
        /// Refuse a file whole when a record in it is bad
        #[arg(long)]
        strict: bool,
    },
}

impl Import {
    pub async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        app.migrate().await?;
        let progress = Progress::new("files");
        let (mut summary, strict) = match self.what {
            What::Hospitals { file, strict } => {
                let name = file.display().to_string();
                let bytes = std::fs::read(&file).with_context(|| format!("cannot read {name}"))?;
                progress.expect(1);
                let summary = hospitals::import(app, &name, &bytes, strict).await?;
                for problem in &summary.problems {
                    progress.problem(problem);
                }
                progress.step(&name, summary.records);
                (summary, strict)
            }
            What::Menus {
                folder,
                serve_hospitals,
                strict,
            } => {
                let options = menus::Options {
                    serve_hospitals,
                    strict,
                };
                let source = Source::Folder(folder);
                let summary = menus::import(app, &source, options, &progress).await?;
                (summary, strict)
            }
        };
        summary.took = progress.finish();
        Ok(print(&summary, strict))
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
