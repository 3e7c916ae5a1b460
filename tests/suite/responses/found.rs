//! An answer that is found leaves by a way of its own: nobody can tell it from one that was made.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{public, start};
use crate::{
    app::TestApp,
    ask::{Reply, get, post, until_closed},
};

/// How many operations were answered with what was kept.
async fn found(app: &TestApp) -> f64 {
    let reply = Reply::to(app.client.get(app.url("/metrics"))).await;
    let kept = r#"thali_operations_total{kind="query",outcome="kept"} "#;
    let mut lines = reply.body.lines();
    let count = lines.find_map(|line| line.strip_prefix(kept));
    count.map_or(0.0, |count| count.parse().unwrap())
}

/// What is told twice is told the same, with the second answer from what is kept of the first.
async fn twice(app: &TestApp, request: impl Fn() -> RequestBuilder) -> Reply {
    let made = Reply::to(request()).await;
    let before = found(app).await;
    let again = Reply::to(request()).await;
    assert_eq!(found(app).await, before + 1.0, "{again}");
    assert_eq!((again.status, &again.body), (made.status, &made.body));
    let headers = |reply: &Reply| {
        let mut headers: Vec<(String, String)> = reply
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    };
    assert_eq!(headers(&again), headers(&made));
    again
}

#[tokio::test]
async fn it_has_the_headers_that_any_answer_has() {
    let app = start().await;
    for origin in [None, Some("https://anywhere.example")] {
        for encoding in ["identity", "gzip", "br, *;q=0.1"] {
            let with = |request: RequestBuilder| {
                let request = request.header("accept-encoding", encoding);
                match origin {
                    Some(origin) => request.header("origin", origin),
                    None => request,
                }
            };
            let query = format!("{} # {origin:?} {encoding}", public());
            for reply in [
                twice(&app, || with(get(&app, &[("query", query.as_str())]))).await,
                twice(&app, || with(post(&app).json(&json!({ "query": query })))).await,
            ] {
                assert_eq!(reply.status, 200);
                assert_eq!(reply.header("x-request-id"), "r1");
                assert_eq!(reply.header("x-content-type-options"), "nosniff");
                assert_eq!(reply.header("access-control-allow-origin"), "*");
                let exposed = reply.header("access-control-expose-headers");
                assert_eq!(exposed, "x-request-id,thali-consistency,retry-after");
            }
        }
    }
}

#[tokio::test]
async fn who_takes_no_coding_that_there_is_gets_the_same_answer_from_what_is_kept() {
    let app = start().await;
    let query = public();
    let ask = || get(&app, &[("query", query.as_str())]);
    for encoding in ["identity;q=0", "*;q=0"] {
        let request = || ask().header("accept-encoding", encoding);
        Reply::to(ask()).await;
        assert_eq!(twice(&app, request).await.status, 406, "{encoding}");
    }
}

#[tokio::test]
async fn a_body_is_found_in_however_many_pieces_it_comes() {
    let app = start().await;
    let body = json!({ "query": public() }).to_string();
    let ask = async |pieces: &[&str]| {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for piece in pieces {
            tokio::time::sleep(Duration::from_millis(30)).await;
            stream.write_all(piece.as_bytes()).await.unwrap();
        }
        until_closed(stream).await.unwrap()
    };
    let whole = ask(&[body.as_str()]).await;
    assert_eq!(whole.status, 200, "{whole}");
    let before = found(&app).await;
    let (first, rest) = body.split_at(7);
    let (second, third) = rest.split_at(900);
    assert_eq!(ask(&[first, second, third]).await.body, whole.body);
    assert_eq!(ask(&[body.as_str()]).await.body, whole.body);
    assert_eq!(found(&app).await, before + 2.0);
}
