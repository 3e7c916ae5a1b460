//! Makes old what other processes have changed.

use futures_util::future::join;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{
    app::App,
    bus::{Heard, Told},
    db::Position,
};

pub async fn hear_changes(app: App) {
    let heard = app.bus.subscribe();
    join(app.bus.listen(), hear(&app, heard)).await;
}

async fn hear(app: &App, mut heard: Receiver<Heard>) {
    let App { cache, bus, .. } = app;
    loop {
        match heard.recv().await {
            // What this process told was made old before.
            Ok(Heard::Told(_, told)) if told.by == bus.instance() => come_up_to(app, &told).await,
            Ok(Heard::Told(_, told)) => {
                tracing::debug!(event = told.name, topic = told.topic, "heard");
                // First: what is read from then on is to show the change.
                come_up_to(app, &told).await;
                cache.hear(&told.event().tags());
            }
            Ok(Heard::Lost) => cache.lose_bus(),
            Ok(Heard::Found) => find(app).await,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "changes come faster than they are heard");
                cache.lose_bus();
                // While the bus itself is lost, its being found will come.
                if !bus.is_lost() {
                    find(app).await;
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Replicas that have not come so far are not read from for what is cached.
async fn come_up_to(app: &App, told: &Told) {
    let position = told.position.as_deref().and_then(Position::read);
    come_to(app, position).await;
}

async fn find(app: &App) {
    come_to(app, None).await;
    app.cache.find_bus();
}

async fn come_to(app: &App, position: Option<Position>) {
    if let Err(error) = app.db.hear(position).await {
        tracing::warn!(%error, "it is not known how far a replica must have come");
    }
}
