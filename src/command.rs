//! The command line: what was asked, with which settings, handed to one command.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{app::App, clock::Clock, config::Config, telemetry};

mod config;
pub mod explain;
pub mod import;
mod migrate;
mod recount;
mod schema;
pub mod seed;
mod serve;

/// Thali, a GraphQL API for hospital meals.
///
/// Without a command it serves. With no settings at all it keeps everything under
/// ./thali-data and loads demo data, so that there is something to query at once.
#[derive(Parser)]
#[command(name = "thali", version, max_term_width = 100)]
struct Cli {
    /// A TOML file with settings; without it, thali.toml in this folder if there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(serve::Serve),
    /// Bring the database's schema up to date, or take migrations back
    Migrate(migrate::Migrate),
    /// Read hospitals or menus from files
    Import(import::Import),
    /// Make synthetic hospitals, kitchens, dishes and menus; persons and orders
    Seed(seed::Seed),
    Explain(explain::Explain),
    /// Count again what orders come to: portions to be cooked, and the figures of hospitals. Needed
    /// once after an upgrade during which servers ran from before there were such figures
    Recount,
    /// Print the GraphQL schema
    Schema,
    /// List every setting: value, source, default, what is allowed
    Config,
}

pub async fn run() -> ExitCode {
    match dispatch(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("thali: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let (config, settings) = Config::load(cli.config)?;
    let command = match cli.command {
        Some(Command::Config) => {
            config::print(&settings);
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Schema) => {
            schema::print();
            return Ok(ExitCode::SUCCESS);
        }
        other => other,
    };
    telemetry::start(&config)?;
    let app = App::start(config, Clock::default()).await?;
    match command {
        Some(Command::Migrate(command)) => command.run(&app).await,
        Some(Command::Import(command)) => command.run(&app).await,
        Some(Command::Seed(command)) => command.run(&app).await,
        Some(Command::Explain(command)) => command.run(&app).await,
        Some(Command::Recount) => recount::run(&app).await,
        Some(Command::Serve(command)) => command.run(app).await,
        _ => serve::Serve::default().run(app).await,
    }
}
