//! GraphQL over HTTP: from a request to operations, from their answers to a response.

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use futures_util::future::join_all;

use super::{
    Http, RequestId,
    answer::{self, Media, Problem},
    consistency,
    request::{Asked, Params, read},
    websocket,
};
use crate::{
    auth::Viewer,
    config::Config,
    db::Position,
    schema::{Answer, Operation, Trace},
};

pub async fn handle(
    State(http): State<Http>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    if websocket::is_asked(request.headers()) {
        return websocket::handle(&http, request_id, request).await;
    }
    let limit = http.engine.app().config.request_timeout;
    let media = Media::negotiate(request.headers());
    let answered = tokio::time::timeout(limit, answer(&http, &request_id, media, request)).await;
    let answered = answered.unwrap_or_else(|_| Err(Problem::too_slow(limit)));
    answered.unwrap_or_else(|problem| problem.respond(media.unwrap_or(Media::Json), &request_id.0))
}

async fn answer(
    http: &Http,
    request_id: &RequestId,
    media: Option<Media>,
    request: Request,
) -> Result<Response, Problem> {
    let media = media.ok_or_else(|| {
        let message = "Accept application/graphql-response+json or application/json.";
        Problem::new(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message)
    })?;
    let config = &http.engine.app().config;
    let only_queries = request.method() == Method::GET;
    let viewer = viewer(request.headers(), config);
    let needed = consistency::needed(request.headers())?;
    let is_developer = config.is_development() || viewer.is_administrator();
    let trace = match request.headers().get("x-thali-trace") {
        Some(value) if is_developer && value == "1" => Trace::Batches,
        Some(value) if is_developer && value == "sql" => Trace::Statements,
        _ => Trace::Nothing,
    };
    let sender = |batched| Sender {
        http,
        request_id,
        batched,
        only_queries,
        trace,
        viewer,
        needed,
    };
    let (wrote, mut response) = match read(request, config).await? {
        Asked::One(params) => {
            let answer = sender(1).run(params).await?;
            (answer.wrote, answer::single(media, &answer)?)
        }
        Asked::Batch(batch) => {
            let sender = sender(batch.len() as u64);
            let answers = join_all(batch.into_iter().map(|params| sender.run(params))).await;
            let answers = answers.into_iter().collect::<Result<Vec<Answer>, _>>()?;
            let wrote = answers.iter().filter_map(|answer| answer.wrote).max();
            (wrote, answer::batch(media, &answers)?)
        }
    };
    consistency::tell(&mut response, wrote);
    Ok(response)
}

/// Who sends these headers.
pub fn viewer(headers: &HeaderMap, config: &Config) -> Viewer {
    let authorization = headers.get(header::AUTHORIZATION);
    Viewer::of(authorization.map(HeaderValue::as_bytes), config)
}

/// What the operations of a request, or of a WebSocket, have in common.
pub struct Sender<'a> {
    pub http: &'a Http,
    pub request_id: &'a RequestId,
    pub batched: u64,
    pub only_queries: bool,
    pub trace: Trace,
    pub viewer: Viewer,
    pub needed: Position,
}

impl Sender<'_> {
    pub async fn run(&self, params: Params) -> Result<Answer, Problem> {
        let running = self.http.metrics.begin();
        let answered = self.answer(params).await;
        running.end(&answered);
        answered
    }

    async fn answer(&self, params: Params) -> Result<Answer, Problem> {
        let documents = &self.http.documents;
        let found = documents.find(params.query, params.id, params.persisted);
        let Some(document) = found.await? else {
            return Ok(Answer::persisted_query_not_found(&self.request_id.0));
        };
        let keep = document.new.map(|hash| (hash, document.text.clone()));
        let operation = Operation {
            query: document.text,
            operation_name: params.operation_name,
            variables: params.variables,
            only_queries: self.only_queries,
            trace: self.trace,
            viewer: self.viewer,
            needed: self.needed,
            batched: self.batched,
            request_id: self.request_id.0.clone(),
        };
        let answer = self.http.engine.execute(operation).await;
        if let Some((hash, query)) = keep.filter(|_| answer.refusal.is_none()) {
            documents.keep(hash, &query).await;
        }
        Ok(answer)
    }
}
