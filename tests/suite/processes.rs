//! Real processes of a test's own: servers and a Redis, which end with the test.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{TOKEN, TestApp};

/// A Redis that can be killed and started again at the same address. It keeps nothing.
pub struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        let redis = Self {
            process: spawn_redis(port),
            port,
        };
        redis.wait();
        redis
    }

    fn wait(&self) {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("redis-server does not answer on port {}", self.port);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub async fn client(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.process = spawn_redis(self.port);
        self.wait();
    }
}

fn spawn_redis(port: u16) -> Child {
    let program = ["redis-server", "valkey-server"];
    let spawned = program.iter().find_map(|program| {
        Command::new(program)
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir", "/tmp"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()
    });
    spawned.expect("redis-server cannot be run: run the tests with `make test`")
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `thali serve` on the database of a test.
pub struct Server {
    process: Child,
    address: String,
    database: String,
    folder: TempDir,
}

impl Server {
    pub fn start(app: &TestApp, redis: Option<&Redis>) -> Self {
        Self::with(app, redis, &[])
    }

    /// The same with more settings.
    pub fn with(app: &TestApp, redis: Option<&Redis>, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = app.app.config.database();
        let mut command = thali(&database, folder.path());
        if let Some(redis) = redis {
            command.env("REDIS_URL", redis.url());
        }
        command.arg("serve").env("THALI_LISTEN", "127.0.0.1:0");
        command.envs(settings.iter().copied());
        Self::spawned(command, database, folder)
    }

    fn spawned(mut command: Command, database: String, folder: TempDir) -> Self {
        let log = File::create(folder.path().join("log")).unwrap();
        let mut process = command
            .env("THALI_ADMIN_TOKEN", TOKEN)
            .env("THALI_DB_POOL", "8")
            .env("THALI_LOG", "info,thali=debug")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Thali serves ");
        let address = address.unwrap_or_else(|| {
            panic!("{}", fs::read_to_string(folder.path().join("log")).unwrap())
        });
        Self {
            address: address.to_owned(),
            process,
            database,
            folder,
        }
    }

    /// One with embedded storage and the demo data, that is warm before it serves.
    pub fn warm(redis: Option<&Redis>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_thali"));
        command.args(["serve", "--warm"]).env_clear();
        command.current_dir(folder.path());
        command.env("THALI_LISTEN", "127.0.0.1:0");
        if let Some(redis) = redis {
            command.env("REDIS_URL", redis.url());
        }
        Self::spawned(command, String::new(), folder)
    }

    /// Sends an operation in the name of the administrator.
    pub async fn execute(&self, query: &str, variables: Value) -> Value {
        let request = reqwest::Client::new().post(&self.address);
        let request = request.bearer_auth(TOKEN);
        let request = request.json(&json!({ "query": query, "variables": variables }));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Where it answers GraphQL.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Waits for a line of the log.
    pub async fn logs(&self, line: &str, within: Duration) {
        let begun = Instant::now();
        while !self.log().contains(line) {
            assert!(begun.elapsed() < within, "no \"{line}\" in {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Imports hospitals beside the server, which is told nothing.
    pub fn import_demo_hospitals(&self) {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/hospitals.csv");
        let mut command = thali(&self.database, self.folder.path());
        crate::program::run(command.args(["import", "hospitals"]).arg(list));
    }
}

fn thali(database: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thali"));
    command
        .env_clear()
        .env("DATABASE_URL", database)
        .current_dir(folder);
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
