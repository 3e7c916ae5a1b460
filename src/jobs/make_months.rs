//! Makes the months of orders ahead, and says so when orders are in none.

use crate::{app::App, ordering};

pub async fn make_months(app: App) -> anyhow::Result<bool> {
    for (table, rows) in ordering::make_months(&app).await? {
        tracing::warn!(
            table,
            rows,
            "rows are in the default partition: docs/operations/partitions.md says what to do"
        );
    }
    Ok(false)
}
