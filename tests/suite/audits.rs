//! What the npm package graphql-http asks of a server that speaks GraphQL over HTTP.

use std::process::{Command, Output};

use crate::app::{Engine, TestApp};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http-audit");

fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(FOLDER)
        .output();
    output.unwrap_or_else(|error| {
        panic!("cannot run {program} ({error}): install nodejs (20 or later) and npm")
    })
}

fn printed(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pass() {
    if !std::path::Path::new(FOLDER)
        .join("node_modules/graphql-http")
        .exists()
    {
        let arguments = ["ci", "--no-audit", "--no-fund", "--prefer-offline"];
        let output = run("npm", &arguments);
        assert!(output.status.success(), "npm ci: {}", printed(&output));
    }
    let app = TestApp::start(Engine::Sqlite).await;
    let url = app.url("/graphql");
    let audits = tokio::task::spawn_blocking(move || run("node", &["audit.mjs", &url]));
    let output = audits.await.unwrap();
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}");
    assert!(printed.ends_with("61 passed, 0 failed\n"), "{printed}");
}
