//! GraphQL over WebSocket (`graphql-transport-ws`), for clients that send everything that way.
//! The same engine and limits as over HTTP; subscriptions join when there are any.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Data, Executor, Request, Response as GraphQlResponse};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{FromRequestParts, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::{StreamExt, stream, stream::BoxStream};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{
    Http, RequestId,
    answer::{Media, Problem},
    consistency,
    graphql::Sender,
    request::{Params, persisted_hash},
    sender::{self, Peer},
};
use crate::{
    auth::{Address, Viewer},
    db::Position,
    schema::{Answer, Trace},
};

const PROTOCOL: &str = "graphql-transport-ws";

/// Operations of one connection that run at the same time; more are refused.
const MOST_AT_ONCE: usize = 32;

/// Whether the request asks for a WebSocket.
pub fn is_asked(headers: &HeaderMap) -> bool {
    let upgrade = headers
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

pub async fn handle(
    http: &Arc<Http>,
    request_id: &RequestId,
    peer: Peer,
    request: hyper::Request<Incoming>,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let opened = open(http, (request_id, peer), &mut parts).await;
    opened.unwrap_or_else(|problem| problem.respond(Media::Json, request_id.as_str()))
}

async fn open(
    http: &Arc<Http>,
    (request_id, peer): (&RequestId, Peer),
    parts: &mut Parts,
) -> Result<Response, Problem> {
    check_origin(http, &parts.headers)?;
    let offered = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let offered = offered
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let wrong = || Problem::bad_request("`Sec-WebSocket-Protocol` must be graphql-transport-ws.");
    offered
        .map(str::trim)
        .find(|name| *name == PROTOCOL)
        .ok_or_else(wrong)?;
    // Only this one is read from now on: a client may offer others that the library knows too.
    parts.headers.insert(
        header::SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(PROTOCOL),
    );
    let protocol = GraphQLProtocol::from_request_parts(parts, &())
        .await
        .map_err(|_| wrong())?;
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade =
        upgrade.map_err(|_| Problem::bad_request("The request is no WebSocket handshake."))?;
    let limit = http.engine.app().config.body_limit.0;
    let app = http.engine.app();
    let mut viewer = sender::authorized(&parts.headers, app).await;
    if let (Viewer::Anonymous, Some(cookie)) = (viewer, sender::cookie(&parts.headers)) {
        sender::check_cookie(&parts.headers, &app.config)?;
        viewer = Viewer::of_cookie(cookie, app).await;
    }
    let socket = Socket {
        http: http.clone(),
        request_id: request_id.clone(),
        viewer,
        address: sender::address(&parts.headers, peer, &app.config),
        wrote: Arc::new(Mutex::new(consistency::needed(&parts.headers)?)),
        at_once: Arc::new(Semaphore::new(MOST_AT_ONCE)),
    };
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(limit)
        .max_frame_size(limit);
    Ok(upgrade.on_upgrade(move |stream| GraphQLWebSocket::new(stream, socket, protocol).serve()))
}

// Browsers let any site open a WebSocket: the server has to look who asks.
fn check_origin(http: &Http, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
    else {
        return Ok(());
    };
    let config = &http.engine.app().config;
    let is_any = config.cors_origins.0.is_empty() && config.is_development();
    let is_own = sender::is_own(origin, headers);
    if is_own || is_any || sender::is_listed(origin, config) {
        return Ok(());
    }
    let message = format!("The origin {origin} is not allowed; see THALI_CORS_ORIGINS.");
    Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message))
}

/// One connection.
#[derive(Clone)]
struct Socket {
    http: Arc<Http>,
    request_id: RequestId,
    /// Who sent the handshake.
    viewer: Viewer,
    address: Address,
    /// What the client wrote last, here or before.
    wrote: Arc<Mutex<Position>>,
    at_once: Arc<Semaphore>,
}

impl Socket {
    /// What the client wrote last, knowing that it was `position` or later.
    fn wrote(&self, position: Position) -> Position {
        let mut wrote = self.wrote.lock().unwrap_or_else(PoisonError::into_inner);
        *wrote = wrote.max(position);
        *wrote
    }

    async fn answer(&self, request: Request) -> Result<Answer, Problem> {
        let extensions = serde_json::to_value(&request.extensions.0).unwrap_or_default();
        let needed = self.wrote(consistency::needed_by_extensions(&extensions)?);
        let hash = match extensions {
            Value::Object(extensions) => persisted_hash(extensions)?,
            _ => None,
        };
        let params = Params {
            query: Some(request.query).filter(|query| !query.is_empty()),
            id: None,
            operation_name: request.operation_name,
            variables: request.variables,
            persisted: hash,
        };
        let sender = Sender {
            http: &self.http,
            request_id: &self.request_id,
            batched: 1,
            only_queries: false,
            takes_cookies: false,
            trace: Trace::Nothing,
            viewer: self.viewer,
            address: self.address,
            needed,
        };
        let mut answer = sender.run(params).await?;
        // There is no header that could tell it.
        if let Some(position) = answer.wrote {
            self.wrote(position);
            let extensions = &mut answer.response.extensions;
            extensions.insert("consistency".to_owned(), position.token().into());
        }
        Ok(answer)
    }
}

impl Executor for Socket {
    async fn execute(&self, request: Request) -> GraphQlResponse {
        let Ok(_permit) = self.at_once.try_acquire() else {
            let message = format!("More than {MOST_AT_ONCE} operations run on this connection.");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Problem::new(status, "UNAVAILABLE", message)
                .into_graphql(self.request_id.as_str());
        };
        let limit = self.http.engine.app().config.request_timeout;
        let answered = tokio::time::timeout(limit, self.answer(request)).await;
        match answered.unwrap_or_else(|_| Err(Problem::too_slow(limit))) {
            Ok(answer) => answer.response,
            Err(problem) => problem.into_graphql(self.request_id.as_str()),
        }
    }

    fn execute_stream(
        &self,
        request: Request,
        _: Option<Arc<Data>>,
    ) -> BoxStream<'static, GraphQlResponse> {
        let socket = self.clone();
        stream::once(async move { socket.execute(request).await }).boxed()
    }
}
