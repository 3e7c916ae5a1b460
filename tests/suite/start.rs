//! What `thali serve` says of its database when it starts.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use crate::{
    app::{Engine, TestApp},
    pgbouncer::process::PgBouncer,
};

/// What a server with these settings logs until it serves.
fn logged(settings: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thali"));
    command
        .arg("serve")
        .env_clear()
        .env("THALI_LISTEN", "127.0.0.1:0")
        .env("THALI_TOKEN_KEYS", "one:0123456789abcdef0123456789abcdef")
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut serves = String::new();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    stdout.read_line(&mut serves).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let mut log = String::new();
    let mut stderr = server.stderr.take().unwrap();
    stderr.read_to_string(&mut log).unwrap();
    assert!(serves.starts_with("Thali serves "), "{log}");
    log
}

#[tokio::test]
async fn the_pool_is_compared_with_what_the_server_has_left() {
    let app = TestApp::start(Engine::Postgres).await;
    let url = app.app.config.database();
    let small = logged(&[("DATABASE_URL", &url), ("THALI_DB_POOL", "2")]);
    assert!(
        small.contains("connections server=\"primary\" pool=2 max_connections="),
        "{small}"
    );
    assert!(!small.contains("WARN"), "{small}");
    let large = logged(&[("DATABASE_URL", &url), ("THALI_DB_POOL", "10000")]);
    let warning = "THALI_DB_POOL: up to 10000 connections may be opened, but of the primary server's \
                   max_connections = ";
    assert!(large.contains(warning), "{large}");
}

#[tokio::test]
async fn settings_that_a_pooler_drops_are_named() {
    let app = TestApp::start(Engine::Postgres).await;
    let direct = app.app.config.database();
    let pgbouncer = PgBouncer::start(&direct, "session", 20);
    let url = pgbouncer.url(&direct);
    let kept = logged(&[("DATABASE_URL", &url)]);
    assert!(kept.contains("WARN"), "{kept}");
    let lost = "set statement_timeout = 10000, pg_trgm.word_similarity_threshold = 0.4, \
                plan_cache_mode = force_generic_plan, jit = off for the database";
    assert!(kept.contains(lost), "{kept}");
    let unprepared = logged(&[("DATABASE_URL", &url), ("THALI_DB_PREPARE", "off")]);
    assert!(
        unprepared.contains("connections go to a pooler"),
        "{unprepared}"
    );
    assert!(!unprepared.contains("WARN"), "{unprepared}");
}

/// An address at which nobody listens, with a password.
const NOBODY: &str = "postgres://thali:secret@127.0.0.1:1/thali";

#[tokio::test]
async fn a_replica_that_does_not_answer_does_not_keep_it_from_serving() {
    let app = TestApp::start(Engine::Postgres).await;
    let url = app.app.config.database();
    // The second is none, but it can be asked what it has left.
    let replicas = format!("{NOBODY}, {url}");
    let log = logged(&[
        ("DATABASE_URL", &url),
        ("DATABASE_REPLICA_URLS", &replicas),
        ("THALI_DB_ACQUIRE_TIMEOUT", "300ms"),
        ("THALI_DB_POOL", "2"),
    ]);
    assert!(log.contains("server=\"replica 1\""), "{log}");
    assert!(log.contains("reads go to it as soon as it does"), "{log}");
    for server in ["primary", "replica 2"] {
        let said = format!("connections server=\"{server}\" pool=3 max_connections=");
        assert!(log.contains(&said), "{log}");
    }
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test]
async fn only_postgresql_has_replicas() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thali"));
    let folder = tempfile::tempdir().unwrap();
    command.arg("serve").env_clear().current_dir(&folder);
    let output = command
        .env("DATABASE_REPLICA_URLS", NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{said}");
    let reason = "DATABASE_REPLICA_URLS: only PostgreSQL has replicas, and DATABASE_URL is \
                  \"sqlite://thali-data/thali.db\"";
    assert!(said.contains(reason), "{said}");
}

#[tokio::test]
async fn who_says_that_it_is_production_says_which_keys_sign() {
    let app = TestApp::start(Engine::Postgres).await;
    let url = app.app.config.database();
    let with_keys = logged(&[("DATABASE_URL", &url), ("THALI_ENV", "production")]);
    assert!(!with_keys.contains("THALI_TOKEN_KEYS"), "{with_keys}");
    let settings = [("DATABASE_URL", &*url), ("THALI_TOKEN_KEYS", "")];
    let unsaid = logged(&settings);
    let warning = "THALI_TOKEN_KEYS is empty: a key in the database signs access tokens";
    assert!(unsaid.contains(warning), "{unsaid}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_thali"));
    let refused = command.arg("serve").env_clear().envs(settings);
    let refused = refused.env("THALI_ENV", "production").output().unwrap();
    assert!(!refused.status.success());
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("THALI_TOKEN_KEYS: is empty"), "{error}");
}
