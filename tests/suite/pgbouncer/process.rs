//! A PgBouncer of a test's own, with the configuration of `deploy/`.

use std::{
    fs::{self, File, Permissions},
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::{Child, Command},
    thread::sleep,
    time::Duration,
};

use reqwest::Url;
use tempfile::TempDir;

/// Ends when it is dropped.
pub struct PgBouncer {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl PgBouncer {
    /// One in front of the server of `database`, with up to `servers` connections to each of its
    /// databases.
    pub fn start(database: &str, mode: &str, servers: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        let config = folder.path().join("pgbouncer.ini");
        fs::write(&config, configured(database, mode, servers, port)).unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new(program());
        // PgBouncer refuses to run as root.
        if folder.path().metadata().unwrap().uid() == 0 {
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
            command.args(["-u", "nobody"]);
        }
        let command = command.arg(config).stderr(File::create(&log).unwrap());
        let mut process = command.spawn().unwrap();
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Self {
                    process,
                    port,
                    _folder: folder,
                };
            }
            if process.try_wait().unwrap().is_some() {
                break;
            }
            sleep(Duration::from_millis(50));
        }
        let _ = process.kill();
        panic!("PgBouncer: {}", fs::read_to_string(log).unwrap());
    }

    /// The way through it to the database that `direct` names.
    pub fn url(&self, direct: &str) -> String {
        let database = direct.rsplit('/').next().unwrap();
        format!("postgres://thali@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn program() -> String {
    std::env::var("PGBOUNCER").expect("PGBOUNCER is not set: run the tests with `make test`")
}

/// The configuration as it is deployed, but for the places and sizes of this test.
fn configured(database: &str, mode: &str, servers: u32, port: u16) -> String {
    let deployed = include_str!("../../../deploy/pgbouncer.ini");
    let server = Url::parse(database).unwrap();
    let mut target = format!("* = user={}", server.username());
    let host = server.host_str().unwrap_or("127.0.0.1");
    target += &format!(" host={}", host.replace("%2F", "/"));
    target += &format!(" port={}", server.port().unwrap_or(5432));
    if let Some(password) = server.password() {
        target += &format!(" password={password}");
    }
    let (before, after) = deployed.split_once("[databases]\n").unwrap();
    // What comes later holds; `any` takes every user for the one of the target.
    format!(
        "{before}[databases]\n{target}\n{after}\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\npool_mode = {mode}\ndefault_pool_size = {servers}\n"
    )
}
