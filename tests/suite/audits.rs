//! What the npm package graphql-http asks of a server that speaks GraphQL over HTTP.

use std::process::Command;

use crate::{
    app::{Engine, TestApp},
    program::{folder, install, run},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pass() {
    let folder = folder("tests/http-audit");
    install(&folder);
    let app = TestApp::start(Engine::Sqlite).await;
    let mut audits = Command::new("node");
    audits
        .args(["audit.mjs", &app.url("/graphql")])
        .current_dir(folder);
    let printed = tokio::task::spawn_blocking(move || run(&mut audits)).await;
    let printed = printed.unwrap();
    assert!(printed.ends_with("61 passed, 0 failed\n"), "{printed}");
}
