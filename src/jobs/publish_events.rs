//! Tells what could not be told when it happened, or was written by a process that tells nothing
//! itself, such as an import.

use crate::{app::App, outbox};

pub async fn publish_events(app: App) -> anyhow::Result<bool> {
    outbox::relay(&app).await
}
