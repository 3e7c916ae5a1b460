//! What knows HTTP: what is served where, and around all of it request ids, CORS and compression.
//! `serve` holds the connections.
//!
//! A request is one call through [`Site::answer`], and `/graphql` is looked at before all routes:
//! an answer that is kept takes less time than the layers of a router.

use std::{any::Any, future::Future, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::Request,
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version, header},
    response::Response,
    routing::get,
};
use futures_util::FutureExt;
use hyper::body::Incoming;
use tower::ServiceExt;
use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};
use tracing::Instrument;

mod answer;
mod body;
mod consistency;
mod cors;
mod documents;
mod graphql;
mod kept;
mod metrics;
mod operations;
mod persisted;
mod playground;
mod probes;
mod request;
mod request_id;
mod responses;
mod sender;
mod serve;
mod websocket;

use crate::{app::App, schema::Engine};
use answer::{Media, Problem};
use cors::Cors;
use documents::Documents;
use kept::LEAST_COMPRESSED;
use metrics::Metrics;
use request_id::{REQUEST_ID, RequestId};
use responses::Responses;
use sender::Peer;
pub use serve::{Patience, serve};

const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");

/// What the routes share.
struct Http {
    engine: Engine,
    documents: Documents,
    metrics: Metrics,
    responses: Responses,
}

/// All that is served.
pub struct Site {
    http: Arc<Http>,
    cors: Cors,
    /// What is not at `/graphql`.
    others: Router,
}

impl Site {
    pub fn new(app: App) -> anyhow::Result<Self> {
        let cors = Cors::new(&app.config);
        let documents = Documents::new(&app)?;
        let responses = Responses::new(&app);
        let http = Arc::new(Http {
            engine: Engine::new(app)?,
            documents,
            metrics: Metrics::new()?,
            responses,
        });
        let others = Router::new()
            .route("/playground", get(playground::page))
            .route("/playground/", get(playground::page))
            .route("/playground/assets/{name}", get(playground::asset))
            .route("/schema.graphql", get(probes::schema))
            .route("/healthz", get(probes::healthz))
            .route("/readyz", get(probes::readyz))
            .route("/metrics", get(metrics::page))
            .fallback(not_found)
            .with_state(http.clone())
            .layer(compression());
        Ok(Self { http, cors, others })
    }

    pub async fn answer(&self, peer: Peer, request: Request<Incoming>) -> Response {
        let id = RequestId::of(request.headers());
        let allowed = self.cors.allowed(request.headers());
        let mut response = match *request.method() {
            Method::OPTIONS => allowed.preflight(),
            _ => {
                let accept = request.headers().get(header::ACCEPT).cloned();
                let span = tracing::info_span!("request", id = id.as_str());
                // Boxed: it is moved into one wrapper after the other.
                let answering = Box::pin(self.route(&id, peer, request));
                let answering = answering.instrument(span);
                let mut response = unless_it_panics(answering, accept, &id).await;
                allowed.tell(response.headers_mut());
                response
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
        headers.insert(REQUEST_ID, id.into_header());
        response
    }

    // What is not answered from what is kept has a future that is large: it is boxed, so that
    // what is need not carry it around.
    async fn route(&self, id: &RequestId, peer: Peer, mut request: Request<Incoming>) -> Response {
        if request.uri().path() == "/graphql" {
            return match websocket::is_asked(request.headers()) {
                true => Box::pin(websocket::handle(&self.http, id, peer, request)).await,
                false => graphql::handle(&self.http, id, peer, request).await,
            };
        }
        request.extensions_mut().insert(id.clone());
        let others = self.others.clone();
        let Ok(response) = Box::pin(others.oneshot(request.map(Body::new))).await;
        response
    }
}

/// Compresses what is worth it and is not compressed.
fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(SizeAbove::new(LEAST_COMPRESSED).and(has_no_etag))
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
    Problem::new(StatusCode::NOT_FOUND, "BAD_USER_INPUT", message).respond(media, id.as_str())
}

/// The answer, or that something went wrong.
async fn unless_it_panics(
    answering: impl Future<Output = Response>,
    accept: Option<HeaderValue>,
    id: &RequestId,
) -> Response {
    let answered = AssertUnwindSafe(answering).catch_unwind().await;
    answered.unwrap_or_else(|cause| panicked(cause, accept, id.as_str()))
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
    use std::sync::LazyLock;

    use super::*;

    /// What is kept is answered so fast that moving a large future, which the connection does
    /// several times, would take most of the time.
    #[test]
    fn an_answer_on_its_way_is_small() {
        fn size<F: Future>(_: impl FnOnce(&'static Site, Peer, Request<Incoming>) -> F) -> usize {
            size_of::<F>()
        }
        let outer = size(Site::answer);
        let inner = size(|site, peer, request| {
            static ID: LazyLock<RequestId> = LazyLock::new(|| RequestId::of(&HeaderMap::new()));
            site.route(&ID, peer, request)
        });
        assert!(outer < 2048, "{outer} bytes");
        assert!(inner < 6144, "{inner} bytes");
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_cause() {
        let id = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static("r1"))]);
        let falling = async { panic!("the password is 1234") };
        let response = unless_it_panics(falling, None, &RequestId::of(&id)).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 1000).await;
        assert_eq!(
            String::from_utf8(body.unwrap().into()).unwrap(),
            "{\"errors\":[{\"message\":\"Something went wrong on our side. Quote the request id \
             when you report it.\",\"extensions\":{\"code\":\"INTERNAL\",\"requestId\":\"r1\"}}]}"
        );
    }
}
