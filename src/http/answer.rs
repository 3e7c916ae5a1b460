//! Answers: GraphQL responses as bytes, in the media type and with the status that the client
//! can expect (GraphQL over HTTP, draft of July 2025).

use async_graphql::{ServerError, Value};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::schema::{Answer, Refusal};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether the operation ran.
    GraphQl,
    /// `application/json`: any well-formed request is answered with 200.
    Json,
}

impl Media {
    /// What the client accepts best; nothing when it accepts neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        let mut is_empty = true;
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().ok()?.split(',') {
                is_empty = false;
                let mut parts = range.split(';').map(str::trim);
                let media = match parts
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase()
                    .as_str()
                {
                    "application/graphql-response+json" => Self::GraphQl,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    _ => continue,
                };
                let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
                let quality = quality.unwrap_or(1.0);
                let is_better = best.is_none_or(|(known, kept)| {
                    quality > known || (quality == known && kept == Self::Json)
                });
                if quality > 0.0 && is_better {
                    best = Some((quality, media));
                }
            }
        }
        if is_empty {
            Some(Self::Json)
        } else {
            best.map(|(_, media)| media)
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
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
    pub fn into_graphql(self) -> async_graphql::Response {
        let mut error = ServerError::new(self.message, None);
        error
            .extensions
            .get_or_insert_default()
            .set("code", self.code);
        async_graphql::Response::from_errors(vec![error])
    }

    pub fn internal() -> Self {
        let message = "Something went wrong on our side. Quote the request id when you report it.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "errors": [{ "message": self.message, "extensions": { "code": self.code } }],
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, Media::Json.content_type());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
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
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
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
pub fn single(media: Media, answer: &Answer) -> Response {
    respond(
        media,
        status(media, answer),
        serde_json::to_vec(&Body::of(answer)),
    )
}

/// The answers to a batch, in its order.
pub fn batch(media: Media, answers: &[Answer]) -> Response {
    let bodies: Vec<Body<'_>> = answers.iter().map(Body::of).collect();
    respond(media, StatusCode::OK, serde_json::to_vec(&bodies))
}

fn respond(media: Media, status: StatusCode, body: serde_json::Result<Vec<u8>>) -> Response {
    let Ok(body) = body else {
        return Problem::internal().into_response();
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, accept-encoding, origin"),
    );
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
    let has_nothing = answer.response.data == Value::Null;
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
        assert_eq!(negotiated("application/json;q=0"), None);
    }
}
