//! The playground: the page that `make playground` leaves in `playground/dist`, embedded.
//!
//! Every file is kept as it is sent, compressed. Without a page the server is built all the
//! same, and says at its address how to get one.

use std::{io::Read, sync::LazyLock};

use axum::{
    Extension,
    extract::{Path, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::{RequestId, not_found};

static DIST: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/playground/dist");

/// What the page may do: nothing but what this server gives it. The editor makes style sheets
/// and style attributes while it runs, which no hash or nonce can name; scripts it does not.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NOT_BUILT: &str = include_str!("playground/not-built.html");

pub async fn page(headers: HeaderMap) -> Response {
    static PAGE: LazyLock<Option<Page>> = LazyLock::new(|| file("index.html").map(Page::new));
    protected(answer(PAGE.as_ref(), &headers))
}

struct Page {
    gzip: &'static [u8],
    etag: String,
}

impl Page {
    fn new(gzip: &'static [u8]) -> Self {
        Self {
            gzip,
            etag: format!("W/\"{:x}\"", Sha256::digest(gzip)),
        }
    }
}

/// The page itself is asked for anew each time: it names the files of its version.
fn answer(page: Option<&'static Page>, headers: &HeaderMap) -> Response {
    let Some(page) = page else {
        return ([(header::CACHE_CONTROL, "no-store")], Html(NOT_BUILT)).into_response();
    };
    let tag = page.etag.as_str();
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let caching = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, tag)];
    match is_known {
        true => (StatusCode::NOT_MODIFIED, caching).into_response(),
        false => (caching, media("index.html"), encoded(page.gzip, headers)).into_response(),
    }
}

/// A file that the page names. Its name has the hash of its contents, so it never changes.
pub async fn asset(
    Path(name): Path<String>,
    id: Extension<RequestId>,
    request: Request,
) -> Response {
    let Some(bytes) = file(&format!("assets/{name}")) else {
        return not_found(id, request).await;
    };
    let caching = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    let contents = encoded(bytes, request.headers());
    protected((caching, media(&name), contents).into_response())
}

fn file(name: &str) -> Option<&'static [u8]> {
    let file = DIST.get_file(format!("page/{name}.gz"))?;
    Some(file.contents())
}

fn media(name: &str) -> [(HeaderName, &'static str); 1] {
    let media = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        _ => "application/octet-stream",
    };
    [(header::CONTENT_TYPE, media)]
}

/// The bytes as they are kept, or unpacked for a client that cannot do it.
fn encoded(gzip: &'static [u8], headers: &HeaderMap) -> Response {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let mut codings = accepted.unwrap_or_default().split(',').map(str::trim);
    let vary = [(header::VARY, "accept-encoding")];
    if codings
        .any(|coding| coding == "gzip" || coding.starts_with("gzip;") && !coding.ends_with("q=0"))
    {
        return (vary, [(header::CONTENT_ENCODING, "gzip")], gzip).into_response();
    }
    let mut bytes = Vec::new();
    match GzDecoder::new(gzip).read_to_end(&mut bytes) {
        Ok(_) => (vary, bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "a file of the playground is broken");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn protected(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_page_it_says_what_to_install() {
        let response = answer(None, &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let text = String::from_utf8(body.unwrap().into()).unwrap();
        for needed in ["Node.js 20", "npm", "make playground"] {
            assert!(text.contains(needed), "{text}");
        }
    }
}
