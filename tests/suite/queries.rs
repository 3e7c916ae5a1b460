//! The promise of the loaders, for any query: at most a statement for each edge that it visits,
//! and answers that do not depend on what is asked beside.

use std::collections::BTreeSet;

use async_graphql::{Variables, parser::parse_query};
use proptest::{collection::vec, prelude::any};
use serde_json::{Value, json};

use crate::{
    app::{Engine, TestApp},
    data::{Data, Size},
    property::{Choices, holds},
    sdl::{Sdl, is_read},
};

mod make;

use make::{Known, Maker, Query};

/// A server that lets any query through.
async fn server(engine: Engine) -> (TestApp, Known) {
    let app = TestApp::with(engine, |config| {
        config.query_cost = u64::MAX;
        config.query_depth = 100;
        config.query_aliases = 1000;
        config.query_directives = 1000;
        config.query_tokens = 100_000;
    })
    .await;
    let data = Data::fill(&app, Size::times(2)).await;
    (app, Known::of(&data))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cost_a_statement_an_edge_at_most_on_sqlite() {
    cost_a_statement_an_edge_at_most(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cost_a_statement_an_edge_at_most_on_postgres() {
    cost_a_statement_an_edge_at_most(Engine::Postgres).await;
}

async fn cost_a_statement_an_edge_at_most(engine: Engine) {
    let (app, known) = server(engine).await;
    let sdl = Sdl::read();
    holds(120, vec(any::<u8>(), 0..300), async |bytes| {
        let query = Maker::new(&sdl, &known, Choices::new(bytes)).query();
        run(&app, &sdl, &query.text()).await;
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_the_same_whatever_is_asked_beside_on_sqlite() {
    answer_the_same_whatever_is_asked_beside(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_the_same_whatever_is_asked_beside_on_postgres() {
    answer_the_same_whatever_is_asked_beside(Engine::Postgres).await;
}

async fn answer_the_same_whatever_is_asked_beside(engine: Engine) {
    let (app, known) = server(engine).await;
    let sdl = Sdl::read();
    let two = (vec(any::<u8>(), 0..200), vec(any::<u8>(), 0..100));
    holds(80, two, async |(bytes, cuts)| {
        let whole: Query = Maker::new(&sdl, &known, Choices::new(bytes)).query();
        let part = whole.pruned(&mut Choices::new(cuts));
        let (whole, part) = (whole.text(), part.text());
        let all = run(&app, &sdl, &whole).await;
        let some = run(&app, &sdl, &part).await;
        assert!(is_part(&some, &all), "{part}\n{some:#}\n{whole}\n{all:#}");
    });
}

/// Runs a query, checks what it cost, and returns its data.
async fn run(app: &TestApp, sdl: &Sdl, query: &str) -> Value {
    let mut answer = app.execute_as_administrator(query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
    let document = parse_query(query).unwrap();
    let operation = document.operations.iter().next().unwrap().1;
    let edges = sdl.edges(&document, &operation.node, &Variables::default()) as u64;
    let trace = &answer["extensions"]["trace"];
    let statements = trace["sqlStatements"].as_u64().unwrap();
    assert!(
        statements <= edges,
        "{statements} for {edges}\n{query}\n{trace:#}"
    );
    answer["data"].take()
}

/// Whether every field of `part` is in `whole` with the same value.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| is_part(part, whole))),
        (Value::Array(part), Value::Array(whole)) => {
            let mut pairs = part.iter().zip(whole);
            part.len() == whole.len() && pairs.all(|(part, whole)| is_part(part, whole))
        }
        (part, whole) => part == whole,
    }
}

/// The generator must be worth its name: its queries reach everything.
#[test]
fn of_the_generator_reach_every_edge() {
    let sdl = Sdl::read();
    let known = Known::of(&Data::make(Size::ONE));
    let mut seen = BTreeSet::new();
    for n in 0..800u64 {
        let bytes = (0..300).map(|byte| crate::data::mix(n * 1000 + byte) as u8);
        let query = Maker::new(&sdl, &known, Choices::new(bytes.collect())).query();
        let document = parse_query(query.text()).unwrap();
        let operation = document.operations.iter().next().unwrap().1;
        let visits = sdl.visits(&document, &operation.node, &Variables::default());
        seen.extend(
            visits
                .into_values()
                .filter(|visit| visit.is_edge)
                .map(|visit| visit.path),
        );
    }
    let mut edges = BTreeSet::new();
    for (name, fields) in sdl.types.iter().filter(|(name, _)| is_read(name)) {
        let is_edge = |field: &&String| sdl.is_edge(name, field);
        edges.extend(
            fields
                .keys()
                .filter(is_edge)
                .map(|field| crate::sdl::path(name, field)),
        );
    }
    assert_eq!(
        edges.difference(&seen).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}
