//! The example operations, with what their variables stand for in this database.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, ensure};
use chrono::Days;
use include_dir::{Dir, include_dir};
use serde_json::{Value, json};

use crate::{
    app::App,
    schema::{Engine, Operation},
};

static OPERATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/tests/operations");

/// An operation that can be run.
pub struct Example {
    pub file: String,
    pub text: String,
    pub variables: Value,
}

/// The objects that the placeholders of the examples stand for; the playground asks in the same
/// way.
pub async fn objects(app: &App) -> anyhow::Result<BTreeMap<String, Value>> {
    let operation = Operation {
        query: read("placeholders/objects.graphql")?.to_owned(),
        request_id: "explain".into(),
        ..Operation::default()
    };
    let engine = Engine::new(app.clone())?;
    let answer = engine.execute(operation).await.response;
    ensure!(answer.errors.is_empty(), "{:?}", answer.errors);
    let objects = answer.data.into_json()?;
    let pointers: BTreeMap<String, String> =
        serde_json::from_str(read("placeholders/pointers.json")?)?;
    let today = app.clock.now().date_naive();
    let mut known = BTreeMap::from([
        ("TODAY".to_owned(), json!(today)),
        (
            "YESTERDAY".to_owned(),
            json!(today.checked_sub_days(Days::new(1))),
        ),
    ]);
    for (name, pointer) in pointers {
        let object = objects.pointer(&pointer).with_context(|| {
            format!("the examples' {name} is not there: load the demo data with `thali seed --scale demo`")
        })?;
        known.insert(name, object.clone());
    }
    Ok(known)
}

/// All examples, with these objects.
pub fn all(known: &BTreeMap<String, Value>) -> anyhow::Result<Vec<Example>> {
    let mut examples = Vec::new();
    for file in OPERATIONS.files() {
        let name = file.path().to_string_lossy();
        let Some(name) = name.strip_suffix(".graphql") else {
            continue;
        };
        let text = file.contents_utf8().context("an example is not UTF-8")?;
        let variables = match read(&format!("{name}.variables.json")) {
            Ok(variables) => filled(&serde_json::from_str(variables)?, known)?,
            Err(_) => json!({}),
        };
        examples.push(Example {
            file: name.to_owned(),
            text: text.to_owned(),
            variables,
        });
    }
    Ok(examples)
}

/// The operations in these files, with these objects.
pub fn of(files: &[PathBuf], known: &BTreeMap<String, Value>) -> anyhow::Result<Vec<Example>> {
    let example = |file: &PathBuf| {
        let name = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let beside = file.with_extension("variables.json");
        let variables = match beside.exists() {
            true => {
                let name = beside.display();
                let json = fs::read(&beside).with_context(|| format!("cannot read {name}"))?;
                let json =
                    serde_json::from_slice(&json).with_context(|| format!("{name} is not JSON"))?;
                filled(&json, known).with_context(|| name.to_string())?
            }
            false => json!({}),
        };
        Ok(Example {
            file: name.to_string(),
            text,
            variables,
        })
    };
    files.iter().map(example).collect()
}

fn read(path: &str) -> anyhow::Result<&'static str> {
    let file = OPERATIONS.get_file(path);
    let text = file.and_then(|file| file.contents_utf8());
    text.with_context(|| format!("no example {path}"))
}

/// The value with each `$NAME` replaced by what it stands for.
fn filled(value: &Value, known: &BTreeMap<String, Value>) -> anyhow::Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => {
                let object = known.get(name);
                object
                    .with_context(|| format!("nothing is known as ${name}"))?
                    .clone()
            }
            None => value.clone(),
        },
        Value::Array(list) => {
            let list = list.iter().map(|value| filled(value, known));
            list.collect::<anyhow::Result<Vec<Value>>>()?.into()
        }
        Value::Object(map) => {
            let fields = map
                .iter()
                .map(|(name, value)| Ok((name.clone(), filled(value, known)?)));
            Value::Object(fields.collect::<anyhow::Result<_>>()?)
        }
        other => other.clone(),
    })
}
