//! `thali recount`: what orders come to, counted again.

use std::process::ExitCode;

use crate::{app::App, db::Meter, ordering::recount};

/// Counts the orders again; whoever orders meanwhile waits until it is done.
pub async fn run(app: &App) -> anyhow::Result<ExitCode> {
    let transaction = app.db.begin(&Meter::new("recount")).await?;
    recount(&transaction).await?;
    transaction.commit().await?;
    Ok(ExitCode::SUCCESS)
}
