//! `thali explain`: how PostgreSQL runs what the example operations ask.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, ensure};
use async_graphql::{Request, Variables};
use chrono::TimeDelta;
use clap::Args;
use entity::{membership, session, vocabulary::Role};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, Statement,
};
use serde_json::Value;
use uuid::Uuid;

mod examples;
mod plan;

use examples::Example;
pub use plan::{Bounds, Plan};

use crate::{
    app::App,
    auth::{SignedIn, Viewer},
    cache::Touched,
    db::{Meter, Position},
    graph::{
        Reads,
        id::Kind,
        read::{Now, Selects},
    },
    load::{Loaders, drive},
    schema,
    sql::parameter_type,
};

/// Explain every statement that operations issue, and fail where one is planned badly
///
/// The operations are the examples of the playground, or those in FILES: GraphQL documents, with
/// their variables beside NAME.graphql in NAME.variables.json if they have any. In these a text
/// such as "$HOSPITAL" stands for an id, as in the examples.
///
/// PostgreSQL is asked for its plan (EXPLAIN, nothing is changed) of each statement, as an
/// administrator, as a nurse and as somebody of a kitchen would issue it. A plan is bad when it
///
///   - reads a large table from end to end (--large says from how many rows on), or looks through
///     one in the order of an index until enough rows fit,
///   - sorts many rows, which an index should have in order (--sort), or
///   - is estimated to cost too much (--cost, in units of the planner: about a page read in order).
///
/// Plans are only worth something over data like that of production. To have some:
///
///   thali seed --scale demo && thali seed --scale rush --orders 1000000 && thali explain
///
/// Then run ANALYZE if the database did not get around to it. What is bad is printed with its
/// plan; the command ends with 1 if there was any.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Explain {
    /// Explain these operations and not the examples
    files: Vec<PathBuf>,

    /// A table with more rows is large
    #[arg(long, value_name = "ROWS", default_value_t = Bounds::default().large)]
    large: f64,

    /// So many rows may be sorted
    #[arg(long, value_name = "ROWS", default_value_t = Bounds::default().sort)]
    sort: f64,

    /// What a statement may cost
    #[arg(long, value_name = "COST", default_value_t = Bounds::default().cost)]
    cost: f64,

    /// Print every plan, not only bad ones
    #[arg(long)]
    all: bool,
}

/// A statement that was planned.
pub struct Explained {
    pub operation: String,
    pub viewer: &'static str,
    pub sql: String,
    pub plan: Plan,
    /// What is bad about the plan.
    pub faults: Vec<String>,
}

impl Explain {
    #[expect(clippy::print_stdout, reason = "the plans are what was asked for")]
    pub async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        let bounds = Bounds {
            large: self.large,
            sort: self.sort,
            cost: self.cost,
        };
        let explained = explain(app, bounds, &self.files).await?;
        for statement in &explained {
            if self.all || !statement.faults.is_empty() {
                let Explained {
                    operation,
                    viewer,
                    sql,
                    plan,
                    faults,
                } = statement;
                println!(
                    "{operation} ({viewer}): {}\n{sql}\n{plan}\n",
                    faults.join("; ")
                );
            }
        }
        let bad = explained
            .iter()
            .filter(|one| !one.faults.is_empty())
            .count();
        let dearest = explained
            .iter()
            .map(|one| one.plan.cost())
            .fold(0.0, f64::max);
        println!(
            "{} statements, {bad} bad; the dearest costs {dearest:.0}",
            explained.len()
        );
        Ok(if bad == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// The plans of all statements of the operations in `files`, or else of all examples, each text
/// once for each kind of viewer.
pub async fn explain(
    app: &App,
    bounds: Bounds,
    files: &[PathBuf],
) -> anyhow::Result<Vec<Explained>> {
    ensure!(
        app.db.backend() == DbBackend::Postgres,
        "plans are those of PostgreSQL; DATABASE_URL is {:?}",
        app.config.shown_database()
    );
    let sizes = sizes(app).await?;
    let known = examples::objects(app).await?;
    let examples = match files {
        [] => examples::all(&known)?,
        files => examples::of(files, &known)?,
    };
    let mut explained = Vec::new();
    for (name, viewer) in viewers(app, &known).await? {
        let mut seen = BTreeSet::new();
        for Example {
            file,
            text,
            variables,
        } in &examples
        {
            for statement in statements(app, viewer, text, variables).await? {
                if !seen.insert(statement.sql.clone()) {
                    continue;
                }
                let sql = statement.sql.clone();
                let plan = plan(app, statement).await.with_context(|| sql.clone())?;
                explained.push(Explained {
                    operation: file.clone(),
                    viewer: name,
                    faults: plan.faults(bounds, &sizes, &sql),
                    plan,
                    sql,
                });
            }
        }
    }
    Ok(explained)
}

/// Those who ask: an administrator; and a nurse and a cook of the example's places, if there are.
async fn viewers(
    app: &App,
    known: &BTreeMap<String, Value>,
) -> anyhow::Result<Vec<(&'static str, Viewer)>> {
    let mut viewers = vec![("administrator", Viewer::Administrator)];
    let reader = app.db.reader(&Meter::new("explain"));
    for (name, role, place, kind) in [
        ("nurse", Role::Nurse, "HOSPITAL", Kind::Hospital),
        ("kitchen", Role::Kitchen, "KITCHEN", Kind::Kitchen),
    ] {
        let id = known.get(place).and_then(Value::as_str);
        let Some(Ok(id)) = id.map(|id| kind.read(id)) else {
            continue;
        };
        let column = match kind {
            Kind::Kitchen => membership::Column::KitchenId,
            _ => membership::Column::HospitalId,
        };
        let somebody = membership::Entity::find()
            .filter(membership::Column::Role.eq(role))
            .filter(column.eq(id));
        if let Some(somebody) = somebody.one(&reader).await? {
            viewers.push((name, sign_in(app, somebody.account_id).await?));
        }
    }
    Ok(viewers)
}

/// A session that nothing shows, and that the servers remove when its time is over.
async fn sign_in(app: &App, account: Uuid) -> anyhow::Result<Viewer> {
    let now = app.clock.now();
    let session = session::Model {
        id: Uuid::now_v7(),
        account_id: account,
        cookie_hash: None,
        created_at: now,
        expires_at: now + TimeDelta::minutes(10),
        ended_at: None,
    };
    let signed_in = SignedIn {
        account,
        session: session.id,
    };
    let conn = app.db.begin(&Meter::new("explain")).await?;
    session::Entity::insert(session.into_active_model())
        .exec_without_returning(&conn)
        .await?;
    conn.commit().await?;
    Ok(Viewer::Account(signed_in))
}

/// Everything is selected, so that no column of an index is spared.
struct Everything;

impl Selects for Everything {
    fn selects(&self, _: &str, _: &str) -> bool {
        true
    }
}

/// The statements that a query costs.
async fn statements(
    app: &App,
    viewer: Viewer,
    query: &str,
    variables: &Value,
) -> anyhow::Result<Vec<Statement>> {
    let meter = Meter::keeping("explain");
    let touched = Touched::default();
    let asks = (viewer, Position::LATEST);
    let reads = Reads::new(app, &meter, asks, Arc::new(Everything), &touched);
    let loaders = Loaders::new(reads);
    let request = Request::new(query)
        .variables(Variables::from_json(variables.clone()))
        .data(viewer)
        .data(loaders.clone())
        .data(Now::new(app.clock.now(), &touched));
    let response = drive(&loaders, schema::build(app).execute(request)).await;
    ensure!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    Ok(meter.kept())
}

/// The plan that is made once for all values of its parameters: so servers run statements.
async fn plan(app: &App, statement: Statement) -> anyhow::Result<Plan> {
    let values = statement.values.map_or(Vec::new(), |values| values.0);
    let types = values.iter().map(|value| {
        parameter_type(value).with_context(|| format!("a parameter of an unknown type: {value:?}"))
    });
    let types = types.collect::<anyhow::Result<Vec<&str>>>()?.join(", ");
    let (types, nulls) = match values.len() {
        0 => (String::new(), String::new()),
        count => (
            format!("({types})"),
            format!("({})", vec!["NULL"; count].join(", ")),
        ),
    };
    let conn = app.db.begin(&Meter::new("explain")).await?;
    let prepare = format!("PREPARE explained{types} AS {}", statement.sql);
    conn.execute_unprepared(&prepare).await?;
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE explained{nulls}");
    let explain = Statement::from_string(DbBackend::Postgres, explain);
    let row = conn.query_one_raw(explain).await?;
    let row = row.context("no plan came")?;
    // What was prepared would outlive the transaction.
    conn.execute_unprepared("DEALLOCATE explained").await?;
    conn.rollback().await?;
    Ok(Plan::new(row.try_get_by_index(0)?))
}

/// How many rows each table has, as PostgreSQL estimates.
async fn sizes(app: &App) -> anyhow::Result<BTreeMap<String, f64>> {
    let ask = "SELECT relname::text, reltuples::float8 FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
    let ask = Statement::from_string(DbBackend::Postgres, ask);
    let rows = app
        .db
        .reader(&Meter::new("explain"))
        .query_all_raw(ask)
        .await?;
    let sizes = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    sizes.collect()
}
