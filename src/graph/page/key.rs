//! What a list hangs on: everything, a parent, or a parent from a day on.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::graph::HotKey;

/// What a list hangs on.
pub trait ListKey: HotKey + Copy {
    fn uuid(self) -> Option<Uuid>;

    /// The day on which the list begins, where it is another for each parent.
    fn since(self) -> Option<NaiveDate> {
        None
    }
}

impl ListKey for (Uuid, NaiveDate) {
    fn uuid(self) -> Option<Uuid> {
        Some(self.0)
    }

    fn since(self) -> Option<NaiveDate> {
        Some(self.1)
    }
}

impl ListKey for Uuid {
    fn uuid(self) -> Option<Uuid> {
        Some(self)
    }
}

impl ListKey for () {
    fn uuid(self) -> Option<Uuid> {
        None
    }
}
