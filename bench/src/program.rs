//! Thali: seeded, served, within this process, and who it knows.

use std::process::Stdio;

use anyhow::ensure;
use chrono::{DateTime, Utc};
use hyper::Method;
use sea_orm::{ConnectionTrait, Database};
use thali::{
    app::App,
    auth::SignedIn,
    clock::Clock,
    config::{Config, DatabaseUrl},
};
use tokio::process::Command;

use crate::{
    load::Call,
    process::{Server, free_address},
};

/// Makes hospitals and orders by `program`.
pub async fn seed(program: &str, url: &str, hospitals: &str, orders: &str) -> anyhow::Result<()> {
    println!("preparing: {hospitals} hospitals, {orders} orders");
    let status = Command::new(program)
        .args(["seed", "--scale", hospitals, "--orders", orders])
        .env("DATABASE_URL", url)
        .env("THALI_LOG", "error")
        .stdout(Stdio::null())
        .status();
    ensure!(status.await?.success(), "thali seed failed");
    let database = Database::connect(url).await?;
    database.execute_unprepared("VACUUM ANALYZE").await?;
    Ok(database.close().await?)
}

/// Starts `program` with these settings, and what asks it: nothing yet, in nobody's name.
pub async fn serve(
    program: &str,
    url: &str,
    settings: &[(&str, &str)],
) -> anyhow::Result<(Server, Call)> {
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .env("DATABASE_URL", url)
        .env("THALI_LISTEN", address.to_string())
        .env("THALI_LOG", "error")
        .env_remove("REDIS_URL")
        .envs(settings.iter().copied());
    let call = Call {
        address,
        method: Method::POST,
        path: "/graphql".to_owned(),
        body: Vec::new().into(),
        token: None,
    };
    Ok((Server::start(address, command).await?, call))
}

/// Thali within this process.
pub async fn open(url: &str) -> anyhow::Result<App> {
    let mut config = Config::defaults();
    config.database_url = Some(DatabaseUrl(url.to_owned()));
    config.db_pool = 2;
    App::start(config, Clock::default()).await
}

/// A token with which the servers on its database know them.
pub async fn token(app: &App, who: SignedIn) -> anyhow::Result<String> {
    let keys = app.tokens.keys(&app.db).await;
    let keys = keys.map_err(|_| anyhow::anyhow!("no key signs tokens"))?;
    let token = keys.issue(who, Utc::now(), DateTime::<Utc>::MAX_UTC);
    let (token, _) = token.map_err(|_| anyhow::anyhow!("no token"))?;
    Ok(token)
}
