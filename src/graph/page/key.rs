//! What a list hangs on: everything, a parent, or a parent from a day on.

use chrono::NaiveDate;
use uuid::Uuid;

use super::Listing;
use crate::{
    error::{Error, Result},
    graph::HotKey,
};

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

/// Whose lists are read; nobody's for a list of everything.
#[derive(Clone, Debug, Default)]
pub struct Parents {
    /// Sorted and distinct.
    pub ids: Vec<Uuid>,
    /// The day on which the list of each begins; empty where lists begin with no day.
    pub since: Vec<NaiveDate>,
}

impl Parents {
    pub fn of<K: ListKey>(keys: &[K]) -> Self {
        Self {
            ids: keys.iter().filter_map(|key| key.uuid()).collect(),
            since: keys.iter().filter_map(|key| key.since()).collect(),
        }
    }

    /// Those whose list the viewer may see.
    pub fn seen(self, only: &Option<Vec<Uuid>>) -> Self {
        let Some(only) = only else { return self };
        let is_seen = |index: &usize| only.contains(&self.ids[*index]);
        let seen: Vec<usize> = (0..self.ids.len()).filter(is_seen).collect();
        let since = |index: &usize| self.since.get(*index).copied();
        Self {
            ids: seen.iter().map(|index| self.ids[*index]).collect(),
            since: seen.iter().filter_map(since).collect(),
        }
    }

    /// Whether no list is left of those that were asked for.
    pub fn is_nobody(&self, listing: &Listing) -> bool {
        listing.parent.is_some() && self.ids.is_empty()
    }
}

/// The index of a parent.
pub fn position<K: ListKey>(keys: &[K], parent: Uuid) -> Result<usize> {
    keys.binary_search_by_key(&Some(parent), |key| key.uuid())
        .map_err(|_| Error::internal(anyhow::anyhow!("a row of a parent that was not asked")))
}
