//! The usual clients and generators: they generate from `schema.graphql`, what they generate
//! compiles, and runs against a server with the demo data.

use std::{path::PathBuf, process::Command};

use serde_json::{Map, Value};

use crate::{
    app::TestApp,
    ask::demo,
    program::{folder, install, run},
};

async fn succeeds(mut command: Command) -> String {
    let running = tokio::task::spawn_blocking(move || run(&mut command));
    running.await.unwrap()
}

/// One list of persisted operations from several.
fn merged(lists: &[PathBuf]) -> String {
    let lists = lists.iter().map(|list| {
        let text = std::fs::read_to_string(list).unwrap();
        serde_json::from_str::<Map<String, Value>>(&text).unwrap()
    });
    Value::Object(lists.flatten().collect()).to_string()
}

async fn with_operations(list: &str) -> TestApp {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, list).unwrap();
    demo(|config| config.operations = Some(file.path().to_owned())).await
}

/// Apollo Client, urql and Relay, with types in strict mode and persisted operations.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typescript() {
    let folder = folder("tests/clients");
    install(&folder);
    succeeds(Command::new(folder.join("generate"))).await;
    let list = merged(&[
        folder.join("src/generated/persisted-documents.json"),
        folder.join("src/relay/__generated__/operations.json"),
    ]);
    let app = with_operations(&list).await;
    let mut tests = Command::new("node");
    // Relay keeps what it fetched for minutes, with a timer that would hold the process.
    tests
        .args([
            "--test",
            "--test-force-exit",
            "--test-timeout=60000",
            "--test-reporter=tap",
        ])
        .args(["apollo", "urql", "relay/relay"].map(|client| format!("out/{client}.test.js")))
        .env("THALI_URL", app.url("/graphql"))
        .current_dir(folder);
    let printed = succeeds(tests).await;
    assert!(printed.contains("# pass 14\n"), "{printed}");
}

/// A virtual environment with the packages that the clients for Python need, made anew when
/// their versions change.
fn environment() -> PathBuf {
    let wanted: String = ["clients/python", "tests/clients/python"]
        .iter()
        .map(|name| std::fs::read_to_string(folder(name).join("requirements.txt")).unwrap())
        .collect();
    let environment = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("python");
    let installed = environment.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return environment;
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment));
    let requirements = folder("tests/clients/python/requirements.txt");
    run(Command::new(environment.join("bin/pip"))
        .args(["install", "--disable-pip-version-check", "--quiet", "-r"])
        .arg(requirements));
    std::fs::write(installed, wanted).unwrap();
    environment
}

/// What ariadne-codegen and sgqlc generate, and the example in `clients/python`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python() {
    let environment = tokio::task::spawn_blocking(environment).await.unwrap();
    let app = demo(|_| {}).await;
    let mut tests = Command::new(environment.join("bin/python"));
    tests
        .args(["-B", "clients_test.py"])
        .env("THALI_URL", app.url("/graphql"))
        .current_dir(folder("tests/clients/python"));
    let printed = succeeds(tests).await;
    assert!(printed.contains("Ran 5 tests"), "{printed}");
}
