//! The one source of time. Tests hold it still.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};

/// Tells the time: the system's, or a fixed one.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// A clock that stands at `time` until it is set.
    pub fn fixed(time: DateTime<Utc>) -> Self {
        Self {
            fixed: Some(Arc::new(AtomicI64::new(time.timestamp_millis()))),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        let millis = self
            .fixed
            .as_ref()
            .map(|fixed| fixed.load(Ordering::Relaxed));
        millis
            .and_then(DateTime::from_timestamp_millis)
            .unwrap_or_else(Utc::now)
    }

    /// Moves a fixed clock; the system's clock stays as it is.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Some(fixed) = &self.fixed {
            fixed.store(time.timestamp_millis(), Ordering::Relaxed);
        }
    }
}
