//! Makes old what other processes have changed.

use futures_util::future::join;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{
    app::App,
    bus::{Bus, Heard},
    cache::Cache,
};

pub async fn hear_changes(app: App) {
    let heard = app.bus.subscribe();
    join(app.bus.listen(), hear(&app.cache, &app.bus, heard)).await;
}

async fn hear(cache: &Cache, bus: &Bus, mut heard: Receiver<Heard>) {
    loop {
        match heard.recv().await {
            // What this process told was made old before.
            Ok(Heard::Told(_, told)) if told.by == bus.instance() => {}
            Ok(Heard::Told(_, told)) => {
                tracing::debug!(event = told.name, topic = told.topic, "heard");
                cache.hear(&told.event().tags());
            }
            Ok(Heard::Lost) => cache.lose_bus(),
            Ok(Heard::Found) => cache.find_bus().await,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "changes come faster than they are heard");
                cache.lose_bus();
                // While the bus itself is lost, its being found will come.
                if !bus.is_lost() {
                    cache.find_bus().await;
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}
