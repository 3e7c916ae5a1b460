//! Every setting: its name, default, meaning, and what it may be.
//!
//! A setting comes from the environment, else from a TOML file whose keys are the
//! names in lower case (`thali_listen = "0.0.0.0:8000"`), else from its default.
//! A wrong value or an unknown key stops the start.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use axum::http::HeaderName;
use thiserror::Error;

use crate::cache::Lives;

mod token;
mod token_keys;
mod url;
mod value;

pub use token::AdminToken;
pub use token_keys::TokenKeys;
pub use url::{DatabaseUrl, RedisUrl, ReplicaUrls};
pub use value::Value;
pub use value::{Bytes, Environment, LogFormat, Origins, Switch};

/// Why the settings cannot be used. Names the setting, the value and what is allowed.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{name}: \"{value}\" is not allowed; it must be {allowed} ({meaning})")]
    Value {
        name: &'static str,
        value: String,
        allowed: &'static str,
        meaning: &'static str,
    },
    #[error("{file}: unknown setting \"{key}\"; `thali config` lists all settings")]
    UnknownKey { file: String, key: String },
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
}

/// A setting as `thali config` prints it.
pub struct Setting {
    pub name: &'static str,
    pub default: &'static str,
    pub meaning: &'static str,
    pub allowed: &'static str,
    pub value: String,
    pub source: &'static str,
}

macro_rules! settings {
    ($($field:ident: $type:ty = $default:literal, $name:literal, $meaning:literal;)*) => {
        /// The checked settings.
        #[derive(Clone, Debug)]
        pub struct Config {
            $(#[doc = $meaning] pub $field: $type,)*
        }

        const NAMES: &[&str] = &[$($name),*];

        impl Config {
            /// Reads every setting through `find`, which answers (value, source).
            fn read(find: impl Fn(&str) -> Option<(String, &'static str)>) -> Result<(Self, Vec<Setting>), ConfigError> {
                let mut list = Vec::new();
                $(
                    let (value, source) = find($name).unwrap_or(($default.to_owned(), "default"));
                    let $field = <$type as Value>::parse(&value).ok_or(ConfigError::Value {
                        name: $name,
                        value: <$type as Value>::shown(&value),
                        allowed: <$type as Value>::ALLOWED,
                        meaning: $meaning,
                    })?;
                    list.push(Setting {
                        name: $name,
                        default: $default,
                        meaning: $meaning,
                        allowed: <$type as Value>::ALLOWED,
                        value: <$type as Value>::shown(&value),
                        source,
                    });
                )*
                Ok((Self { $($field),* }, list))
            }
        }
    };
}

settings! {
    listen: SocketAddr = "127.0.0.1:8000", "THALI_LISTEN", "address and port of the HTTP server";
    environment: Option<Environment> = "", "THALI_ENV", "development shows traces to everyone; empty: development with embedded storage, production otherwise";
    database_url: Option<DatabaseUrl> = "", "DATABASE_URL", "the database; empty: a SQLite file in THALI_DATA_DIR";
    replica_urls: ReplicaUrls = "", "DATABASE_REPLICA_URLS", "replicas of the database, which answer reads (PostgreSQL), each a server of its own; empty: the database answers everything";
    redis_url: Option<RedisUrl> = "", "REDIS_URL", "Redis, shared by all instances; empty: everything in this process";
    data_dir: PathBuf = "thali-data", "THALI_DATA_DIR", "folder of the embedded storage, made when needed";
    db_pool: u32 = "16", "THALI_DB_POOL", "connections to the database, at most; as many to each replica";
    db_acquire_timeout: Duration = "2s", "THALI_DB_ACQUIRE_TIMEOUT", "longest wait for a free connection";
    db_idle_timeout: Duration = "5min", "THALI_DB_IDLE_TIMEOUT", "a connection unused for so long is closed";
    db_lifetime: Duration = "30min", "THALI_DB_LIFETIME", "a connection so old is closed when nothing runs on it";
    db_prepare: Switch = "on", "THALI_DB_PREPARE", "whether statements stay prepared; off behind a pooler in transaction mode that cannot keep them (PostgreSQL)";
    db_statement_timeout: Duration = "10s", "THALI_DB_STATEMENT_TIMEOUT", "longest run of a statement (PostgreSQL)";
    db_slow_statement: Duration = "200ms", "THALI_DB_SLOW_STATEMENT", "a statement that takes longer is logged";
    cache: Switch = "on", "THALI_CACHE", "whether answers about menus, dishes and places are cached";
    cache_memory: Bytes = "64MiB", "THALI_CACHE_MEMORY", "what cached answers may take in this process, nearly";
    cache_lives: Lives = "", "THALI_CACHE_TTL", "how long cached answers are fresh: 30min for menus, sections and items, 5min for searches and figures, else 60min";
    cache_stale: Duration = "10min", "THALI_CACHE_STALE", "for how long beyond that they are given when the database does not answer";
    replica_interval: Duration = "250ms", "THALI_REPLICA_INTERVAL", "how often each replica is asked how far it is";
    replica_lag: Duration = "10s", "THALI_REPLICA_LAG", "a replica that is further behind the database is not read from";
    request_timeout: Duration = "15s", "THALI_REQUEST_TIMEOUT", "longest time for a request, its body included";
    body_limit: Bytes = "256KiB", "THALI_BODY_LIMIT", "largest request body";
    batch_limit: usize = "10", "THALI_BATCH_LIMIT", "operations in one HTTP request, at most";
    query_tokens: usize = "4000", "THALI_QUERY_TOKENS", "tokens in a document, at most";
    query_depth: usize = "20", "THALI_QUERY_DEPTH", "nesting of fields, at most";
    query_aliases: usize = "30", "THALI_QUERY_ALIASES", "aliases in an operation, at most";
    query_directives: usize = "50", "THALI_QUERY_DIRECTIVES", "directives in an operation, at most";
    query_cost: u64 = "50000", "THALI_QUERY_COST", "cost of an operation as computed before it runs, at most";
    persisted_queries: u64 = "5000", "THALI_PERSISTED_QUERIES", "automatic persisted queries kept in memory";
    response_cache: Option<Bytes> = "32MiB", "THALI_RESPONSE_CACHE", "finished answers kept in memory; 0: none";
    operations: Option<PathBuf> = "", "THALI_OPERATIONS", "persisted operations: a JSON file of ids and documents";
    operations_only: bool = "false", "THALI_OPERATIONS_ONLY", "run only the operations of THALI_OPERATIONS";
    cors_origins: Origins = "", "THALI_CORS_ORIGINS", "web origins that may call the API; empty: any in development, none in production";
    admin_token: Option<AdminToken> = "", "THALI_ADMIN_TOKEN", "bearer token of the administrator, who may change everything and see traces; empty: none has it";
    token_keys: Option<TokenKeys> = "", "THALI_TOKEN_KEYS", "keys of access tokens, of which the first signs and all are good; empty: a random one, kept in the database, and none where THALI_ENV is production";
    address_header: Option<HeaderName> = "", "THALI_ADDRESS_HEADER", "header in which the proxy in front tells a client's address, such as X-Forwarded-For, of which the last entry counts; empty: the address of the connection";
    events_interval: Duration = "250ms", "THALI_EVENTS_INTERVAL", "how often is looked for events that were not published at once";
    events_kept: Duration = "60min", "THALI_EVENTS_KEPT", "how long published events stay in the database";
    demo: bool = "true", "THALI_DEMO", "load the demo data into an embedded database that is empty";
    log: String = "info,sqlx=warn,sea_orm_migration=warn", "THALI_LOG", "log filter, such as info or thali=debug";
    log_format: LogFormat = "text", "THALI_LOG_FORMAT", "how log lines look";
}

impl Config {
    /// Reads environment and file. `file` must exist when given; without it
    /// `thali.toml` in the current folder is read when it is there.
    pub fn load(file: Option<PathBuf>) -> Result<(Self, Vec<Setting>), ConfigError> {
        let path = match file {
            Some(path) => Some(path),
            None => Some(PathBuf::from("thali.toml")).filter(|path| path.exists()),
        };
        let table = path.map(|path| read_table(&path)).transpose()?;
        Self::read(|name| {
            if let Ok(value) = std::env::var(name) {
                return Some((value, "environment"));
            }
            let value = table.as_ref()?.get(&name.to_lowercase())?;
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            Some((text, "file"))
        })
    }

    /// Every default and nothing else, for tests.
    pub fn defaults() -> Self {
        match Self::read(|_| None) {
            Ok((config, _)) => config,
            Err(error) => panic!("a default is wrong: {error}"),
        }
    }

    /// Where the database is.
    pub fn database(&self) -> String {
        match &self.database_url {
            Some(url) => url.0.clone(),
            None => format!("sqlite://{}", self.data_dir.join("thali.db").display()),
        }
    }

    /// The same without the password.
    pub fn shown_database(&self) -> String {
        url::without_password(&self.database())
    }

    /// Whether callers are developers: shown traces, introspection and details.
    pub fn is_development(&self) -> bool {
        let embedded = self
            .database_url
            .as_ref()
            .is_none_or(|url| url.0.starts_with("sqlite:"));
        match self.environment {
            Some(environment) => environment == Environment::Development,
            None => embedded,
        }
    }
}

fn read_table(path: &std::path::Path) -> Result<toml::Table, ConfigError> {
    let file = path.display().to_string();
    let wrong = |reason: String| ConfigError::File {
        file: file.clone(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    match table
        .keys()
        .find(|key| !NAMES.contains(&key.to_uppercase().as_str()))
    {
        Some(key) => Err(ConfigError::UnknownKey {
            file,
            key: key.clone(),
        }),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Result<Config, ConfigError> {
        Config::read(|asked| (asked == name).then(|| (value.to_owned(), "test"))).map(|read| read.0)
    }

    #[test]
    fn every_default_is_allowed() {
        Config::defaults();
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_allowed() {
        let error = with("THALI_DB_POOL", "many").unwrap_err().to_string();
        assert_eq!(
            error,
            "THALI_DB_POOL: \"many\" is not allowed; it must be a whole number from 1 to 10000 \
             (connections to the database, at most; as many to each replica)"
        );
        for (name, value) in [
            ("THALI_LISTEN", "8000"),
            ("THALI_ENV", "staging"),
            ("DATABASE_URL", "mysql://localhost/thali"),
            ("DATABASE_REPLICA_URLS", "sqlite://replica.db"),
            ("DATABASE_REPLICA_URLS", "postgres://a/thali, b"),
            ("THALI_REPLICA_LAG", "0s"),
            ("REDIS_URL", "localhost:6379"),
            ("THALI_REQUEST_TIMEOUT", "0s"),
            ("THALI_DB_IDLE_TIMEOUT", "5"),
            ("THALI_DB_LIFETIME", "0min"),
            ("THALI_DB_PREPARE", "false"),
            ("THALI_BODY_LIMIT", "10XB"),
            ("THALI_CORS_ORIGINS", "example.org/path"),
            ("THALI_ADMIN_TOKEN", "secret"),
            ("THALI_TOKEN_KEYS", "one:secret"),
            ("THALI_ADDRESS_HEADER", "X Forwarded For"),
        ] {
            assert!(
                with(name, value).unwrap_err().to_string().starts_with(name),
                "{name}={value}"
            );
        }
    }

    #[test]
    fn an_embedded_database_means_development_unless_told_otherwise() {
        assert!(Config::defaults().is_development());
        assert!(
            !with("DATABASE_URL", "postgres://db/thali")
                .unwrap()
                .is_development()
        );
        assert!(!with("THALI_ENV", "production").unwrap().is_development());
    }
}
