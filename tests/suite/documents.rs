//! The documents for the users of the API: their operations run, and their links lead somewhere.
//!
//! A block of `graphql` is an operation on the demo data. A block of `json` right below it has
//! its variables, with the placeholders of `tests/operations`; `# error: CODE` in its first line
//! says that it is refused, `# finds nothing` that it is answered with null. A block that begins
//! with `mutation` is sent by the administrator.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::{
    app::TestApp,
    ask::demo,
    operations::{filled, placeholders},
    program::folder,
};

/// The pages of `docs`, but for the decisions, which are not about the API.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for place in ["docs", "docs/clients"] {
        for entry in std::fs::read_dir(folder(place)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// A block of code: what it is in, the line below its first, its text, and whether it stands
/// right below another.
struct Block {
    language: String,
    line: usize,
    text: String,
    follows: bool,
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(page).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let (mut open, mut follows) = (false, false);
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => (open, follows) = (false, true),
            Some(language) => {
                open = true;
                blocks.push(Block {
                    language: language.to_owned(),
                    line: number + 2,
                    text: String::new(),
                    follows,
                });
            }
            None if open => {
                let text = &mut blocks.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => follows = false,
        }
    }
    assert!(!open, "{}: a block is not closed", page.display());
    blocks
}

async fn check(app: &TestApp, page: &Path, known: &Map<String, Value>) -> usize {
    let blocks = blocks(page);
    let mut count = 0;
    for (index, block) in blocks.iter().enumerate() {
        if block.language != "graphql" {
            continue;
        }
        let place = format!("{}:{}", page.display(), block.line);
        let below = blocks.get(index + 1);
        let below = below.filter(|next| next.follows && next.language == "json");
        let variables = below.map_or(json!({}), |below| {
            serde_json::from_str(&below.text).unwrap_or_else(|error| panic!("{place}: {error}"))
        });
        let first = block.text.lines().next().unwrap_or_default();
        let variables = filled(&variables, known);
        let answer = match block.text.starts_with("mutation") {
            true => app.execute_as_administrator(&block.text, variables).await,
            false => app.execute(&block.text, variables).await,
        };
        match first.strip_prefix("# error: ") {
            Some(code) => {
                let said = &answer["errors"][0]["extensions"]["code"];
                assert_eq!(said, code, "{place}: {answer:#}");
            }
            None => {
                assert_eq!(answer.get("errors"), None, "{place}: {answer:#}");
                let data = answer["data"].as_object().unwrap();
                let is_there = !data.values().any(Value::is_null);
                assert_eq!(is_there, first != "# finds nothing", "{place}: {answer:#}");
            }
        }
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_operations_run() {
    let app = demo(|_| {}).await;
    let known = placeholders(&app).await;
    let pages = pages();
    assert!(pages.len() >= 12, "{pages:?}");
    for page in pages {
        let count = check(&app, &page, &known).await;
        assert!(count > 0, "{}: it shows no operation", page.display());
    }
}

#[test]
fn their_links_lead_to_files() {
    let mut pages = pages();
    pages.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(folder));
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (_, rest) in text
            .match_indices("](")
            .map(|(at, found)| text.split_at(at + found.len()))
        {
            let link = rest.split(')').next().unwrap_or_default();
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || link.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}
