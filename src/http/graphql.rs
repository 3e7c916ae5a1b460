//! GraphQL over HTTP: from a request to operations, from their answers to a response.

use axum::{
    Extension,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use futures_util::future::join_all;

use super::{
    Http, RequestId,
    answer::{self, Media, Problem},
    persisted,
    request::{Asked, Params, read},
    websocket,
};
use crate::schema::{Answer, Operation};

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
    let sender = Sender {
        http,
        request_id,
        only_queries: request.method() == Method::GET,
        trace: config.is_development()
            && request
                .headers()
                .get("x-thali-trace")
                .is_some_and(|value| value == "1"),
    };
    match read(request, config).await? {
        Asked::One(params) => answer::single(media, &sender.run(params).await?),
        Asked::Batch(batch) => {
            let answers = join_all(batch.into_iter().map(|params| sender.run(params))).await;
            let answers = answers.into_iter().collect::<Result<Vec<Answer>, _>>()?;
            answer::batch(media, &answers)
        }
    }
}

/// What the operations of a request have in common.
struct Sender<'a> {
    http: &'a Http,
    request_id: &'a RequestId,
    only_queries: bool,
    trace: bool,
}

impl Sender<'_> {
    async fn run(&self, params: Params) -> Result<Answer, Problem> {
        let store = &self.http.persisted;
        let (query, is_new) = match (params.query, params.persisted) {
            (Some(query), Some(hash)) if persisted::hash_of(&query) != hash => {
                return Err(Problem::bad_request(
                    "`sha256Hash` is not the hash of `query`.",
                ));
            }
            (Some(query), hash) => (query, hash.is_some()),
            (None, Some(hash)) => match store.find(&hash).await {
                Some(query) => (query.to_string(), false),
                None => return Ok(Answer::persisted_query_not_found(&self.request_id.0)),
            },
            (None, None) => return Err(Problem::bad_request("`query` is missing.")),
        };
        let keep = params
            .persisted
            .filter(|_| is_new)
            .map(|hash| (hash, query.clone()));
        let operation = Operation {
            query,
            operation_name: params.operation_name,
            variables: params.variables,
            only_queries: self.only_queries,
            trace: self.trace,
            request_id: self.request_id.0.clone(),
        };
        let answer = self.http.engine.execute(operation).await;
        if let Some((hash, query)) = keep.filter(|_| answer.refusal.is_none()) {
            store.keep(hash, &query).await;
        }
        Ok(answer)
    }
}
