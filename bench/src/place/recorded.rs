//! What Thali asks the database in order to place orders: recorded, to be replayed by `pgbench`.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use async_graphql::{Request, Variables};
use sea_orm::{Statement, Value, sea_query::ArrayType};
use serde_json::json;
use thali::{
    app::App,
    auth::Viewer,
    cache::Touched,
    db::{Meter, Position},
    graph::{
        Reads,
        read::{Now, Selects},
    },
    load::{Loaders, drive},
    schema,
    sql::parameter_type,
};

use super::lunch::{Order, PLACE};
use crate::program::open;

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
    let ty = parameter_type(&value);
    let ty = ty.with_context(|| format!("{value:?} is sent, which has no known type"))?;
    Ok(Sent {
        ty,
        text: text(value)?,
    })
}

fn text(value: Value) -> anyhow::Result<Option<String>> {
    Ok(match value {
        Value::Bool(value) => value.map(|it| it.to_string()),
        Value::SmallInt(value) => value.map(|it| it.to_string()),
        Value::Int(value) => value.map(|it| it.to_string()),
        Value::BigInt(value) => value.map(|it| it.to_string()),
        Value::BigUnsigned(value) => value.map(|it| it.to_string()),
        Value::String(value) => value,
        Value::Json(value) => value.map(|it| it.to_string()),
        Value::Uuid(value) => value.map(|it| it.to_string()),
        Value::ChronoDate(value) => value.map(|it| it.to_string()),
        Value::ChronoDateTimeUtc(value) => value.map(|it| it.to_rfc3339()),
        // Nothing in an array of ids needs quotes.
        Value::Array(ArrayType::Uuid, Some(values)) => {
            let texts = values
                .into_iter()
                .map(|value| text(value)?.context("NULL in an array"));
            let texts = texts.collect::<anyhow::Result<Vec<String>>>()?;
            Some(format!("{{{}}}", texts.join(",")))
        }
        other => bail!("{other:?} is sent, which has no text here"),
    })
}
