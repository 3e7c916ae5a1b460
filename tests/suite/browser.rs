//! Pages as a person meets them: runs the browser tests of `tests/browser` against a server with
//! the demo data.

use std::process::Command;

use thali::command::{
    import::report::Progress,
    seed::{seed_demo, seed_synthetic},
};

use crate::{
    app::{Engine, TestApp},
    program::{folder, install, run},
};

async fn demo() -> TestApp {
    let app = TestApp::start(Engine::Sqlite).await;
    seed_demo(&app.app, &Progress::silent()).await.unwrap();
    app
}

async fn pass(files: &[&str], app: &TestApp) {
    let folder = folder("tests/browser");
    install(&folder);
    let mut tests = Command::new("node");
    tests
        .args(["--test", "--test-reporter=spec"])
        .args(files)
        .env("THALI_URL", app.url(""))
        .current_dir(folder);
    let printed = tokio::task::spawn_blocking(move || run(&mut tests)).await;
    println!("{}", printed.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_playground_shows_what_each_example_costs() {
    pass(&["playground.test.mjs"], &demo().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wards_menu_page_is_used_as_on_a_ward() {
    let page = folder("clients/react");
    install(&page);
    for script in ["build", "test"] {
        run(Command::new("npm").args(["run", script]).current_dir(&page));
    }
    let app = demo().await;
    // A kitchen of four more hospitals: 270 dishes in all.
    let more = seed_synthetic(&app.app, 4, 1, &Progress::silent()).await;
    more.unwrap();
    let files = [
        "react.test.mjs",
        "react-scroll.test.mjs",
        "react-missing.test.mjs",
    ];
    pass(&files, &app).await;
}
