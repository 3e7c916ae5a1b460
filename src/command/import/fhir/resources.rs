//! The resources of a file: one, an array, the entries of a bundle, or one a line.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

/// All resources of a file, and the patients among them.
pub struct Resources {
    pub all: Vec<Value>,
    /// The identifiers of patients by what others refer to them with.
    patients: BTreeMap<String, Vec<String>>,
}

impl Resources {
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(bytes).context("is not UTF-8")?;
        let text = text.trim_start_matches('\u{feff}');
        let mut resources = Self {
            all: Vec::new(),
            patients: BTreeMap::new(),
        };
        // Values that follow each other, as in NDJSON; one value is a file of one.
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            resources.add(value.context("is not JSON")?, None)?;
        }
        if resources.all.is_empty() {
            bail!("has no resource");
        }
        Ok(resources)
    }

    fn add(&mut self, value: Value, url: Option<&str>) -> anyhow::Result<()> {
        if let Value::Array(values) = value {
            return values
                .into_iter()
                .try_for_each(|value| self.add(value, None));
        }
        match value["resourceType"].as_str() {
            Some("Bundle") => {
                for entry in value["entry"].as_array().into_iter().flatten() {
                    self.add(entry["resource"].clone(), entry["fullUrl"].as_str())?;
                }
            }
            Some("Patient") => {
                let identifiers = value["identifier"].as_array().into_iter().flatten();
                let codes = identifiers.filter_map(|identifier| identifier["value"].as_str());
                let codes: Vec<String> = codes.map(str::to_owned).collect();
                let by_id = value["id"].as_str().map(|id| format!("Patient/{id}"));
                let names = by_id.into_iter().chain(url.map(str::to_owned));
                for name in names {
                    self.patients.insert(name, codes.clone());
                }
                self.all.push(value);
            }
            Some(_) => self.all.push(value),
            None => bail!("has something that is no FHIR resource: it has no `resourceType`"),
        }
        Ok(())
    }

    /// The codes by which a reference to a patient names one: its identifier, or those of the
    /// patient of this file that it refers to.
    pub fn codes(&self, reference: &Value) -> Vec<String> {
        if let Some(code) = reference["identifier"]["value"].as_str() {
            return vec![code.to_owned()];
        }
        let name = reference["reference"].as_str().unwrap_or_default();
        self.patients.get(name).cloned().unwrap_or_default()
    }

    /// Whether the file has the resource to which a reference leads.
    pub fn has(&self, reference: &Value) -> bool {
        let Some((kind, id)) = reference["reference"]
            .as_str()
            .and_then(|r| r.split_once('/'))
        else {
            return false;
        };
        let is_it = |resource: &Value| resource["resourceType"] == kind && resource["id"] == id;
        self.all.iter().any(is_it)
    }
}
