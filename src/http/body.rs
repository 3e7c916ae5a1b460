//! The body of a request: received whole, within its limits of bytes and of time.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use axum::{
    body::{Bytes, HttpBody},
    http::{HeaderMap, StatusCode, header},
};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::answer::Problem;
use crate::config::Config;

/// Bytes of a body that are read only to be thrown away.
const MOST_SWALLOWED: usize = 16 << 20;

/// Receives a body, which is not waited for beyond `until`.
pub async fn receive(
    headers: &HeaderMap,
    body: Incoming,
    config: &Config,
    until: Instant,
) -> Result<Bytes, Problem> {
    let mut reading = pin!(read(headers, body, config.body_limit.0));
    // What came with the head is handed over at the second turn. So a timer, for which all
    // threads queue, is only set for what is still under way then.
    let mut is_first = true;
    let at_once = poll_fn(|turn| match reading.as_mut().poll(turn) {
        Poll::Ready(body) => Poll::Ready(Some(body)),
        Poll::Pending if is_first => {
            is_first = false;
            turn.waker().wake_by_ref();
            Poll::Pending
        }
        Poll::Pending => Poll::Ready(None),
    });
    match at_once.await {
        Some(body) => body,
        None => {
            let body = timeout_at(until, reading).await;
            body.unwrap_or_else(|_| Err(Problem::too_slow(config.request_timeout)))
        }
    }
}

async fn read(headers: &HeaderMap, mut body: Incoming, limit: usize) -> Result<Bytes, Problem> {
    let most = limit.max(MOST_SWALLOWED);
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let length = length.unwrap_or(0);
    let mut bytes = Vec::new();
    let mut read = 0;
    // What is too much is read all the same and thrown away, up to a bound: a client that is
    // still sending would see its connection break instead of the answer.
    while length <= most && read <= most {
        let Some(frame) = poll_fn(|turn| Pin::new(&mut body).poll_frame(turn)).await else {
            break;
        };
        let frame =
            frame.map_err(|_| Problem::bad_request("The body ended before it was complete."))?;
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        // Mostly it comes in one piece, and need not be put together.
        if read == 0 && chunk.len() <= limit && body.is_end_stream() {
            return Ok(chunk);
        }
        read += chunk.len();
        if read <= limit {
            bytes.reserve(length.min(limit).saturating_sub(bytes.len()));
            bytes.extend_from_slice(&chunk);
        }
    }
    if length.max(read) > limit {
        let message = format!("The body is larger than {limit} bytes, which is the most allowed.");
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(Problem::new(status, "BAD_USER_INPUT", message));
    }
    Ok(bytes.into())
}
