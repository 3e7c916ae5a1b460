//! `thali serve`: the HTTP server.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use entity::{hospital, kitchen};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::{net::TcpListener, signal::unix::SignalKind};

use crate::{
    app::App,
    command::{import::report::Progress, seed::seed_demo},
    config::Environment,
    db::Meter,
    http,
    jobs::Jobs,
};

mod warm;

#[derive(Args, Default)]
pub struct Serve {
    /// Have the menus of today and tomorrow in the cache before the first request
    #[arg(long)]
    warm: bool,
}

impl Serve {
    pub async fn run(self, app: App) -> anyhow::Result<ExitCode> {
        run(app, self.warm).await
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the one line that says where the server is"
)]
async fn run(app: App, is_warm: bool) -> anyhow::Result<ExitCode> {
    let checked = app.db.check_server(&app.config).await;
    checked.context("cannot ask the database for its limits")?;
    check_token_keys(&app)?;
    app.migrate().await?;
    if is_for_demo(&app).await? {
        seed_demo(&app, &Progress::silent())
            .await
            .context("cannot load the demo data")?;
    }
    app.db.watch_replicas();
    let jobs = Jobs::start(&app);
    if is_warm {
        warm::warm(&app).await?;
    }
    let listen = app.config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("THALI_LISTEN: {listen}"))?;
    let address = listener.local_addr()?;
    let db = app.db.clone();
    let site = http::Site::new(app)?;
    println!("Thali serves http://{address}/graphql");
    http::serve(listener, site, http::Patience::default(), told_to_stop()).await;
    jobs.stop().await;
    db.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Who says that it is production says which keys sign there.
fn check_token_keys(app: &App) -> anyhow::Result<()> {
    if app.tokens.are_set() || app.config.is_development() {
        return Ok(());
    }
    ensure!(
        app.config.environment != Some(Environment::Production),
        "THALI_TOKEN_KEYS: is empty; THALI_ENV=production needs keys of access tokens, such as \
         NAME:SECRET with at least 32 random characters"
    );
    tracing::warn!("THALI_TOKEN_KEYS is empty: a key in the database signs access tokens");
    Ok(())
}

/// Ends at SIGTERM or Ctrl-C. What was begun is finished first.
async fn told_to_stop() {
    let mut terminate = match tokio::signal::unix::signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: open requests are finished first");
}

const DEMO_KITCHENS: [&str; 2] = ["isar-kitchen", "thames-central-kitchen"];

/// Whether the demo data belongs here: the storage is embedded, and holds nothing else. Loaded
/// again at every start, it brings the menus up to the current weeks.
async fn is_for_demo(app: &App) -> anyhow::Result<bool> {
    if !app.config.demo || app.config.database_url.is_some() {
        return Ok(false);
    }
    let reader = app.db.reader(&Meter::new("demo"));
    let others = hospital::Entity::find().filter(hospital::Column::Code.not_like("DEMO%"));
    let kitchens = kitchen::Entity::find().filter(kitchen::Column::Slug.is_not_in(DEMO_KITCHENS));
    Ok(others.one(&reader).await?.is_none() && kitchens.one(&reader).await?.is_none())
}
