//! What goes on beside the requests: a file for each job, named by what it does.

use std::time::Duration;

use tokio::{sync::watch, task::JoinSet};

mod hear_changes;
mod make_months;
mod publish_events;
mod release_holds;
mod remove_old_keys;
mod remove_old_sessions;
mod remove_told_events;

use crate::app::App;

/// The jobs of a server. Dropped, they are cut off.
pub struct Jobs {
    stop: watch::Sender<()>,
    tasks: JoinSet<()>,
}

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// What is held for longer than was said keeps others from ordering it.
const SOON: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

impl Jobs {
    pub fn start(app: &App) -> Self {
        let mut jobs = Self {
            stop: watch::Sender::new(()),
            tasks: JoinSet::new(),
        };
        let hear = hear_changes::hear_changes(app.clone());
        let mut is_stopping = jobs.stop.subscribe();
        jobs.tasks.spawn(async move {
            tokio::select! {
                () = hear => {}
                _ = is_stopping.changed() => {}
            }
        });
        let often = app.config.events_interval;
        jobs.every(often, app, publish_events::publish_events);
        jobs.every(SOON, app, release_holds::release_holds);
        jobs.every(MINUTE, app, remove_told_events::remove_told_events);
        jobs.every(MINUTE, app, remove_old_keys::remove_old_keys);
        jobs.every(MINUTE, app, remove_old_sessions::remove_old_sessions);
        jobs.every(10 * MINUTE, app, make_months::make_months);
        jobs
    }

    /// Runs `job` every `interval`, at once again when it says that there is more to do, and
    /// less often while it fails.
    fn every<F>(&mut self, interval: Duration, app: &App, job: fn(App) -> F)
    where
        F: Future<Output = anyhow::Result<bool>> + Send + 'static,
    {
        let app = app.clone();
        let mut is_stopping = self.stop.subscribe();
        let name = std::any::type_name_of_val(&job);
        self.tasks.spawn(async move {
            let mut pause = interval;
            loop {
                pause = match job(app.clone()).await {
                    Ok(true) => Duration::ZERO,
                    Ok(false) => interval,
                    Err(error) => {
                        tracing::warn!(error = format!("{error:#}"), job = name, "a job failed");
                        (2 * pause).clamp(interval, LONGEST_PAUSE.max(interval))
                    }
                };
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = is_stopping.changed() => return,
                }
            }
        });
    }

    /// Lets each job finish what it is at.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        while self.tasks.join_next().await.is_some() {}
    }
}
