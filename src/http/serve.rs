//! Connections: takes them in, and bounds how long a slow client can hold one without asking.
//!
//! How long a request may take once its head is read is decided in `graphql`.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// How long the head of a request may take to arrive, and a connection to stay idle.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, from the first byte or the end of the one before.
    pub head: Duration,
    /// For open requests when the server stops.
    pub stop: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            stop: Duration::from_secs(30),
        }
    }
}

/// Serves until `stop` ends; open requests are finished first, as far as patience goes.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let server = builder(patience);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Too many open files, most likely: some will be closed soon.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        hold(stream, &server, &open, router.clone(), patience);
    }
    drop(listener);
    if tokio::time::timeout(patience.stop, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("stopped with requests unfinished");
    }
}

fn builder(patience: Patience) -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience.head)
        .max_concurrent_streams(100)
        .enable_connect_protocol();
    server
}

fn hold(
    stream: TcpStream,
    server: &Builder<TokioExecutor>,
    open: &GracefulShutdown,
    router: Router,
    patience: Patience,
) {
    // Answers are written whole: waiting for more only costs time.
    let _ = stream.set_nodelay(true);
    let has_asked = Arc::new(AtomicBool::new(false));
    let asked = has_asked.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let connection = open.watch(connection.into_owned());
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        // hyper's own limit begins when it knows the version of HTTP, which a client can keep
        // from it.
        let ended = tokio::time::timeout(patience.head, &mut connection).await;
        let ended = match ended {
            Ok(ended) => ended,
            Err(_) if !has_asked.load(Ordering::Relaxed) => return,
            Err(_) => connection.await,
        };
        if let Err(error) = ended {
            tracing::debug!(error, "a connection broke");
        }
    });
}
