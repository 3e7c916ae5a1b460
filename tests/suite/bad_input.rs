//! Bad input of every kind: each has its status and code, and none harms the server.

use std::fmt::Write;

use reqwest::RequestBuilder;

use crate::{
    app::TestApp,
    ask::{Reply, demo, post, query},
};

mod bodies;
mod documents;
mod pages;
mod random;
mod values;
mod variables;

async fn start() -> TestApp {
    demo(|_| {}).await
}

async fn still_answers(app: &TestApp, after: &str) {
    let reply = query(app, "{ dishes(first: 1) { nodes { name } } }").await;
    let name = &reply.json()["data"]["dishes"]["nodes"][0]["name"];
    assert!(name.is_string(), "after {after}: {reply}");
}

/// The lines of a table: what was sent, the status and code, the message shortened.
#[derive(Default)]
struct Table(String);

impl Table {
    async fn add(&mut self, app: &TestApp, what: &str, reply: &Reply) {
        assert!(reply.status < 500, "{what}: {reply}");
        let json = reply.json();
        let message = json["errors"][0]["message"].as_str().unwrap();
        let lines: Vec<&str> = message.lines().collect();
        let message: String = lines.join(" ").chars().take(110).collect();
        let has_data = if json.get("data").is_some() {
            " data"
        } else {
            ""
        };
        writeln!(
            self.0,
            "{what}: {} {}{has_data}: {message}",
            reply.status,
            reply.code()
        )
        .unwrap();
        still_answers(app, what).await;
    }
}

fn json_body(app: &TestApp, body: impl Into<reqwest::Body>) -> RequestBuilder {
    post(app)
        .header("content-type", "application/json")
        .body(body)
}
