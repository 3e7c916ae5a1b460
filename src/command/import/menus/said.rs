//! What the files of an import say of a kitchen's dishes, taken together.

use std::collections::{BTreeMap, HashMap};

use super::{
    catalogue::Described,
    labels::Facts,
    week::{Sheet, merge},
};

/// What all files of an import say of a kitchen's dishes. It is gathered before the first
/// dish is written, so it does not depend on the order of the files.
#[derive(Default)]
pub struct Said {
    pub labels: HashMap<String, Option<Facts>>,
    pub catalogue: BTreeMap<String, Described>,
}

impl Said {
    pub fn new(sheets: &[Sheet], catalogue: BTreeMap<String, Described>) -> Self {
        let mut labels: HashMap<String, Option<Facts>> = HashMap::new();
        for line in sheets
            .iter()
            .flat_map(|sheet| &sheet.days)
            .flat_map(|day| &day.lines)
        {
            match labels.get_mut(&line.key) {
                Some(facts) => merge(facts, line.facts.as_ref()),
                None => {
                    labels.insert(line.key.clone(), line.facts.clone());
                }
            }
        }
        Self { labels, catalogue }
    }
}
