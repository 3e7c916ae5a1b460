//! `Thali-Consistency`: what a client wrote, as a token. Sent back with what it asks next, it
//! keeps a replica from answering that has not replayed it yet.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use serde_json::Value;

use super::answer::Problem;
use crate::db::Position;

pub const CONSISTENCY: HeaderName = HeaderName::from_static("thali-consistency");

/// What a request needs by its headers.
pub fn needed(headers: &HeaderMap) -> Result<Position, Problem> {
    let mut needed = Position::default();
    for sent in headers.get_all(CONSISTENCY) {
        needed = needed.max(read("Thali-Consistency", sent.to_str().ok())?);
    }
    Ok(needed)
}

/// The same of an operation on a WebSocket, where only the handshake has headers.
pub fn needed_by_extensions(extensions: &Value) -> Result<Position, Problem> {
    match &extensions["consistency"] {
        Value::Null => Ok(Position::default()),
        sent => read("extensions.consistency", sent.as_str()),
    }
}

/// Tells the client what to send back.
pub fn tell(response: &mut Response, wrote: Option<Position>) {
    let token = wrote.and_then(|position| HeaderValue::from_str(&position.token()).ok());
    if let Some(token) = token {
        response.headers_mut().insert(CONSISTENCY, token);
    }
}

fn read(name: &str, sent: Option<&str>) -> Result<Position, Problem> {
    sent.and_then(Position::read).ok_or_else(|| {
        let sent: String = sent.unwrap_or_default().chars().take(80).collect();
        Problem::bad_request(format!(
            "`{name}` is \"{sent}\"; it must be a token as the answer to a mutation has it, or \
             be left out."
        ))
    })
}
