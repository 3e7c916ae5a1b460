//! GraphQL over WebSocket (`graphql-transport-ws`), for clients that send everything that way.
//! The same engine and limits as over HTTP; subscriptions join when there are any.

use std::{sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, Response as GraphQlResponse};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{FromRequestParts, Request as HttpRequest, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::{StreamExt, stream, stream::BoxStream};
use tokio::sync::Semaphore;

use super::{
    Http, RequestId,
    answer::{Media, Problem},
};
use crate::schema::{Engine, Operation};

/// Operations of one connection that run at the same time; more wait.
const MOST_AT_ONCE: usize = 32;
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Whether the request asks for a WebSocket.
pub fn is_asked(headers: &HeaderMap) -> bool {
    let upgrade = headers
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

pub async fn handle(http: &Http, request_id: RequestId, request: HttpRequest) -> Response {
    let (mut parts, _) = request.into_parts();
    let opened = open(http, request_id.clone(), &mut parts).await;
    opened.unwrap_or_else(|problem| problem.respond(Media::Json, &request_id.0))
}

async fn open(http: &Http, request_id: RequestId, parts: &mut Parts) -> Result<Response, Problem> {
    check_origin(http, &parts.headers)?;
    let protocol = GraphQLProtocol::from_request_parts(parts, &()).await;
    let protocol = protocol.map_err(|_| {
        Problem::bad_request("`Sec-WebSocket-Protocol` must be graphql-transport-ws.")
    })?;
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade =
        upgrade.map_err(|_| Problem::bad_request("The request is no WebSocket handshake."))?;
    let limit = http.engine.app().config.body_limit.0;
    let socket = Socket {
        engine: http.engine.clone(),
        request_id: request_id.0,
        at_once: Arc::new(Semaphore::new(MOST_AT_ONCE)),
    };
    let upgrade = upgrade
        .protocols(["graphql-transport-ws"])
        .max_message_size(limit)
        .max_frame_size(limit);
    Ok(upgrade.on_upgrade(move |stream| {
        GraphQLWebSocket::new(stream, socket, protocol)
            .keepalive_timeout(KEEP_ALIVE)
            .serve()
    }))
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
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_own = origin.split_once("://").map(|(_, host)| host) == host;
    let is_allowed = match config.cors_origins.0.as_slice() {
        [] => config.is_development(),
        allowed => allowed.iter().any(|allowed| allowed == origin),
    };
    if is_own || is_allowed {
        return Ok(());
    }
    let message = format!("The origin {origin} is not allowed; see THALI_CORS_ORIGINS.");
    Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message))
}

/// One connection.
#[derive(Clone)]
struct Socket {
    engine: Engine,
    request_id: Arc<str>,
    at_once: Arc<Semaphore>,
}

impl Executor for Socket {
    async fn execute(&self, request: Request) -> GraphQlResponse {
        let _permit = self.at_once.acquire().await;
        let operation = Operation {
            query: request.query,
            operation_name: request.operation_name,
            variables: request.variables,
            only_queries: false,
            trace: false,
            request_id: self.request_id.clone(),
        };
        let limit = self.engine.app().config.request_timeout;
        match tokio::time::timeout(limit, self.engine.execute(operation)).await {
            Ok(answer) => answer.response,
            Err(_) => Problem::too_slow(limit).into_graphql(),
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
