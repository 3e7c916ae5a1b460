//! What knows HTTP: the routes, and around all of them request ids, CORS and compression.

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{Any as AnyOrigin, CorsLayer},
};
use uuid::Uuid;

mod answer;
mod graphql;
mod persisted;
mod probes;
mod request;
mod websocket;

use crate::{app::App, config::Config, schema::Engine};
use answer::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the routes share.
#[derive(Clone)]
struct Http {
    engine: Engine,
    persisted: Arc<persisted::PersistedQueries>,
}

/// The id of a request: the caller's if it sent a proper one.
#[derive(Clone, Debug)]
struct RequestId(Arc<str>);

pub fn router(app: App) -> anyhow::Result<Router> {
    let config = app.config.clone();
    let persisted = Arc::new(persisted::PersistedQueries::new(&app));
    let http = Http {
        engine: Engine::new(app)?,
        persisted,
    };
    let router = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/schema.graphql", get(probes::schema))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .fallback(not_found)
        .with_state(http)
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(1024)))
        .layer(cors(&config))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(with_request_id));
    Ok(router)
}

async fn with_request_id(mut request: Request, next: Next) -> Response {
    let sent = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let is_proper =
        |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    let id: Arc<str> = match sent.filter(is_proper) {
        Some(id) => id.into(),
        None => Uuid::now_v7().simple().to_string().into(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn cors(config: &Config) -> CorsLayer {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::AUTHORIZATION,
            REQUEST_ID,
            HeaderName::from_static("x-thali-trace"),
        ])
        .expose_headers([REQUEST_ID])
        .max_age(std::time::Duration::from_secs(3600));
    let origins: Vec<HeaderValue> = config
        .cors_origins
        .0
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    match origins.is_empty() && config.is_development() {
        true => layer.allow_origin(AnyOrigin),
        false => layer.allow_origin(origins),
    }
}

async fn not_found(State(_): State<Http>, request: Request) -> Response {
    let message = format!(
        "There is nothing at {}; the API is at /graphql.",
        request.uri().path()
    );
    Problem::new(axum::http::StatusCode::NOT_FOUND, "BAD_USER_INPUT", message).into_response()
}

fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(cause = text, "panic");
    Problem::internal().into_response()
}
