//! Two server processes behind a proxy that sends each request to the next of them.

use std::{
    fs::{self, File},
    net::TcpListener,
    process::{Child, Command},
    time::Duration,
};

use reqwest::Url;
use serde_json::Value;
use tempfile::TempDir;

use super::statements;
use crate::{
    app::{Engine, TOKEN, TestApp},
    data::{Data, Size},
    operations::{all, placeholders},
    processes::{Redis, Server},
};

/// An HAProxy. Ends when it is dropped.
struct Proxy {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Proxy {
    /// One that tells in `x-served-by` which of `servers` has answered: `s0`, `s1` and so on.
    async fn before(servers: &[Server]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Not one that the system gives to who connects: asked before anybody listens, that
        // would be connected to itself.
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let mut ports = std::iter::repeat_with(|| fastrand::u16(20_000..30_000));
        let port = ports.find(is_free).unwrap();
        let mut config = format!(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
             listen thali\n  bind 127.0.0.1:{port}\n  balance roundrobin\n  \
             http-response set-header x-served-by %s\n"
        );
        for (n, server) in servers.iter().enumerate() {
            let address = Url::parse(server.address()).unwrap();
            let port = address.port().unwrap();
            config += &format!("  server s{n} 127.0.0.1:{port}\n");
        }
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, config).unwrap();
        let log = folder.path().join("log");
        let program = std::env::var("HAPROXY");
        let program = program.expect("HAPROXY is not set: run the tests with `make test`");
        let mut process = Command::new(program)
            .args(["-db", "-f"])
            .arg(file)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        for _ in 0..200 {
            let ready = reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await;
            if ready.is_ok_and(|ready| ready.status() == 200) {
                return Self {
                    process,
                    port,
                    _folder: folder,
                };
            }
            if process.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let _ = process.kill();
        let said = fs::read_to_string(log).unwrap();
        panic!("HAProxy does not answer: {:?} {said}", process.wait());
    }

    /// Who answers, and what.
    async fn ask(
        &self,
        client: &reqwest::Client,
        query: &str,
        variables: &Value,
    ) -> (String, Value) {
        let request = client.post(format!("http://127.0.0.1:{}/graphql", self.port));
        let request = request.bearer_auth(TOKEN).header("x-thali-trace", "1");
        let request = request.json(&serde_json::json!({ "query": query, "variables": variables }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let by = response.headers()["x-served-by"]
            .to_str()
            .unwrap()
            .to_owned();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        (by, answer)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_request_of_a_second_process_reads_nothing_hot() {
    let app = TestApp::start(Engine::Postgres).await;
    Data::fill(&app, Size::ONE).await;
    let known = placeholders(&app).await;
    let redis = Redis::start();
    let servers: Vec<Server> = (0..2).map(|_| Server::start(&app, Some(&redis))).collect();
    for server in &servers {
        server
            .logs("the bus is found", Duration::from_secs(20))
            .await;
    }
    let proxy = Proxy::before(&servers).await;
    let client = reqwest::Client::new();
    let hot = [
        "six-edges",
        "dish-details",
        "week-at-a-glance",
        "hospital-profile",
    ];
    let operations = all().into_iter();
    for operation in operations.filter(|operation| hot.contains(&operation.file.as_str())) {
        let variables = operation.variables(&known);
        let (first, one) = proxy.ask(&client, &operation.text, &variables).await;
        // Redis is told after the answer.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (second, two) = proxy.ask(&client, &operation.text, &variables).await;
        assert_ne!(first, second, "{}", operation.file);
        assert_eq!(one["data"], two["data"]);
        let trace = &two["extensions"]["trace"];
        assert_eq!(statements(&two), 0, "{}: {trace:#}", operation.file);
        assert!(trace["cache"]["redis"].as_u64() > Some(0), "{trace:#}");
    }
}
