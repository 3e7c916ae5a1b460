//! GraphQL over HTTP: from a request to operations, from their answers to a response.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, Method, Request, StatusCode, request::Parts},
    response::Response,
};
use futures_util::future::join_all;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    Http, RequestId,
    answer::{self, Media, Problem},
    compression, consistency,
    kept::{self, Kept},
    persisted::Hash,
    request::{Asked, Params, Sent, receive},
    responses::Key,
    sender::{self, Peer},
};
use crate::{
    auth::{Address, Viewer},
    db::Position,
    schema::{Answer, Operation, Trace},
};

pub const TRACE: HeaderName = HeaderName::from_static("x-thali-trace");

pub async fn handle(
    http: &Http,
    request_id: &RequestId,
    peer: Peer,
    request: Request<Incoming>,
) -> Response {
    let media = Media::negotiate(request.headers());
    let answered = answer(http, (request_id, peer), media, request).await;
    answered.unwrap_or_else(|problem| {
        problem.respond(media.unwrap_or(Media::Json), request_id.as_str())
    })
}

async fn answer(
    http: &Http,
    (request_id, peer): (&RequestId, Peer),
    media: Option<Media>,
    request: Request<Incoming>,
) -> Result<Response, Problem> {
    let media = media.ok_or_else(|| {
        let message = "Accept application/graphql-response+json or application/json.";
        Problem::new(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message)
    })?;
    let config = &http.engine.app().config;
    let until = Instant::now() + config.request_timeout;
    let (head, body) = request.into_parts();
    let viewer = sender::authorized(&head.headers, http.engine.app()).await;
    let needed = consistency::needed(&head.headers)?;
    let is_developer = config.is_development() || viewer.is_administrator();
    let trace = match head.headers.get(TRACE) {
        Some(value) if is_developer && value == "1" => Trace::Batches,
        Some(value) if is_developer && value == "sql" => Trace::Statements,
        _ => Trace::Nothing,
    };
    let sender = Sender {
        http,
        request_id,
        batched: 1,
        only_queries: head.method == Method::GET,
        takes_cookies: true,
        trace,
        viewer,
        address: sender::address(&head.headers, peer, config),
        needed,
    };
    let sent = receive(&head, body, config, until).await?;
    if sender.may_be_kept()
        && !kept::must_be_encoded(&head.headers)
        && let Some(kept) = http.responses.find(&Key::sent(media, &sent))
    {
        http.metrics.count_kept();
        return Ok(kept.respond(&head));
    }
    let request = Request::from_parts(head, sent);
    Ok(Box::pin(run(sender, media, request, until)).await)
}

/// Answers what was received, and compresses the answer.
async fn run(sender: Sender<'_>, media: Media, request: Request<Sent>, until: Instant) -> Response {
    let answer = |request: Request<Sent>| async {
        let (head, sent) = request.into_parts();
        let answered = timeout_at(until, sender.answer(media, &head, sent)).await;
        let limit = sender.http.engine.app().config.request_timeout;
        let answered = answered.unwrap_or_else(|_| Err(Problem::too_slow(limit)));
        let id = sender.request_id.as_str();
        Ok::<_, Infallible>(answered.unwrap_or_else(|problem| problem.respond(media, id)))
    };
    let service = compression().layer(service_fn(answer));
    let Ok(response) = service.oneshot(request).await;
    response.map(Body::new)
}

/// What the operations of a request, or of a WebSocket, have in common.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    pub http: &'a Http,
    pub request_id: &'a RequestId,
    pub batched: u64,
    pub only_queries: bool,
    /// Whether the answer can set a cookie.
    pub takes_cookies: bool,
    pub trace: Trace,
    pub viewer: Viewer,
    pub address: Address,
    pub needed: Position,
}

/// An operation whose document is known.
struct Known {
    operation: Operation,
    /// The document and its hash, where it is to be kept once it proved valid.
    new: Option<(Hash, String)>,
}

impl Sender<'_> {
    async fn answer(mut self, media: Media, head: &Parts, sent: Sent) -> Result<Response, Problem> {
        let app = self.http.engine.app();
        // Not before now: what everybody sees is not looked up for somebody.
        if let (Viewer::Anonymous, Some(cookie)) = (self.viewer, sender::cookie(&head.headers)) {
            if head.method != Method::GET {
                sender::check_cookie(&head.headers, &app.config)?;
            }
            self.viewer = Viewer::of_cookie(cookie, app).await;
        }
        match sent.read(&app.config)? {
            Asked::One(params) => self.respond(media, head, &sent, params).await,
            Asked::Batch(batch) => {
                let sender = Self {
                    batched: batch.len() as u64,
                    ..self
                };
                let answers = join_all(batch.into_iter().map(|params| sender.run(params))).await;
                let answers = answers.into_iter().collect::<Result<Vec<Answer>, _>>()?;
                let wrote = answers.iter().filter_map(|answer| answer.wrote).max();
                let mut response = answer::batch(media, &answers)?;
                consistency::tell(&mut response, wrote);
                let cookie = answers
                    .iter()
                    .rev()
                    .find_map(|answer| answer.cookie.as_ref());
                sender::tell(&mut response, cookie);
                Ok(response)
            }
        }
    }

    /// Whether an answer that was kept, or is, shows what is asked: no trace, and all of what this
    /// process has heard of.
    fn may_be_kept(&self) -> bool {
        let db = &self.http.engine.app().db;
        self.trace == Trace::Nothing && db.has_heard(self.needed)
    }

    pub async fn run(&self, params: Params) -> Result<Answer, Problem> {
        let running = self.http.metrics.begin();
        let answered = match self.find(params).await {
            Ok(Some(known)) => Ok(self.execute(known).await),
            Ok(None) => Ok(Answer::persisted_query_not_found(self.request_id.as_str())),
            Err(problem) => Err(problem),
        };
        running.end(&answered);
        answered
    }

    /// Answers the only operation of a request, from what is kept or for it, if it can be.
    async fn respond(
        &self,
        media: Media,
        head: &Parts,
        sent: &Sent,
        params: Params,
    ) -> Result<Response, Problem> {
        let Http {
            metrics, responses, ..
        } = self.http;
        if !responses.are_kept() || !self.may_be_kept() {
            return single(media, &self.run(params).await?);
        }
        let running = metrics.begin();
        let mut known = match self.find(params).await {
            Ok(Some(known)) => known,
            nothing => {
                let not_found = |_| Answer::persisted_query_not_found(self.request_id.as_str());
                let answered = nothing.map(not_found);
                running.end(&answered);
                return single(media, &answered?);
            }
        };
        let as_meant = Key::meant(media, &known.operation);
        // Who sends a document to be kept is not answered unread: it may have been forgotten.
        let is_unread = known.new.is_none();
        let kept = match responses.find(&as_meant) {
            Some(kept) => {
                running.end_kept();
                self.keep(known.new).await;
                kept
            }
            None => {
                known.operation.is_shareable = true;
                let answered = Ok(self.execute(known).await);
                running.end(&answered);
                let mut answer = answered?;
                let Some(public) = answer.public.take() else {
                    return single(media, &answer);
                };
                let body = answer::body(&answer)?;
                let kept = Arc::new(Kept::new(media, body, public, responses.until()));
                responses.keep(as_meant, &kept);
                kept
            }
        };
        if is_unread {
            responses.keep(Key::sent(media, sent).to_owned(), &kept);
        }
        Ok(kept.respond(head))
    }

    async fn find(&self, params: Params) -> Result<Option<Known>, Problem> {
        let documents = &self.http.documents;
        let found = documents.find(params.query, params.id, params.persisted);
        let Some(document) = found.await? else {
            return Ok(None);
        };
        Ok(Some(Known {
            new: document.new.map(|hash| (hash, document.text.clone())),
            operation: Operation {
                query: document.text,
                operation_name: params.operation_name,
                variables: params.variables,
                only_queries: self.only_queries,
                takes_cookies: self.takes_cookies,
                trace: self.trace,
                viewer: self.viewer,
                address: self.address,
                needed: self.needed,
                is_shareable: false,
                batched: self.batched,
                request_id: self.request_id.as_str().into(),
            },
        }))
    }

    async fn execute(&self, known: Known) -> Answer {
        let answer = self.http.engine.execute(known.operation).await;
        if answer.refusal.is_none() {
            self.keep(known.new).await;
        }
        answer
    }

    async fn keep(&self, document: Option<(Hash, String)>) {
        if let Some((hash, text)) = document {
            self.http.documents.keep(hash, &text).await;
        }
    }
}

fn single(media: Media, answer: &Answer) -> Result<Response, Problem> {
    let mut response = answer::single(media, answer)?;
    consistency::tell(&mut response, answer.wrote);
    sender::tell(&mut response, answer.cookie.as_ref());
    Ok(response)
}
