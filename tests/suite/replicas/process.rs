//! PostgreSQL servers of a test's own: a primary, and replicas that stream from it.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::{fs::MetadataExt, fs::chown, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectionTrait, Database, DbBackend, QueryResult, Statement,
    sqlx::{Connection, PgConnection},
};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::program;

/// Ends when it is dropped.
pub struct Server {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
    /// Who runs it, when the tests are root's: PostgreSQL refuses to.
    user: Option<(u32, u32)>,
}

/// In every server. Each statement is in its log, so that a test can see where it ran.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 16MB
max_connections = 60
fsync = off
log_statement = all
wal_retrieve_retry_interval = 200ms
";

impl Server {
    pub async fn primary() -> Self {
        let server = Self::new();
        let data = server.data();
        let options = [
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ];
        program::run(server.command("initdb").arg("-D").arg(data).args(options));
        server.run_for_the_first_time().await
    }

    pub async fn replica_of(primary: &Self) -> Self {
        let server = Self::new();
        let (data, url) = (server.data(), primary.url());
        let options = ["-R", "-c", "fast", "-d", &url];
        program::run(
            server
                .command("pg_basebackup")
                .arg("-D")
                .arg(data)
                .args(options),
        );
        server.run_for_the_first_time().await
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        let user = is_root.then(|| (id("-u"), id("-g")));
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            folder,
            port: port.local_addr().unwrap().port(),
            process: None,
            user,
        }
    }

    async fn run_for_the_first_time(mut self) -> Self {
        let file = self.data().join("postgresql.conf");
        let written = fs::read_to_string(&file).unwrap();
        // What comes later holds.
        fs::write(&file, format!("{written}{SETTINGS}port = {}\n", self.port)).unwrap();
        self.start().await;
        self
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let folder = std::env::var("POSTGRES_BIN")
            .expect("POSTGRES_BIN is not set: run the tests with `make test`");
        let mut command = Command::new(format!("{folder}/{program}"));
        command.current_dir(self.folder.path());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) {
        let begun = Instant::now();
        while !self.answers().await {
            let ended = |process: &mut Child| process.try_wait().unwrap().is_some();
            // After a crash the first tries may meet what is left of its last run.
            if self.process.as_mut().is_none_or(ended) {
                let mut log = File::options();
                let log = log.create(true).append(true).open(self.log()).unwrap();
                let mut command = self.command("postgres");
                let command = command.arg("-D").arg(self.data()).stdout(Stdio::null());
                self.process = Some(command.stderr(log).spawn().unwrap());
            }
            let log = || fs::read_to_string(self.log()).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", log());
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Tried once: a pool would go on trying.
    async fn answers(&self) -> bool {
        match PgConnection::connect(&self.url()).await {
            Ok(connection) => connection.close().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Ends all of its processes at once, as a power cut would.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.process.take().unwrap().wait().unwrap();
    }

    /// Sends a signal to all of its processes.
    pub fn signal(&self, signal: &str) {
        let Some(process) = &self.process else {
            return;
        };
        let own = process.id().to_string();
        let children = format!("/proc/{own}/task/{own}/children");
        let children = fs::read_to_string(children).unwrap_or_default();
        let mut command = Command::new("kill");
        command.arg(format!("-{signal}")).arg(&own);
        // One of them may have ended meanwhile.
        let output = command.args(children.split_whitespace()).output();
        output.unwrap();
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub async fn sql(&self, sql: &str) -> Option<QueryResult> {
        let database = Database::connect(self.url()).await.unwrap();
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = database.query_one_raw(statement).await.unwrap();
        database.close().await.unwrap();
        row
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// How often `text` is in its log.
    pub fn logged(&self, text: &str) -> usize {
        let log = fs::read_to_string(self.log()).unwrap();
        log.matches(text).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What was stopped cannot end. SIGQUIT takes its shared memory with it.
        self.signal("CONT");
        self.signal("QUIT");
        if let Some(process) = &mut self.process {
            process.wait().unwrap();
        }
    }
}

/// The number of the user, or of its group, that PostgreSQL runs as.
fn id(which: &str) -> u32 {
    let of = |user: &str| {
        let output = Command::new("id").args([which, user]).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .ok()
    };
    of("postgres").or_else(|| of("nobody")).unwrap()
}
