//! GraphQL over HTTP: what a client can rely on, whatever it asks.

use thali::config::{Environment, Origins};

use crate::app::{Engine, TestApp};

mod answers;
mod batches;
mod consistency;
mod headers;
mod methods;
mod negotiation;
mod patience;

async fn start() -> TestApp {
    TestApp::start(Engine::Sqlite).await
}

async fn production(origins: &[&str]) -> TestApp {
    let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    TestApp::with(Engine::Sqlite, |config| {
        config.environment = Some(Environment::Production);
        config.cors_origins = Origins(origins);
    })
    .await
}

const TIME: &str = r#"{"query":"{ serverTime }"}"#;
