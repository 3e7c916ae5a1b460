//! Removes events from the outbox that everybody has been told of for a while.

use crate::{app::App, outbox};

pub async fn remove_told_events(app: App) -> anyhow::Result<bool> {
    let before = app.clock.now() - app.config.events_kept;
    Ok(outbox::remove(&app, before).await? > 0)
}
