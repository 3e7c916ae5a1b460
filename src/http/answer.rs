//! Answers: GraphQL responses as bytes, in the media type and with the status that the client
//! can expect (GraphQL over HTTP, draft of July 2025).

use std::collections::BTreeMap;

use async_graphql::{ServerError, Value};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::schema::{Answer, Refusal};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether the operation ran.
    GraphQl,
    /// `application/json`: any well-formed request is answered with 200.
    Json,
}

impl Media {
    /// What the client accepts best; nothing when it accepts neither. A range that names a media
    /// type goes before `application/*`, and that before `*/*` (RFC 9110, 12.5.1); between equals
    /// the one that was named wins, else `application/json`.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::ACCEPT).iter();
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        let ranges = lines.iter().flat_map(|line| line.split(','));
        let ranges: Vec<Range> = ranges.filter_map(Range::read).collect();
        if ranges.is_empty() && lines.iter().all(|line| line.trim().is_empty()) {
            return Some(Self::Json);
        }
        let accepted = |media: Self| {
            let fitting = ranges.iter().filter(|range| range.fits(media));
            let (precision, quality) = fitting
                .map(|range| (range.precision(), range.quality))
                .max_by_key(|(precision, _)| *precision)?;
            (quality > 0).then_some((quality, precision, media))
        };
        let json = accepted(Self::Json);
        let graphql = accepted(Self::GraphQl);
        // JSON comes first only where it is strictly better, or as good and neither was named.
        match (graphql, json) {
            (Some(graphql), Some(json)) => {
                let is_named = graphql.1 == Range::EXACT;
                let is_json = json.0 > graphql.0 || (json.0 == graphql.0 && !is_named);
                Some(if is_json { json.2 } else { graphql.2 })
            }
            (one, other) => one.or(other).map(|(_, _, media)| media),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// One range of an `Accept` header.
struct Range {
    media: String,
    /// In thousandths.
    quality: u16,
}

impl Range {
    const EXACT: u8 = 2;

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next()?.to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality: f32 = match quality {
            Some(quality) => quality.parse().ok()?,
            None => 1.0,
        };
        (!media.is_empty()).then_some(Self {
            media,
            quality: (quality.clamp(0.0, 1.0) * 1000.0) as u16,
        })
    }

    fn fits(&self, media: Media) -> bool {
        matches!(self.media.as_str(), "*/*" | "application/*") || self.media == media.name()
    }

    fn precision(&self) -> u8 {
        match self.media.as_str() {
            "*/*" => 0,
            "application/*" => 1,
            _ => Self::EXACT,
        }
    }
}

/// A request that is refused before GraphQL has anything to do with it.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Methods that are allowed, where another was used.
    allow: Option<&'static str>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    }

    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_USER_INPUT",
            message,
        )
    }

    pub fn allowing(self, allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..self
        }
    }

    pub fn too_slow(limit: std::time::Duration) -> Self {
        let message = format!("The request took longer than {} ms.", limit.as_millis());
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
    }

    /// The same where there is no HTTP status.
    pub fn into_graphql(self, request_id: &str) -> async_graphql::Response {
        let mut error = ServerError::new(self.message, None);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", self.code);
        extensions.set("requestId", request_id);
        async_graphql::Response::from_errors(vec![error])
    }

    pub fn internal() -> Self {
        let message = "Something went wrong on our side. Quote the request id when you report it.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// The answer to the request with `request_id`.
    pub fn respond(self, media: Media, request_id: &str) -> Response {
        let (status, allow) = (self.status, self.allow);
        let errors = self.into_graphql(request_id).errors;
        let body = Body {
            errors: &errors,
            data: None,
            extensions: &BTreeMap::new(),
        };
        // Strings and nothing else: they can always be written.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = respond(media, status, body);
        if let Some(allow) = allow {
            let allow = HeaderValue::from_static(allow);
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}

/// The body of a GraphQL response: no `data` when the operation did not run.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> Body<'a> {
    fn of(answer: &'a Answer) -> Self {
        let response = &answer.response;
        Self {
            errors: &response.errors,
            data: answer.refusal.is_none().then_some(&response.data),
            extensions: &response.extensions,
        }
    }
}

/// The answer to one operation.
pub fn single(media: Media, answer: &Answer) -> Result<Response, Problem> {
    Ok(respond(media, status(media, answer), body(answer)?))
}

/// Its bytes.
pub fn body(answer: &Answer) -> Result<Vec<u8>, Problem> {
    bytes(&Body::of(answer))
}

/// The answers to a batch, in its order.
pub fn batch(media: Media, answers: &[Answer]) -> Result<Response, Problem> {
    let bodies: Vec<Body<'_>> = answers.iter().map(Body::of).collect();
    Ok(respond(media, StatusCode::OK, bytes(&bodies)?))
}

fn bytes(body: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(body).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Problem::internal()
    })
}

fn respond(media: Media, status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}

fn status(media: Media, answer: &Answer) -> StatusCode {
    let has_nothing = match &answer.response.data {
        Value::Object(fields) => fields.values().all(|field| *field == Value::Null),
        data => *data == Value::Null,
    };
    let is_unavailable = |error: &ServerError| {
        let extensions = error.extensions.as_ref();
        extensions.and_then(|extensions| extensions.get("code")) == Some(&"UNAVAILABLE".into())
    };
    match (answer.refusal, media) {
        (Some(Refusal::NotAQuery), _) => StatusCode::METHOD_NOT_ALLOWED,
        (None, _) if has_nothing && answer.response.errors.iter().any(is_unavailable) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        (Some(Refusal::Invalid), Media::GraphQl) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Media::negotiate(&headers)
    }

    #[test]
    fn the_media_type_is_what_the_client_accepts_best() {
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(negotiated("*/*"), Some(Media::Json));
        assert_eq!(negotiated("application/json"), Some(Media::Json));
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(negotiated(both), Some(Media::GraphQl));
        let equal = "application/json, application/graphql-response+json";
        assert_eq!(negotiated(equal), Some(Media::GraphQl));
        let json = "application/graphql-response+json;q=0.5, application/json;q=0.8";
        assert_eq!(negotiated(json), Some(Media::Json));
        assert_eq!(negotiated("text/html"), None);
        assert_eq!(negotiated(""), Some(Media::Json));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(negotiated(browser), Some(Media::Json));
        let not_json = "application/json;q=0, */*";
        assert_eq!(negotiated(not_json), Some(Media::GraphQl));
        assert_eq!(
            negotiated("*/*, application/json;q=0.1"),
            Some(Media::GraphQl)
        );
        assert_eq!(negotiated("APPLICATION/JSON; Q=1"), Some(Media::Json));
        assert_eq!(negotiated("application/json;q=much"), None);
        assert_eq!(negotiated("application/json;q=NaN"), None);
        assert_eq!(negotiated("*/*;q=0"), None);
        assert_eq!(negotiated("application/json;q=0"), None);
    }
}
