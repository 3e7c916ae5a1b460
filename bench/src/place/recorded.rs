//! What Thali asks the database in order to place orders: recorded, to be replayed by `pgbench`.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use async_graphql::{Request, Variables};
use sea_orm::{Statement, Value};
use serde_json::json;
use thali::{
    app::App,
    auth::Viewer,
    cache::Touched,
    clock::Clock,
    config::{Config, DatabaseUrl},
    db::{Meter, Position},
    graph::{
        Reads,
        read::{Now, Selects},
    },
    load::{Loaders, drive},
    schema,
};

use super::lunch::{Order, PLACE};

/// Orders that were placed by the same statements.
pub struct Recorded {
    /// Their texts, with `$1` and so on.
    pub texts: Vec<String>,
    /// The values of each order, statement after statement.
    pub values: Vec<Vec<Sent>>,
    /// Where in `orders` they are.
    pub placed: Vec<usize>,
}

/// A value as `pgbench` sends it: as text, with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub ty: &'static str,
    pub text: Option<String>,
}

/// Places all `orders` in the database at `url` within this process. An order that took another
/// number of statements, because its number was taken, is left out.
pub async fn record(url: &str, orders: &[Order]) -> anyhow::Result<Recorded> {
    let app = open(url).await?;
    let mut recorded = Recorded {
        texts: Vec::new(),
        values: Vec::with_capacity(orders.len()),
        placed: Vec::with_capacity(orders.len()),
    };
    for (number, order) in orders.iter().enumerate() {
        let statements = place(&app, order).await?;
        let texts = statements.iter().map(|one| one.sql.clone());
        let texts: Vec<String> = texts.collect();
        if recorded.texts.is_empty() {
            recorded.texts = texts;
        } else if recorded.texts != texts {
            continue;
        }
        let values = statements.into_iter().filter_map(|one| one.values);
        let values = values.flat_map(|values| values.0).map(sent);
        recorded.values.push(values.collect::<anyhow::Result<_>>()?);
        recorded.placed.push(number);
    }
    let left_out = orders.len() - recorded.placed.len();
    ensure!(
        left_out * 50 <= orders.len(),
        "{left_out} orders took other statements"
    );
    Ok(recorded)
}

/// Thali within this process.
pub async fn open(url: &str) -> anyhow::Result<App> {
    let mut config = Config::defaults();
    config.database_url = Some(DatabaseUrl(url.to_owned()));
    config.db_pool = 2;
    App::start(config, Clock::default()).await
}

/// What the request selects: see `PLACE`.
struct Shown;

impl Selects for Shown {
    fn selects(&self, type_name: &str, field: &str) -> bool {
        let shown = ["id", "number", "status", "deliveryTime", "total"];
        type_name != "Order" || shown.contains(&field)
    }
}

async fn place(app: &App, order: &Order) -> anyhow::Result<Vec<Statement>> {
    let meter = Meter::keeping("bench");
    let touched = Touched::default();
    let viewer = Viewer::Account(order.nurse);
    let asks = (viewer, Position::LATEST);
    let loaders = Loaders::new(Reads::new(app, &meter, asks, Arc::new(Shown), &touched));
    let request = Request::new(PLACE)
        .variables(Variables::from_json(json!({ "input": order.input })))
        .data(viewer)
        .data(meter.clone())
        .data(loaders.clone())
        .data(Now::new(app.clock.now(), &touched));
    let response = drive(&loaders, schema::build(app).execute(request)).await;
    ensure!(response.errors.is_empty(), "{:?}", response.errors);
    let answer = response.data.into_json()?;
    let problems = answer
        .pointer("/placeOrder/problems")
        .context("no answer")?;
    ensure!(*problems == json!([]), "{answer:#}");
    Ok(meter.kept())
}

fn sent(value: Value) -> anyhow::Result<Sent> {
    let text = |ty, text: Option<String>| Ok(Sent { ty, text });
    match value {
        Value::Bool(value) => text("boolean", value.map(|it| it.to_string())),
        Value::SmallInt(value) => text("smallint", value.map(|it| it.to_string())),
        Value::Int(value) => text("integer", value.map(|it| it.to_string())),
        Value::BigInt(value) => text("bigint", value.map(|it| it.to_string())),
        Value::BigUnsigned(value) => text("bigint", value.map(|it| it.to_string())),
        Value::String(value) => text("text", value),
        Value::Json(value) => text("jsonb", value.map(|it| it.to_string())),
        Value::Uuid(value) => text("uuid", value.map(|it| it.to_string())),
        Value::ChronoDate(value) => text("date", value.map(|it| it.to_string())),
        Value::ChronoDateTimeUtc(value) => text("timestamptz", value.map(|it| it.to_rfc3339())),
        Value::Array(_, Some(values)) => {
            let values = values.into_iter().map(sent);
            let values = values.collect::<anyhow::Result<Vec<Sent>>>()?;
            let ty = match values.first().map(|value| value.ty) {
                Some("uuid") | None => "uuid[]",
                Some(other) => bail!("an array of {other} is sent"),
            };
            let texts = values.into_iter().map(|value| value.text);
            let texts = texts.map(|text| text.context("NULL in an array"));
            let texts = texts.collect::<anyhow::Result<Vec<String>>>()?;
            Ok(Sent {
                ty,
                text: Some(format!("{{{}}}", texts.join(","))),
            })
        }
        other => bail!("{other:?} is sent, which is not known here"),
    }
}
