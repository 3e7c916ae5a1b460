//! What knows HTTP: the routes, and around all of them request ids, CORS and compression.
//! `serve` holds the connections.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Extension, Router,
    extract::Request,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header},
    middleware::{self, Next},
    response::Response,
    routing::{any, get},
};
use futures_util::FutureExt;
use tower_http::{
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
    cors::{Any as AnyOrigin, CorsLayer},
};
use tracing::Instrument;
use uuid::Uuid;

mod answer;
mod consistency;
mod documents;
mod graphql;
mod kept;
mod metrics;
mod operations;
mod persisted;
mod playground;
mod probes;
mod request;
mod responses;
mod sender;
mod serve;
mod websocket;

use crate::{app::App, config::Config, schema::Engine};
use answer::{Media, Problem};
use consistency::CONSISTENCY;
use documents::Documents;
use kept::LEAST_COMPRESSED;
use metrics::Metrics;
use responses::Responses;
pub use serve::{Patience, serve};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");

/// What the routes share.
#[derive(Clone)]
struct Http {
    engine: Engine,
    documents: Arc<Documents>,
    metrics: Arc<Metrics>,
    responses: Arc<Responses>,
}

/// The id of a request: the caller's if it sent a proper one.
#[derive(Clone, Debug)]
struct RequestId(Arc<str>);

pub fn router(app: App) -> anyhow::Result<Router> {
    let config = app.config.clone();
    let documents = Arc::new(Documents::new(&app)?);
    let responses = Arc::new(Responses::new(&app));
    let http = Http {
        engine: Engine::new(app)?,
        documents,
        metrics: Arc::new(Metrics::new()?),
        responses,
    };
    let router = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/playground", get(playground::page))
        .route("/playground/", get(playground::page))
        .route("/playground/assets/{name}", get(playground::asset))
        .route("/schema.graphql", get(probes::schema))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(metrics::page))
        .fallback(not_found)
        .with_state(http)
        .layer(
            CompressionLayer::new()
                .compress_when(SizeAbove::new(LEAST_COMPRESSED).and(has_no_etag)),
        )
        .layer(cors(&config))
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
    let accept = request.headers().get(header::ACCEPT).cloned();
    let span = tracing::info_span!("request", id = &*id);
    let answered = AssertUnwindSafe(next.run(request).instrument(span))
        .catch_unwind()
        .await;
    let mut response = answered.unwrap_or_else(|cause| panicked(cause, accept, &id));
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
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
            CONSISTENCY,
            HeaderName::from_static("x-thali-trace"),
        ])
        .expose_headers([REQUEST_ID, CONSISTENCY])
        .max_age(std::time::Duration::from_secs(3600));
    let origins: Vec<HeaderValue> = config
        .cors_origins
        .0
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    match origins.is_empty() && config.is_development() {
        true => layer.allow_origin(AnyOrigin),
        // The cookies of their pages come along.
        false if !origins.is_empty() => layer.allow_origin(origins).allow_credentials(true),
        false => layer,
    }
}

/// What has an ETag has it for these very bytes.
fn has_no_etag(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ETAG)
}

async fn not_found(Extension(id): Extension<RequestId>, request: Request) -> Response {
    let message = format!(
        "There is nothing at {}; the API is at /graphql.",
        request.uri().path()
    );
    let media = Media::negotiate(request.headers()).unwrap_or(Media::Json);
    Problem::new(StatusCode::NOT_FOUND, "BAD_USER_INPUT", message).respond(media, &id.0)
}

fn panicked(cause: Box<dyn Any + Send>, accept: Option<HeaderValue>, id: &str) -> Response {
    let accept = accept.map(|accept| (header::ACCEPT, accept));
    let media = Media::negotiate(&accept.into_iter().collect()).unwrap_or(Media::Json);
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(request = id, cause = text, "panic");
    Problem::internal().respond(media, id)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_cause() {
        async fn fall() -> Response {
            panic!("the password is 1234")
        }
        let router = Router::new()
            .route("/", get(fall))
            .layer(middleware::from_fn(with_request_id));
        let request = Request::builder().header(REQUEST_ID, "r1");
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await;
        let response = response.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[REQUEST_ID], "r1");
        let body = axum::body::to_bytes(response.into_body(), 1000).await;
        assert_eq!(
            String::from_utf8(body.unwrap().into()).unwrap(),
            "{\"errors\":[{\"message\":\"Something went wrong on our side. Quote the request id \
             when you report it.\",\"extensions\":{\"code\":\"INTERNAL\",\"requestId\":\"r1\"}}]}"
        );
    }
}
