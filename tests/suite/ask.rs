//! Requests and their answers as the wire has them, for the tests that are about HTTP.

use std::{fmt, net::SocketAddr, path::Path, time::Duration};

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;
use thali::{
    app::App,
    clock::Clock,
    command::{import::report::Progress, seed::seed_demo},
    config::{Config, DatabaseUrl},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::OnceCell,
};

use crate::app::{Engine, TestApp, monday};

/// A server on SQLite that has the demo data, with settings changed by `change`.
pub async fn demo(change: impl FnOnce(&mut Config)) -> TestApp {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let file = FILE.get_or_init(demo_file).await;
    TestApp::with(Engine::Sqlite, |config| {
        let database = config.database();
        let path = database.strip_prefix("sqlite://").unwrap();
        std::fs::write(path, file).unwrap();
        change(config);
    })
    .await
}

/// Loads the demo data once for the whole run.
async fn demo_file() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    let mut config = Config::defaults();
    config.database_url = Some(DatabaseUrl(format!("sqlite://{}", path.display())));
    let app = App::start(config, Clock::fixed(monday())).await.unwrap();
    app.migrate().await.unwrap();
    seed_demo(&app, &Progress::new("files")).await.unwrap();
    // Closing writes the log back into the file.
    app.db.close().await.unwrap();
    std::fs::read(Path::new(&path)).unwrap()
}

/// An answer. Shown, it is its status, media type and body.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// The values of a header, joined as one line.
    pub fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        let values: Vec<&str> = values.map(|value| value.to_str().unwrap()).collect();
        values.join(", ")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        let json = self.json();
        let code = json["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.status, self.header("content-type"))?;
        f.write_str(&self.body)
    }
}

/// POST of an operation, with a request id that stands still in snapshots.
pub fn post(app: &TestApp) -> RequestBuilder {
    let request = app.client.post(app.url("/graphql"));
    let request = request.header("accept", "application/graphql-response+json");
    request.header("x-request-id", "r1")
}

/// GET with these parameters.
pub fn get(app: &TestApp, parameters: &[(&str, &str)]) -> RequestBuilder {
    let request = app.client.get(app.url("/graphql")).query(parameters);
    let request = request.header("accept", "application/graphql-response+json");
    request.header("x-request-id", "r1")
}

/// Sends an operation without variables.
pub async fn query(app: &TestApp, query: &str) -> Reply {
    Reply::to(post(app).json(&serde_json::json!({ "query": query }))).await
}

/// Sends these very bytes and reads what comes until the server closes the connection: nothing
/// when it does so without an answer.
pub async fn wire(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(bytes).await;
    until_closed(stream).await
}

/// Reads what comes until the server closes the connection.
pub async fn until_closed(mut stream: TcpStream) -> Option<Reply> {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("the server closes the connection");
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        headers.append(name, value.parse().unwrap());
    }
    Some(Reply {
        status,
        headers,
        body: body.to_owned(),
    })
}
