//! Which sites may call from a browser (Fetch Standard, 3.3): those that are named, and in
//! development any, unless some are.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::config::Config;

const METHODS: HeaderValue = HeaderValue::from_static("GET,POST");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type,accept,authorization,x-request-id,thali-consistency,x-thali-trace",
);
const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id,thali-consistency,retry-after");
/// For how long a browser need not ask again, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");
const ORIGIN: HeaderValue = HeaderValue::from_static("origin");
const YES: HeaderValue = HeaderValue::from_static("true");
const ANY: HeaderValue = HeaderValue::from_static("*");

pub struct Cors {
    /// None where any site may call.
    origins: Option<Vec<HeaderValue>>,
}

/// What a browser is told of one request.
pub struct Allowed {
    origin: Option<HeaderValue>,
    /// Whether another site is told something else.
    varies: bool,
}

impl Cors {
    pub fn new(config: &Config) -> Self {
        let origins = &config.cors_origins.0;
        let named = || origins.iter().filter_map(|origin| origin.parse().ok());
        Self {
            origins: (!origins.is_empty() || !config.is_development()).then(|| named().collect()),
        }
    }

    pub fn allowed(&self, headers: &HeaderMap) -> Allowed {
        let origin = match &self.origins {
            None => Some(ANY),
            Some(named) => {
                let sent = headers.get(header::ORIGIN);
                sent.filter(|origin| named.contains(origin)).cloned()
            }
        };
        Allowed {
            origin,
            varies: self.origins.is_some(),
        }
    }
}

impl Allowed {
    /// Answers a browser that asks what it may send.
    pub fn preflight(self) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        self.tell_origin(headers);
        response
    }

    /// Adds to an answer which sites may read it.
    pub fn tell(self, headers: &mut HeaderMap) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        self.tell_origin(headers);
    }

    fn tell_origin(self, headers: &mut HeaderMap) {
        if self.varies {
            headers.append(header::VARY, ORIGIN);
        }
        let Some(origin) = self.origin else {
            return;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.varies {
            // It was named: the cookies of its pages come along.
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, YES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{consistency::CONSISTENCY, graphql::TRACE, request_id::REQUEST_ID};

    #[test]
    fn browsers_may_send_and_read_the_headers_of_our_own() {
        let names = |list: HeaderValue| -> Vec<String> {
            let list = list.to_str().unwrap();
            list.split(',').map(str::to_owned).collect()
        };
        for own in [REQUEST_ID, CONSISTENCY, TRACE] {
            assert!(names(HEADERS).contains(&own.to_string()), "{own}");
        }
        for own in [REQUEST_ID, CONSISTENCY, header::RETRY_AFTER] {
            assert!(names(EXPOSED).contains(&own.to_string()), "{own}");
        }
    }
}
