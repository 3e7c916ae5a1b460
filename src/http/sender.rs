//! Who sends a request, and from where: by `Authorization`, by the cookie of a session, by the
//! address of the connection or what a proxy tells of it.

use std::net::IpAddr;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::answer::Problem;
use crate::{
    app::App,
    auth::{Address, CookieChange, Viewer},
    config::Config,
};

/// The browser keeps it for this host alone, over HTTPS, out of reach of scripts (RFC 6265bis,
/// 4.1.3.2).
const COOKIE: &str = "__Host-thali";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// A client that is no browser says with it that it means the cookie which it sends.
const CSRF: HeaderName = HeaderName::from_static("x-thali-csrf");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who sends these headers, as far as `Authorization` says.
pub async fn authorized(headers: &HeaderMap, app: &App) -> Viewer {
    let authorization = headers.get(header::AUTHORIZATION);
    Viewer::of(authorization.map(HeaderValue::as_bytes), app).await
}

/// The cookie of a session, which counts for who sends no `Authorization`.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Refuses a cookie that a page of somebody else may have made the browser send. Browsers say
/// where a request comes from, and no page can change that; who sends neither is no browser, and
/// has to say that it means it.
pub fn check_cookie(headers: &HeaderMap, config: &Config) -> Result<(), Problem> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(&header::ORIGIN);
    let is_allowed = match (text(&FETCH_SITE), origin) {
        (Some("same-origin"), _) => true,
        (_, Some(origin)) if is_listed(origin, config) => true,
        (None, Some(origin)) => is_own(origin, headers),
        (Some(_), _) => false,
        (None, None) => headers.contains_key(CSRF),
    };
    if is_allowed {
        return Ok(());
    }
    let message = "The cookie counts only for requests of our own pages and of those in \
                   THALI_CORS_ORIGINS; who is no browser sends `X-Thali-CSRF: 1` with it.";
    Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message))
}

/// Whether a page has this server's own origin.
pub fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    host.is_some() && origin.split_once("://").map(|(_, host)| host) == host
}

/// Whether the settings name the origin.
pub fn is_listed(origin: &str, config: &Config) -> bool {
    config.cors_origins.0.iter().any(|listed| listed == origin)
}

/// The address that a request comes from.
pub fn address(headers: &HeaderMap, Peer(peer): Peer, config: &Config) -> Address {
    let Some(name) = &config.address_header else {
        return Address(Some(peer));
    };
    // The proxy next to us wrote the last one; those before it anybody can have sent.
    let told = headers.get_all(name).iter().next_back();
    let told = told.and_then(|told| told.to_str().ok()?.rsplit(',').next());
    Address(told.and_then(|told| told.trim().parse().ok()))
}

/// Tells the client what becomes of its cookie.
pub fn tell(response: &mut Response, change: Option<&CookieChange>) {
    let line = match change {
        None => return,
        Some(CookieChange::Set { value, life }) => {
            format!(
                "{COOKIE}={value}; Max-Age={}; {ATTRIBUTES}",
                life.num_seconds()
            )
        }
        Some(CookieChange::Clear) => format!("{COOKIE}=; Max-Age=0; {ATTRIBUTES}"),
    };
    if let Ok(mut line) = HeaderValue::from_str(&line) {
        line.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        for (sent, value) in [
            ("__Host-thali=abc", Some("abc")),
            ("a=b; __Host-thali=abc; c=d", Some("abc")),
            ("thali=abc", None),
            ("x__Host-thali=abc", None),
        ] {
            assert_eq!(cookie(&headers(&[("cookie", sent)])), value, "{sent}");
        }
    }

    #[test]
    fn a_cookie_counts_only_from_our_own_pages() {
        let mut config = Config::defaults();
        config.cors_origins.0 = vec!["https://app.example".to_owned()];
        let is_allowed = |pairs: &[(&'static str, &str)]| {
            let mut all = vec![("host", "api.example")];
            all.extend(pairs);
            check_cookie(&headers(&all), &config).is_ok()
        };
        for allowed in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("origin", "https://api.example")],
            &[("origin", "https://app.example")],
            &[
                ("origin", "https://app.example"),
                ("sec-fetch-site", "same-site"),
            ],
            &[("x-thali-csrf", "1")],
        ] {
            assert!(is_allowed(allowed), "{allowed:?}");
        }
        for refused in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://evil.example"), ("x-thali-csrf", "1")],
            &[("sec-fetch-site", "cross-site"), ("x-thali-csrf", "1")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://api.example"),
            ],
            &[("origin", "https://app.example.evil.example")],
        ] {
            assert!(!is_allowed(refused), "{refused:?}");
        }
    }

    #[test]
    fn only_what_the_next_proxy_wrote_is_believed() {
        let mut config = Config::defaults();
        let peer = Peer([192, 0, 2, 1].into());
        let sent = headers(&[
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-for", "203.0.113.8, 198.51.100.7"),
        ]);
        let told = |config: &Config| {
            let Address(address) = address(&sent, peer, config);
            address.unwrap().to_string()
        };
        assert_eq!(told(&config), "192.0.2.1");
        config.address_header = Some(HeaderName::from_static("x-forwarded-for"));
        assert_eq!(told(&config), "198.51.100.7");
    }
}
