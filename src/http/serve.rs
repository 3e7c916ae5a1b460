//! Connections: takes them in, and bounds how long a slow client can hold one without asking.
//!
//! How long a request may take once its head is read is decided in `graphql`.

use std::{convert::Infallible, future::Future, pin::pin, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{Site, sender::Peer};

/// How long is waited for a client.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, from the opening of the connection or the answer before.
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
    site: Site,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let site = Arc::new(site);
    let mut server = Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head);
    // Every connection holds a receiver, and so is known to be open.
    let (stopping, is_stopping) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, most likely: some will be closed soon.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let peer = Peer(address.ip());
        hold(stream, peer, &server, site.clone(), is_stopping.clone());
    }
    drop(listener);
    drop(is_stopping);
    let _ = stopping.send(());
    if tokio::time::timeout(patience.stop, stopping.closed())
        .await
        .is_err()
    {
        tracing::warn!("stopped with requests unfinished");
    }
}

fn hold(
    stream: TcpStream,
    peer: Peer,
    server: &Builder,
    site: Arc<Site>,
    mut is_stopping: watch::Receiver<()>,
) {
    // Answers are written whole: waiting for more only costs time.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(site.answer(peer, request).await) }
    });
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::spawn(async move {
        let mut connection = pin!(connection.with_upgrades());
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            _ = is_stopping.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
