//! Requests: reads what a client sent into operations, and refuses what is not one.

use std::collections::HashMap;

use async_graphql::Variables;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
};
use serde::Deserialize;
use serde_json::Value;

use super::answer::Problem;
use crate::config::Config;

/// The parameters of one operation.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    pub query: Option<String>,
    pub operation_name: Option<String>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

/// What a request asks.
#[derive(Debug)]
pub enum Asked {
    One(Params),
    Batch(Vec<Params>),
}

impl Params {
    /// The variables; `Value` was checked to be a map.
    pub fn variables(&mut self) -> Variables {
        self.variables
            .take()
            .map(Variables::from_json)
            .unwrap_or_default()
    }

    /// The hash of a persisted query.
    pub fn persisted_hash(&self) -> Option<&str> {
        self.extensions
            .as_ref()?
            .get("persistedQuery")?
            .get("sha256Hash")?
            .as_str()
    }

    fn check(self) -> Result<Self, Problem> {
        for (name, value) in [
            ("variables", &self.variables),
            ("extensions", &self.extensions),
        ] {
            if value.as_ref().is_some_and(|value| !value.is_object()) {
                return Err(Problem::bad_request(format!(
                    "`{name}` must be a JSON object."
                )));
            }
        }
        if self.query.is_none() && self.persisted_hash().is_none() {
            return Err(Problem::bad_request(
                "`query` is missing: send the GraphQL document as a string.",
            ));
        }
        Ok(self)
    }
}

/// Reads a request by its method.
pub async fn read(request: Request, config: &Config) -> Result<Asked, Problem> {
    match *request.method() {
        Method::GET => from_url(request.uri().query().unwrap_or_default()).map(Asked::One),
        Method::POST => {
            check_content_type(request.headers())?;
            let body = read_body(request, config.body_limit.0).await?;
            from_json(&body, config.batch_limit)
        }
        _ => {
            let message = "Send queries with GET or POST and mutations with POST.";
            Err(
                Problem::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message)
                    .allowing("GET, POST"),
            )
        }
    }
}

// Only JSON: a browser sends no JSON to another origin without asking first, so no other
// site's form can act in the name of a signed-in user.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let wrong = |message: String| {
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_USER_INPUT",
            message,
        ))
    };
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return wrong("`Content-Type` is missing; it must be application/json.".into());
    };
    let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    if media != "application/json" {
        return wrong(format!(
            "`Content-Type` is \"{media}\"; it must be application/json."
        ));
    }
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(other) => wrong(format!("The charset is \"{other}\"; it must be utf-8.")),
    }
}

async fn read_body(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let message = format!("The body is larger than {limit} bytes, which is the most allowed.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message)
    };
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let body: Body = request.into_body();
    match axum::body::to_bytes(body, limit).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) if is_too_large(&error) => Err(too_large()),
        Err(_) => Err(Problem::bad_request(
            "The body ended before it was complete.",
        )),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.to_string().contains("length limit exceeded"))
}

fn from_json(body: &[u8], batch_limit: usize) -> Result<Asked, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Problem::bad_request(format!("The body is not UTF-8: {error}.")))?;
    let wrong = |error: serde_json::Error| {
        Problem::bad_request(format!(
            "The body is not a GraphQL request in JSON: {error}."
        ))
    };
    if !text.trim_start().starts_with('[') {
        let params: Params = serde_json::from_str(text).map_err(wrong)?;
        return params.check().map(Asked::One);
    }
    let batch: Vec<Params> = serde_json::from_str(text).map_err(wrong)?;
    if batch.is_empty() || batch.len() > batch_limit {
        return Err(Problem::bad_request(format!(
            "The batch has {} operations; it must have from 1 to {batch_limit}.",
            batch.len()
        )));
    }
    batch
        .into_iter()
        .map(Params::check)
        .collect::<Result<_, _>>()
        .map(Asked::Batch)
}

fn from_url(query: &str) -> Result<Params, Problem> {
    let params: HashMap<String, String> = serde_urlencoded::from_str(query)
        .map_err(|error| Problem::bad_request(format!("The URL cannot be read: {error}.")))?;
    let json = |name: &str| match params.get(name).filter(|text| !text.is_empty()) {
        Some(text) => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| Problem::bad_request(format!("`{name}` is not JSON: {error}."))),
        None => Ok(None),
    };
    let text = |name: &str| params.get(name).filter(|text| !text.is_empty()).cloned();
    Params {
        query: text("query"),
        operation_name: text("operationName"),
        variables: json("variables")?,
        extensions: json("extensions")?,
    }
    .check()
}
