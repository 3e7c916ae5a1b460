//! Requests: reads what a client sent into operations, and refuses what is not one.

use std::collections::HashMap;

use async_graphql::Variables;
use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{
    answer::Problem,
    body,
    persisted::{self, Hash},
};
use crate::config::Config;

/// The parameters of one operation.
#[derive(Debug, Default)]
pub struct Params {
    pub query: Option<String>,
    /// The id of a persisted operation, in the place of `query`.
    pub id: Option<String>,
    pub operation_name: Option<String>,
    pub variables: Variables,
    /// The hash of a persisted query.
    pub persisted: Option<Hash>,
}

/// What a request sent, within its limits and not read yet.
#[derive(Debug)]
pub enum Sent {
    /// The query of its URL.
    Url(String),
    Body(Bytes),
}

impl Sent {
    pub fn read(&self, config: &Config) -> Result<Asked, Problem> {
        match self {
            Self::Url(query) => from_url(query).map(Asked::One),
            Self::Body(body) => from_json(body, config.batch_limit),
        }
    }
}

/// What a request asks.
#[derive(Debug)]
pub enum Asked {
    One(Params),
    Batch(Vec<Params>),
}

impl Params {
    fn read(value: Value) -> Result<Self, Problem> {
        let Value::Object(mut map) = value else {
            let message = "A GraphQL request is a JSON object with `query`.";
            return Err(Problem::bad_request(message));
        };
        let query = text(&mut map, "query")?;
        let id = match query {
            Some(_) => None,
            None => document_id(&mut map)?,
        };
        let params = Self {
            query,
            id,
            operation_name: text(&mut map, "operationName")?,
            variables: Variables::from_json(object(&mut map, "variables")?.into()),
            persisted: persisted_hash(object(&mut map, "extensions")?)?,
        };
        if params.query.is_none() && params.id.is_none() && params.persisted.is_none() {
            return Err(Problem::bad_request(
                "`query` is missing: send the GraphQL document as a string, or its `documentId`.",
            ));
        }
        Ok(params)
    }
}

/// The name of GraphQL over HTTP for it, and the two that examples of Relay have.
fn document_id(map: &mut Map<String, Value>) -> Result<Option<String>, Problem> {
    for name in ["documentId", "doc_id", "id"] {
        if let Some(id) = text(map, name)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn text(map: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a string."))),
    }
}

fn object(map: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Problem> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Problem::bad_request(format!(
            "`{name}` must be a JSON object."
        ))),
    }
}

pub fn persisted_hash(mut extensions: Map<String, Value>) -> Result<Option<Hash>, Problem> {
    let Some(persisted) = extensions.remove("persistedQuery") else {
        return Ok(None);
    };
    if persisted
        .get("version")
        .is_some_and(|version| *version != 1)
    {
        let message = "`version` of a persisted query must be 1.";
        return Err(Problem::bad_request(message));
    }
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    match hash.and_then(persisted::read_hash) {
        Some(hash) => Ok(Some(hash)),
        None => Err(Problem::bad_request(
            "`sha256Hash` of a persisted query must be 64 hexadecimal digits.",
        )),
    }
}

/// Receives a request by its method. What is not there at `until` is not waited for.
pub async fn receive(
    head: &Parts,
    body: Incoming,
    config: &Config,
    until: Instant,
) -> Result<Sent, Problem> {
    match head.method {
        Method::GET => Ok(Sent::Url(head.uri.query().unwrap_or_default().to_owned())),
        Method::POST => {
            let body = body::receive(&head.headers, body, config, until).await?;
            check_content_type(&head.headers)?;
            check_encoding(&head.headers)?;
            Ok(Sent::Body(body))
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
    let wrong = |message: String| Err(Problem::unsupported(message));
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return wrong("`Content-Type` is missing; it must be application/json.".into());
    };
    if value == "application/json" {
        return Ok(());
    }
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

// What is small when it arrives could be large when it is unpacked.
fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Problem::unsupported(
            "`Content-Encoding` is not supported: send the body as it is.",
        )),
        _ => Ok(()),
    }
}

fn from_json(body: &[u8], batch_limit: usize) -> Result<Asked, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Problem::bad_request(format!("The body is not UTF-8: {error}.")))?;
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Problem::bad_request(format!("The body is not JSON: {error}.")))?;
    let Value::Array(batch) = value else {
        return Params::read(value).map(Asked::One);
    };
    if batch.is_empty() || batch.len() > batch_limit {
        return Err(Problem::bad_request(format!(
            "The batch has {} operations; it must have from 1 to {batch_limit}.",
            batch.len()
        )));
    }
    let batch: Result<_, _> = batch.into_iter().map(Params::read).collect();
    batch.map(Asked::Batch)
}

fn from_url(query: &str) -> Result<Params, Problem> {
    let params: HashMap<String, String> = serde_urlencoded::from_str(query)
        .map_err(|error| Problem::bad_request(format!("The URL cannot be read: {error}.")))?;
    let mut map = Map::new();
    // Clients in Dart write a name that is not there as `null`.
    let is_there =
        |name: &str, text: &str| !text.is_empty() && (name, text) != ("operationName", "null");
    for (name, text) in params
        .into_iter()
        .filter(|(name, text)| is_there(name, text))
    {
        let value = match name.as_str() {
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|error| Problem::bad_request(format!("`{name}` is not JSON: {error}.")))?,
            _ => Value::String(text),
        };
        map.insert(name, value);
    }
    Params::read(Value::Object(map))
}
