//! When Redis may be believed: while changes of others are heard, and it has forgotten all that
//! changed here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Shared, Tag};

/// Redis is not asked for so long after it did not answer.
const PAUSE: Duration = Duration::from_millis(500);

/// How often it is tried to have Redis forget.
const TRY_EVERY: Duration = Duration::from_millis(200);

/// More tags than this are everything.
const MOST_PENDING: usize = 1000;

#[derive(Debug, Default)]
pub struct Trust(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    is_hearing: bool,
    /// The id of the server's run, as far as it is known.
    run: Option<Arc<str>>,
    /// What it has still to forget.
    pending: Vec<Tag>,
    is_mending: bool,
    paused_until: Option<Instant>,
}

impl Trust {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run of the server under which values may be found and kept now.
    pub fn run(&self) -> Option<Arc<str>> {
        let state = self.state();
        let is_paused = state
            .paused_until
            .is_some_and(|until| Instant::now() < until);
        let is_sound = state.is_hearing && state.pending.is_empty() && !is_paused;
        state.run.clone().filter(|_| is_sound)
    }

    pub fn is_hearing(&self) -> bool {
        self.state().is_hearing
    }

    pub fn pause(&self) {
        self.state().paused_until = Some(Instant::now() + PAUSE);
    }

    /// Whether it was heard until now.
    pub fn lose_bus(&self) -> bool {
        let mut state = self.state();
        // It may be another server when it is there again.
        state.run = None;
        std::mem::replace(&mut state.is_hearing, false)
    }

    pub fn find_bus(&self) {
        self.state().is_hearing = true;
    }

    fn owe(&self, tags: &[Tag]) {
        let mut state = self.state();
        for tag in tags {
            if !state.pending.contains(tag) {
                state.pending.push(tag.clone());
            }
        }
        if state.pending.len() > MOST_PENDING {
            state.pending = vec![Tag::Everything];
        }
    }
}

impl Shared {
    /// Has Redis forget `tags`: now, or where it does not answer as soon as it does. Until then it
    /// is not believed.
    pub async fn invalidate(&self, tags: &[Tag]) {
        let run = self.trust.state().run.clone();
        let forgot = match run {
            Some(run) => self.forget(tags, &run).await,
            None => false,
        };
        if !forgot {
            self.trust.owe(tags);
            self.mend();
        }
    }

    /// Learns which server it is, and has it forget what it owes.
    pub fn mend(&self) {
        if std::mem::replace(&mut self.trust.state().is_mending, true) {
            return;
        }
        let shared = self.clone();
        tokio::spawn(async move {
            while !shared.try_to_mend().await {
                tokio::time::sleep(TRY_EVERY).await;
            }
        });
    }

    async fn try_to_mend(&self) -> bool {
        let Some(run) = self.ask_run().await else {
            return false;
        };
        let pending = self.trust.state().pending.clone();
        if !pending.is_empty() && !self.forget(&pending, &run).await {
            return false;
        }
        let mut state = self.trust.state();
        state.run = Some(run);
        state.paused_until = None;
        state.pending.retain(|tag| !pending.contains(tag));
        let is_done = state.pending.is_empty();
        state.is_mending = !is_done;
        is_done
    }
}
