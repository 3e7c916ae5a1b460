//! Persisted operations: documents that an application's build listed, each by its id, in the
//! JSON file that `THALI_OPERATIONS` names. It is read and checked at the start.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use anyhow::{Context, bail, ensure};

use super::persisted::{Hash, hash_of, read_hash};
use crate::{config::Config, schema::Checker};

#[derive(Default)]
pub struct Operations {
    by_id: HashMap<String, Arc<str>>,
    by_hash: HashMap<Hash, Arc<str>>,
}

impl Operations {
    pub fn load(config: &Config) -> anyhow::Result<Self> {
        let Some(file) = &config.operations else {
            ensure!(
                !config.operations_only,
                "THALI_OPERATIONS_ONLY: true needs a list of operations; name its file in \
                 THALI_OPERATIONS"
            );
            return Ok(Self::default());
        };
        let place = || format!("THALI_OPERATIONS: {}", file.display());
        let text = std::fs::read_to_string(file).with_context(place)?;
        Self::read(&text).with_context(place)
    }

    fn read(text: &str) -> anyhow::Result<Self> {
        let list: BTreeMap<String, Arc<str>> = serde_json::from_str(text)
            .context("it must be a JSON object whose names are ids and whose values documents")?;
        let checker = Checker::default();
        let mut operations = Self::default();
        for (id, document) in list {
            let hash = hash_of(&document);
            if id.is_empty() {
                bail!("an id is empty");
            }
            if read_hash(&id).is_some_and(|said| said != hash) {
                bail!("{id}: it has the form of a SHA-256, but is not that of its document");
            }
            checker
                .check(&document)
                .map_err(|error| anyhow::anyhow!("{id}: {error}"))?;
            operations.by_hash.insert(hash, document.clone());
            operations.by_id.insert(id, document);
        }
        Ok(operations)
    }

    /// The document with this id, which may always be its SHA-256 too.
    pub fn find(&self, id: &str) -> Option<Arc<str>> {
        let by_id = self.by_id.get(id).cloned();
        by_id.or_else(|| self.find_hash(&read_hash(id)?))
    }

    pub fn find_hash(&self, hash: &Hash) -> Option<Arc<str>> {
        self.by_hash.get(hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let error = Operations::read(text).err().expect("a fault");
        format!("{error:#}")
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_place() {
        let shape = "it must be a JSON object whose names are ids and whose values documents";
        assert_eq!(
            fault("[]"),
            format!("{shape}: invalid type: sequence, expected a map at line 1 column 0")
        );
        assert_eq!(
            fault("{\n  \"a\": 1\n}"),
            format!("{shape}: invalid type: integer `1`, expected a string at line 2 column 8")
        );
        assert_eq!(fault(r#"{"": "{ serverTime }"}"#), "an id is empty");
        let zeros = "0".repeat(64);
        for id in [format!("sha256:{zeros}"), zeros] {
            assert_eq!(
                fault(&format!(r#"{{"{id}": "{{ serverTime }}"}}"#)),
                format!("{id}: it has the form of a SHA-256, but is not that of its document")
            );
        }
    }

    #[test]
    fn a_document_that_does_not_fit_the_schema_is_refused_with_the_place() {
        let said =
            fault(r#"{"a": "{ serverTime }", "b": "query B {\n  serverTime\n  weather\n}"}"#);
        assert!(
            said.starts_with("b: line 3, column 3: Unknown field \"weather\""),
            "{said}"
        );
        let said = fault(r#"{"b": "query B {"}"#);
        assert!(said.starts_with("b: line 1, column 10: "), "{said}");
        let said = fault(r#"{"b": "fragment B on Dish { name }"}"#);
        assert!(said.starts_with("b: "), "{said}");
    }

    #[test]
    fn an_id_may_be_a_name_or_a_hash() {
        let operations = Operations::read(r#"{"now": "{ serverTime }"}"#).unwrap();
        let hash = hash_of("{ serverTime }")
            .map(|byte| format!("{byte:02x}"))
            .concat();
        for id in ["now", &hash, &format!("sha256:{hash}")] {
            assert!(operations.find(id).is_some(), "{id}");
        }
        for id in ["then", "", &"0".repeat(64)] {
            assert!(operations.find(id).is_none(), "{id}");
        }
    }
}
