//! How long a client is waited for, and a request may take.

use std::{sync::Arc, time::Duration};

use thali::http::{self, Patience};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::{TIME, start};
use crate::{
    app::{Engine, TestApp},
    ask::{self, demo, until_closed},
};

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_so() {
    let app = demo(|config| config.request_timeout = Duration::from_millis(1)).await;
    let query = "{ dishes(first: 100) { nodes { name kitchen { dishes(first: 50) { nodes { name } } } } } }";
    let reply = ask::query(&app, query).await;
    insta::assert_snapshot!(reply, @r#"
    503 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"The request took longer than 1 ms.","extensions":{"code":"UNAVAILABLE","requestId":"r1"}}]}
    "#);
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = TestApp::with(Engine::Sqlite, |config| {
        config.request_timeout = Duration::from_millis(100)
    })
    .await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: 100\r\nx-request-id: r1\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let reply = until_closed(stream).await.unwrap();
    insta::assert_snapshot!(reply, @r#"
    503 application/json; charset=utf-8
    {"errors":[{"message":"The request took longer than 100 ms.","extensions":{"code":"UNAVAILABLE","requestId":"r1"}}]}
    "#);
}

/// A server with little patience, and what makes it stop.
async fn impatient(
    app: &TestApp,
) -> (
    std::net::SocketAddr,
    Arc<Notify>,
    tokio::task::JoinHandle<()>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patience = Patience {
        head: Duration::from_millis(200),
        stop: Duration::from_secs(5),
    };
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let site = http::Site::new(app.app.clone()).unwrap();
    let served = http::serve(
        listener,
        site,
        patience,
        async move { stopped.notified().await },
    );
    (address, stop, tokio::spawn(served))
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let app = start().await;
    let (address, ..) = impatient(&app).await;
    for begin in [
        "",
        "PRI",
        "PRI * HTTP/2.0\r\n",
        "GET /graphql HT",
        "GET /graphql HTTP/1.1\r\nhost: thali\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begin.as_bytes()).await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(5), until_closed(stream)).await;
        assert!(closed.is_ok(), "{begin:?}");
    }
    // One on which something is asked is kept, and closed when it stays idle.
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: thali\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 1024];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    let closed = tokio::time::timeout(Duration::from_secs(5), until_closed(stream)).await;
    assert!(closed.is_ok());
}

#[tokio::test]
async fn open_requests_are_finished_when_the_server_stops() {
    let app = start().await;
    let (address, stop, server) = impatient(&app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: thali\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        TIME.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.notify_one();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(
        TcpStream::connect(address).await.is_err(),
        "no new connections"
    );
    stream.write_all(TIME.as_bytes()).await.unwrap();
    let reply = until_closed(stream).await.unwrap();
    assert_eq!(reply.status, 200);
    server.await.unwrap();
}
