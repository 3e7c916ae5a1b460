//! The playground as files over HTTP; what they do in a browser is `browser`'s.

use reqwest::{Response, StatusCode};

use crate::app::{Engine, TestApp};

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = app.client.get(app.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

/// The page, which `make playground` must have built.
async fn page(app: &TestApp) -> String {
    let text = get(app, "/playground", &[]).await.text().await.unwrap();
    assert!(
        text.contains("/playground/assets/"),
        "run `make playground` before the tests: {text}"
    );
    text
}

/// A file that the page names and whose name ends with `end`.
fn named<'a>(page: &'a str, end: &str) -> &'a str {
    let mut names = page
        .split('"')
        .filter(|word| word.starts_with("/playground/assets/"));
    names.find(|name| name.ends_with(end)).unwrap()
}

#[tokio::test]
async fn the_page_is_asked_for_anew_and_sent_when_it_changed() {
    let app = TestApp::start(Engine::Sqlite).await;
    page(&app).await;
    let response = get(&app, "/playground", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(header(&response, "cache-control"), "no-cache");
    let tag = header(&response, "etag").to_owned();
    let again = get(&app, "/playground", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, "etag"), tag);
    assert_eq!(again.bytes().await.unwrap().len(), 0);
    let other = get(&app, "/playground", &[("if-none-match", "W/\"0\"")]).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn scripts_run_from_files_of_this_server_only() {
    let app = TestApp::start(Engine::Sqlite).await;
    let page = page(&app).await;
    assert_eq!(
        page.matches("<script").count(),
        page.matches(" src=\"/playground/").count()
    );
    for path in ["/playground", named(&page, ".js")] {
        let response = get(&app, path, &[]).await;
        let policy = header(&response, "content-security-policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
        ] {
            assert!(
                directives.contains(&directive),
                "{path}: no {directive} in {policy}"
            );
        }
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn a_file_is_sent_compressed_and_kept_for_ever() {
    let app = TestApp::start(Engine::Sqlite).await;
    let page = page(&app).await;
    for (end, media) in [
        (".js", "text/javascript"),
        (".css", "text/css"),
        (".svg", "image/svg+xml"),
    ] {
        let name = named(&page, end);
        let packed = get(&app, name, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(packed.status(), StatusCode::OK);
        assert!(header(&packed, "content-type").starts_with(media), "{name}");
        assert_eq!(
            header(&packed, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(header(&packed, "content-encoding"), "gzip");
        assert_eq!(header(&packed, "vary"), "accept-encoding");
        let packed = packed.bytes().await.unwrap();
        for accepted in ["identity", "gzip;q=0", "br"] {
            let plain = get(&app, name, &[("accept-encoding", accepted)]).await;
            assert_eq!(header(&plain, "content-encoding"), "", "{accepted}");
            assert!(
                plain.bytes().await.unwrap().len() > packed.len(),
                "{name}: {accepted}"
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_file_is_not_found() {
    let app = TestApp::start(Engine::Sqlite).await;
    for name in ["none.js", "..%2Findex.html", "%00"] {
        let response = get(&app, &format!("/playground/assets/{name}"), &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        assert_eq!(header(&response, "cache-control"), "no-store");
    }
}
