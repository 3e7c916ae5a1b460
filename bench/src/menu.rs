//! A menu that everybody may see, in interleaved rounds: the bare bytes from a handler that has
//! nothing else, Thali with POST and with GET, the menu with its live prices, and both with every
//! cache off.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::ensure;
use axum::{Router, http::header, routing::any};
use hyper::Method;
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Command};

use crate::{
    database::Scratch,
    load::{self, Call},
    process::{Server, free_address},
    side::{Bound, CONNECTIONS, Plan, Side, judge, print},
};

/// What Thali must reach of the bare bytes.
const BOUND: f64 = 0.8;

pub async fn run(thali: &str) -> anyhow::Result<ExitCode> {
    let plan = Plan::read()?;
    let scratch = Scratch::create().await?;
    let measured = measure(&scratch, thali, &plan).await;
    scratch.drop().await?;
    let sides = measured?;
    print(&sides);
    let reached = |side: &Side| side.ratio(&sides[0], |round| round.per_second);
    let lines = [
        ("menu-warm-of-bare-handler", reached(&sides[1])),
        ("menu-warm-get-of-bare-handler", reached(&sides[2])),
    ];
    Ok(judge(&lines, Bound::AtLeast(BOUND)))
}

async fn measure(scratch: &Scratch, thali: &str, plan: &Plan) -> anyhow::Result<Vec<Side>> {
    let asked = |prices: bool| {
        json!({
            "query": include_str!("menu.graphql"),
            "variables": { "slug": "bench", "prices": prices },
        })
    };
    let cached = &[];
    let off = &[("THALI_CACHE", "off"), ("THALI_RESPONSE_CACHE", "0")];
    let side = |name, settings, prices| Side::thali(name, thali, scratch, settings, asked(prices));
    let post = side("POST", cached, false).await?;
    let mut get = side("GET", cached, false).await?;
    get.call = with_get(&get.call, &asked(false));
    let prices = side("with prices", cached, true).await?;
    let cold = side("caches off", off, false).await?;
    let cold_prices = side("prices, off", off, true).await?;

    let expected = post.data().await?;
    for side in [&get, &cold] {
        let found = side.data().await?;
        ensure!(found == expected, "{} answers something else", side.name);
    }
    ensure!(prices.data().await? == cold_prices.data().await?);
    let bare = bare_side(&post.call).await?;
    ensure!(bare.data().await? == expected, "the bare handler is stale");
    println!("{} bytes in an answer", load::once(&post.call).await?.len());
    let mut sides = vec![bare, post, get, prices, cold, cold_prices];
    for side in &sides {
        load::round(&side.call, CONNECTIONS, plan.warm_up()).await?;
    }
    plan.run(&mut sides, scratch).await?;
    Ok(sides)
}

fn with_get(post: &Call, asked: &Value) -> Call {
    let text = |name: &str| match &asked[name] {
        Value::String(text) => encoded(text),
        json => encoded(&json.to_string()),
    };
    Call {
        address: post.address,
        method: Method::GET,
        path: format!(
            "/graphql?query={}&variables={}",
            text("query"),
            text("variables")
        ),
        body: Vec::new().into(),
        token: None,
    }
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

async fn bare_side(thali: &Call) -> anyhow::Result<Side> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["bare", &address.to_string(), &thali.address.to_string()])
        .env("BENCH_BODY", std::str::from_utf8(&thali.body)?);
    let call = Call {
        address,
        ..thali.clone()
    };
    let server = Server::start(address, command).await?;
    Ok(Side::new("bare handler", server, call))
}

/// Serves on `listen` what Thali at `thali` answers to BENCH_BODY, asked once.
pub async fn serve(listen: SocketAddr, thali: SocketAddr) -> anyhow::Result<()> {
    let call = Call {
        address: thali,
        method: Method::POST,
        path: "/graphql".to_owned(),
        body: std::env::var("BENCH_BODY")?.into(),
        token: None,
    };
    let bytes = load::once(&call).await?;
    let content_type = (header::CONTENT_TYPE, "application/json; charset=utf-8");
    let handler = move || std::future::ready(([content_type], bytes.clone()));
    let router = Router::new().route("/graphql", any(handler));
    let listener = TcpListener::bind(listen).await?;
    axum::serve(listener, router).await?;
    Ok(())
}
