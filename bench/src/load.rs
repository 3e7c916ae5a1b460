//! The load: connections that each send a request, read the answer, and send the next.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request that is sent again and again.
#[derive(Clone, Debug)]
pub struct Call {
    pub address: SocketAddr,
    pub method: Method,
    pub path: String,
    pub body: Bytes,
    /// Who asks.
    pub token: Option<String>,
}

/// The latencies of the answers of one round.
pub struct Round {
    latencies: Vec<Duration>,
    took: Duration,
}

impl Round {
    pub fn answers(&self) -> f64 {
        self.latencies.len() as f64
    }

    pub fn per_second(&self) -> f64 {
        self.answers() / self.took.as_secs_f64()
    }

    /// The latency that `share` of the answers do not exceed, in milliseconds.
    pub fn latency_ms(&self, share: f64) -> f64 {
        let index = (self.latencies.len() as f64 * share) as usize;
        let last = self.latencies.len() - 1;
        self.latencies[index.min(last)].as_secs_f64() * 1e3
    }
}

type Sender = http1::SendRequest<Full<Bytes>>;

async fn connect(address: SocketAddr) -> anyhow::Result<Sender> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn send(sender: &mut Sender, call: &Call) -> anyhow::Result<Bytes> {
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(&call.path)
        .header(header::HOST, "localhost");
    if !call.body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    if let Some(token) = &call.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Full::new(call.body.clone()))?;
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    ensure!(
        status == 200,
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(body)
}

/// The body of one answer.
pub async fn once(call: &Call) -> anyhow::Result<Bytes> {
    let mut sender = connect(call.address).await?;
    send(&mut sender, call).await
}

/// The bodies of the answers to calls that are sent one after the other over one connection.
pub async fn each(calls: &[Call]) -> anyhow::Result<Vec<Bytes>> {
    let mut answers = Vec::with_capacity(calls.len());
    let Some(first) = calls.first() else {
        return Ok(answers);
    };
    let mut sender = connect(first.address).await?;
    for call in calls {
        answers.push(send(&mut sender, call).await?);
    }
    Ok(answers)
}

/// Sends `call` over `connections` at the same time, for as long as `time`. Every answer must
/// be as long as the first.
pub async fn round(call: &Call, connections: usize, time: Duration) -> anyhow::Result<Round> {
    let length = once(call).await?.len();
    let begun = Instant::now();
    let connection = || async {
        let mut sender = connect(call.address).await?;
        let mut latencies = Vec::new();
        while begun.elapsed() < time {
            let sent = Instant::now();
            let body = send(&mut sender, call).await?;
            latencies.push(sent.elapsed());
            ensure!(body.len() == length, "an answer of another length");
        }
        anyhow::Ok(latencies)
    };
    let latencies = try_join_all((0..connections).map(|_| connection())).await?;
    let took = begun.elapsed();
    let mut latencies: Vec<Duration> = latencies.into_iter().flatten().collect();
    latencies.sort_unstable();
    latencies.first().context("no answer")?;
    Ok(Round { latencies, took })
}
