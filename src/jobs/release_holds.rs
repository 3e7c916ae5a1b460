//! Gives back what was held for somebody who did not order it in time.

use crate::{app::App, ordering};

pub async fn release_holds(app: App) -> anyhow::Result<bool> {
    let released = ordering::release_holds(&app).await;
    released.map_err(|error| anyhow::anyhow!("{}", error.message().to_owned()))
}
