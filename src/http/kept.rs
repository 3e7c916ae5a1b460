//! One answer that everybody may have: its bytes, as they are and compressed, with what browsers
//! and CDNs need to keep them.

use std::{io::Write, sync::OnceLock, time::Instant};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::answer::Media;
use crate::schema::Public;

/// Shorter answers do not gain from it.
pub const LEAST_COMPRESSED: u64 = 1024;

/// What decides about the bytes, and who sent credentials, so that a CDN that keeps more than it
/// should mixes nobody's answers.
const VARY: HeaderValue =
    HeaderValue::from_static("accept, accept-encoding, authorization, cookie");

pub struct Kept {
    media: Media,
    pub public: Public,
    /// When it is not to be served any more, whatever the generations.
    pub until: Instant,
    /// `Cache-Control` of an answer that all may have a copy of, and of one that only its
    /// recipient may.
    for_all: HeaderValue,
    for_one: HeaderValue,
    plain: Form,
    /// Made for the first who asks for it. None where it would not be shorter.
    gzip: OnceLock<Option<Form>>,
}

/// One encoding of an answer.
struct Form {
    bytes: Bytes,
    etag: OnceLock<HeaderValue>,
}

impl Kept {
    pub fn new(media: Media, body: Vec<u8>, public: Public, until: Instant) -> Self {
        let control = |who| {
            let text = format!("{who}, max-age={}", public.max_age);
            // ASCII without control characters: it can always be written.
            HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("no-store"))
        };
        Self {
            media,
            for_all: control("public"),
            for_one: control("private"),
            public,
            until,
            plain: Form::new(body),
            gzip: OnceLock::new(),
        }
    }

    /// Bytes that it takes, the compressed ones included even if they are not made yet.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + 2 * self.plain.bytes.len() + self.public.generations.weight()
    }

    /// The answer to a request with this head.
    pub fn respond(&self, head: &Parts) -> Response {
        let gzip = match accepts_gzip(&head.headers) {
            true => self.gzip(),
            false => None,
        };
        let form = gzip.unwrap_or(&self.plain);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::VARY, VARY);
        if head.method != Method::GET {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        } else {
            let etag = form.etag(self.media);
            let is_known = is_known(&head.headers, etag.as_bytes());
            headers.insert(header::ETAG, etag);
            headers.insert(header::CACHE_CONTROL, self.cache_control(&head.headers));
            if is_known {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return response;
            }
        }
        headers.insert(header::CONTENT_TYPE, self.media.content_type());
        if gzip.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *response.body_mut() = form.bytes.clone().into();
        response
    }

    /// The answer is everybody's; but what was sent with credentials is no CDN's to keep.
    fn cache_control(&self, headers: &HeaderMap) -> HeaderValue {
        let has_credentials =
            headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE);
        match has_credentials {
            true => self.for_one.clone(),
            false => self.for_all.clone(),
        }
    }

    fn gzip(&self) -> Option<&Form> {
        let plain = &self.plain.bytes;
        if (plain.len() as u64) < LEAST_COMPRESSED {
            return None;
        }
        let compressed = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(plain).ok()?;
            let bytes = encoder.finish().ok()?;
            (bytes.len() < plain.len()).then(|| Form::new(bytes))
        };
        self.gzip.get_or_init(compressed).as_ref()
    }
}

impl Form {
    fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            etag: OnceLock::new(),
        }
    }

    /// A strong one: whoever has the same has the same bytes in the same media type, from
    /// whatever instance.
    fn etag(&self, media: Media) -> HeaderValue {
        let print = || {
            let digest = Sha256::new()
                .chain_update(media.name())
                .chain_update(&self.bytes)
                .finalize();
            let hex: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
            let etag = format!("\"{hex}\"");
            HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""))
        };
        self.etag.get_or_init(print).clone()
    }
}

/// Whether the client says that it has the answer with this tag (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &[u8]) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    tags.any(|tag| {
        let tag = tag.trim_ascii();
        tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    accepts(headers, &["gzip", "x-gzip"]) == Some(true)
}

/// Whether the client does not take bytes as they are.
pub fn must_be_encoded(headers: &HeaderMap) -> bool {
    accepts(headers, &["identity"]) == Some(false)
}

/// Whether the client takes a coding by one of these names, if it says so: what is said of it by
/// name goes before what is said of `*`.
fn accepts(headers: &HeaderMap, names: &[&str]) -> Option<bool> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let codings = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let mut any = None;
    for coding in codings {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let is_wanted = quality.is_none_or(|q| q.parse::<f32>().is_ok_and(|quality| quality > 0.0));
        if names.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Some(is_wanted);
        }
        if name == "*" {
            any = Some(is_wanted || any == Some(true));
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::cache::Snapshot;

    fn kept(media: Media, length: usize) -> Kept {
        let public = Public {
            max_age: 10,
            generations: Snapshot::default(),
        };
        Kept::new(media, vec![b'a'; length], public, Instant::now())
    }

    fn respond(kept: &Kept, method: Method, sent: &[(&str, &str)]) -> Response {
        let request = sent.iter().fold(
            Request::builder().method(method),
            |request, (name, value)| request.header(*name, *value),
        );
        kept.respond(&request.body(()).unwrap().into_parts().0)
    }

    fn etag(kept: &Kept, sent: &[(&str, &str)]) -> String {
        let response = respond(kept, Method::GET, sent);
        response.headers()[header::ETAG]
            .to_str()
            .unwrap()
            .to_owned()
    }

    const GZIP: &[(&str, &str)] = &[("accept-encoding", "br, gzip;q=0.8")];

    #[test]
    fn every_form_has_an_etag_of_its_own() {
        let json = kept(Media::Json, 5000);
        let plain = etag(&json, &[]);
        let others = [
            etag(&json, GZIP),
            etag(&kept(Media::GraphQl, 5000), &[]),
            etag(&kept(Media::GraphQl, 5000), GZIP),
            etag(&kept(Media::Json, 5001), &[]),
        ];
        for (at, other) in others.iter().enumerate() {
            assert_ne!(*other, plain);
            assert!(!others[..at].contains(other), "{at}");
        }
        assert_eq!(etag(&kept(Media::Json, 5000), &[]), plain);
        assert_eq!(etag(&kept(Media::Json, 5000), GZIP), others[0]);
    }

    #[test]
    fn who_has_the_bytes_is_not_sent_them_again() {
        let kept = kept(Media::Json, 5000);
        let (plain, gzip) = (etag(&kept, &[]), etag(&kept, GZIP));
        let status = |sent: &[(&str, &str)]| respond(&kept, Method::GET, sent).status().as_u16();
        let has = |tag: &str| status(&[("if-none-match", tag)]);
        assert_eq!(has(&plain), 304);
        assert_eq!(has(&format!("\"a\", W/{plain}")), 304);
        assert_eq!(has("*"), 304);
        assert_eq!(has("\"a\""), 200);
        assert_eq!(has(plain.trim_matches('"')), 200);
        // It has the bytes of the other form.
        assert_eq!(has(&gzip), 200);
        let compressed = [GZIP[0], ("if-none-match", gzip.as_str())];
        assert_eq!(status(&compressed), 304);
        let response = respond(&kept, Method::GET, &[("if-none-match", &plain)]);
        let headers = response.headers();
        assert_eq!(headers[header::ETAG], plain.as_str());
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=10");
        assert_eq!(headers[header::VARY], VARY);
        assert_eq!(headers.get(header::CONTENT_TYPE), None);
        let post = respond(&kept, Method::POST, &[("if-none-match", &plain)]);
        assert_eq!(post.status(), 200);
    }

    #[test]
    fn only_what_is_asked_with_get_and_without_credentials_may_be_kept_by_a_cdn() {
        let kept = kept(Media::Json, 10);
        let control = |method: Method, sent: &[(&str, &str)]| {
            let response = respond(&kept, method, sent);
            response.headers()[header::CACHE_CONTROL].clone()
        };
        assert_eq!(control(Method::GET, &[]), "public, max-age=10");
        let token = [("authorization", "Bearer none")];
        assert_eq!(control(Method::GET, &token), "private, max-age=10");
        let cookie = [("cookie", "a=b")];
        assert_eq!(control(Method::GET, &cookie), "private, max-age=10");
        assert_eq!(control(Method::POST, &[]), "no-store");
    }

    #[tokio::test]
    async fn compressed_bytes_are_those_bytes_and_go_to_who_takes_them() {
        let kept = kept(Media::Json, 5000);
        for (accept, is_gzip) in [
            ("gzip", true),
            ("GZIP;q=0.1", true),
            ("identity;q=1, *;q=0.5", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("gzip;q=0", false),
            ("*, gzip;q=0", false),
            ("*;q=0", false),
            ("br", false),
            ("gzip;q=much", false),
            ("", false),
        ] {
            let response = respond(&kept, Method::GET, &[("accept-encoding", accept)]);
            let encoding = response.headers().get(header::CONTENT_ENCODING).cloned();
            assert_eq!(encoding.is_some(), is_gzip, "{accept}");
            let bytes = axum::body::to_bytes(response.into_body(), 10_000).await;
            let bytes = bytes.unwrap();
            if is_gzip {
                let mut read = flate2::read::GzDecoder::new(&*bytes);
                let mut text = Vec::new();
                std::io::Read::read_to_end(&mut read, &mut text).unwrap();
                assert_eq!(text, vec![b'a'; 5000]);
            } else {
                assert_eq!(bytes, vec![b'a'; 5000]);
            }
        }
    }

    #[test]
    fn what_is_short_is_not_compressed() {
        let response = respond(&kept(Media::Json, 1023), Method::GET, GZIP);
        assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
    }
}
