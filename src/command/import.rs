//! `thali import`: hospitals, menus and what patients may eat, from files.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::{app::App, error::Error};

pub mod bulk;
pub mod fhir;
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
    /// Read what patients may eat: FHIR R5 NutritionOrder and AllergyIntolerance, as JSON
    ///
    /// The file has one resource, an array, a Bundle, or a resource a line (NDJSON). Patients are
    /// those of the hospital, found by the identifier in `subject` or `patient`, or by those of the
    /// Patient of the same file that it refers to; they are admitted before, not here.
    ///
    /// Understood are codings of SNOMED CT (allergens, diets, textures, consistencies, the levels
    /// of IDDSI) and of http://terminology.hl7.org/CodeSystem/diet. An active order replaces diets,
    /// levels and nil by mouth; an allergy is added, and never made less than it was. Exclusions
    /// count as honoured where the patient is recorded as allergic to them.
    ///
    /// A resource is applied wholly or not at all. What restricts a patient and cannot be honoured
    /// is told with its path, its value and why, and the command then fails: read each line, and
    /// record by hand what it names. Free text is told as a note. Sending a file again changes
    /// nothing.
    #[command(verbatim_doc_comment)]
    Fhir {
        /// JSON in UTF-8
        file: PathBuf,
        /// The slug of the hospital whose patients they are
        #[arg(long, value_name = "SLUG")]
        hospital: String,
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
            What::Fhir { file, hospital } => {
                let name = file.display().to_string();
                let bytes = std::fs::read(&file).with_context(|| format!("cannot read {name}"))?;
                progress.expect(1);
                let (summary, notes) = fhir::import(app, &hospital, &name, &bytes).await?;
                for note in &notes {
                    progress.warning(&note.to_string());
                }
                for problem in &summary.problems {
                    progress.problem(problem);
                }
                progress.step(&name, summary.records);
                // What is not honoured can do harm: it is never passed over.
                (summary, true)
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

/// An error whose cause was logged where it arose.
fn failed(error: Error) -> anyhow::Error {
    anyhow::anyhow!("{}", error.message())
}
