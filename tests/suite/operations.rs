//! The example operations of `tests/operations`: each costs the statements that it names, with
//! little data and with much, and together they cover every edge of the schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use async_graphql::{
    Variables,
    parser::{parse_query, types::DocumentOperations},
};
use entity::{order, vocabulary::OrderStatus};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Map, Value, json};
use thali::{
    command::import::{hospitals, menus, report::Progress, source::Source},
    db::Meter,
};
use uuid::Uuid;

use crate::{
    app::TestApp,
    carts::sell_to_visitors,
    data::{Data, Size, today},
    on_both,
    orders::admit,
    people::administrator,
    sdl::{Sdl, is_read, path},
};

mod answers;

pub struct Operation {
    pub file: String,
    pub text: String,
    variables: Value,
}

/// All example operations, by name.
pub fn all() -> Vec<Operation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operations");
    let mut operations = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "graphql")
        {
            continue;
        }
        let variables = std::fs::read_to_string(path.with_extension("variables.json"));
        operations.push(Operation {
            file: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
            variables: variables.map_or(json!({}), |text| serde_json::from_str(&text).unwrap()),
        });
    }
    operations.sort_by(|a, b| a.file.cmp(&b.file));
    operations
}

pub fn named(file: &str) -> Operation {
    let mut operations = all().into_iter();
    operations.find(|operation| operation.file == file).unwrap()
}

impl Operation {
    /// The number of statements that the file names.
    fn statements(&self) -> u64 {
        let line = self.text.lines().nth(1).unwrap_or_default();
        let number = line.strip_prefix("# statements: ");
        let number = number.and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("{}: the second line names no statements", self.file))
    }

    /// The variables with their placeholders filled in.
    pub fn variables(&self, known: &Map<String, Value>) -> Value {
        filled(&self.variables, known)
    }

    /// Whether it asks who asks: no administrator of the settings, as whom the others run.
    fn is_of_an_account(&self) -> bool {
        self.text.contains("viewer {")
    }

    fn edges(&self, sdl: &Sdl, variables: &Value) -> usize {
        let document = parse_query(&self.text).unwrap();
        let DocumentOperations::Multiple(operations) = &document.operations else {
            panic!("{}: the operation has no name", self.file);
        };
        let operation = operations.values().next().unwrap();
        let variables = Variables::from_json(variables.clone());
        sdl.edges(&document, &operation.node, &variables)
    }

    /// The fields that it selects, as `Type.field`.
    fn covers(&self, sdl: &Sdl) -> BTreeSet<String> {
        let document = parse_query(&self.text).unwrap();
        let operation = document.operations.iter().next().unwrap().1;
        let visits = sdl.visits(&document, &operation.node, &Variables::default());
        visits.into_values().map(|visit| visit.path).collect()
    }
}

pub fn filled(value: &Value, known: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => known
                .get(name)
                .unwrap_or_else(|| panic!("no {text}"))
                .clone(),
            None => value.clone(),
        },
        Value::Array(list) => list.iter().map(|value| filled(value, known)).collect(),
        Value::Object(map) => {
            let fields = map.iter();
            fields
                .map(|(name, value)| (name.clone(), filled(value, known)))
                .collect()
        }
        other => other.clone(),
    }
}

/// What the placeholders stand for in the database of `app`; the playground asks in the same way.
pub async fn placeholders(app: &TestApp) -> Map<String, Value> {
    let query = include_str!("../operations/placeholders/objects.graphql");
    let pointers = include_str!("../operations/placeholders/pointers.json");
    let pointers: BTreeMap<String, String> = serde_json::from_str(pointers).unwrap();
    let objects = app.data(query, json!({})).await;
    let mut known = Map::from_iter([
        ("TODAY".to_owned(), json!(today())),
        ("YESTERDAY".to_owned(), json!(today().pred_opt())),
    ]);
    for (name, pointer) in pointers {
        let object = objects.pointer(&pointer);
        let id = object.unwrap_or_else(|| panic!("no ${name} at {pointer}: {objects:#}"));
        known.insert(name, id.clone());
    }
    assert!(known.values().all(Value::is_string), "{known:#?}");
    known
}

#[test]
fn each_says_what_it_is_for() {
    let operations = all();
    assert!(operations.len() >= 18);
    for operation in &operations {
        let first = operation.text.lines().next().unwrap();
        assert!(
            first.starts_with("# ") && first.ends_with('.'),
            "{}: {first}",
            operation.file
        );
        assert!(operation.statements() > 0);
        let camel: String = operation.file.split('-').map(capital).collect();
        let begins = format!("\nquery {camel}");
        assert!(
            operation.text.contains(&begins),
            "{}: not named {camel}",
            operation.file
        );
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// What is shown to those who hold portions, or have the token of a cart, as nobody has for whom
/// the examples run.
const OF_A_HOLD: [&str; 3] = ["Hold.lines", "HoldLine.menuItem", "Query.cart"];

#[test]
fn together_they_cover_every_field_that_leads_on() {
    let sdl = Sdl::read();
    let operations = all();
    let covered: BTreeSet<String> = operations.iter().flat_map(|op| op.covers(&sdl)).collect();
    let mut missing = BTreeSet::new();
    for (name, fields) in sdl.types.iter().filter(|(name, _)| is_read(name)) {
        for (field, ty) in fields {
            let leads_on = ty.target.is_some() || ty.has_arguments;
            let counts = leads_on || name == "Query" || sdl.is_edge(name, field);
            if counts && !covered.contains(&path(name, field)) {
                missing.insert(format!("{name}.{field}"));
            }
        }
    }
    assert_eq!(missing, OF_A_HOLD.map(str::to_owned).into());
}

const ADD: &str = "mutation ($input: AddToCartInput!) {
    addToCart(input: $input) { problems { message } }
}";

/// Somebody who sees everything, is a patient too, has a cart, and placed the orders that are for
/// patients.
async fn lay(app: &TestApp) -> Uuid {
    let somebody = administrator(app).await;
    let db = app.app.db.reader(&Meter::new("test"));
    let orders = order::Entity::find()
        .filter(order::Column::WardId.is_not_null())
        .all(&db);
    for order in orders.await.unwrap().into_iter().take(20) {
        let patient = admit(app, order.hospital_id, order.ward_id, "4").await;
        let order = order::ActiveModel {
            patient_id: Set(Some(patient)),
            placed_by: Set(Some(somebody)),
            status: Set(OrderStatus::Placed),
            ..order.into()
        };
        order.update(&db).await.unwrap();
    }
    sell_to_visitors(app).await;
    let item = placeholders(app).await["ITEM"].clone();
    let input = json!({ "menuItem": item, "idempotencyKey": "cart" });
    let added = app
        .execute_as(somebody, ADD, json!({ "input": input }))
        .await;
    assert_eq!(
        added["data"]["addToCart"]["problems"],
        json!([]),
        "{added:#}"
    );
    somebody
}

/// Runs every operation and returns what each cost; those for who has an account as `somebody`.
async fn run_all(app: &TestApp, somebody: Uuid) -> Vec<(String, u64)> {
    let sdl = Sdl::read();
    let known = placeholders(app).await;
    let mut costs = Vec::new();
    for operation in all() {
        let variables = operation.variables(&known);
        let (text, sent) = (&operation.text, variables.clone());
        let answer = match operation.is_of_an_account() {
            true => app.execute_as(somebody, text, sent).await,
            false => app.execute_as_administrator(text, sent).await,
        };
        assert_eq!(answer.get("errors"), None, "{}: {answer:#}", operation.file);
        let roots = answer["data"].as_object().unwrap();
        assert!(
            !roots.values().any(Value::is_null),
            "{}: {answer:#}",
            operation.file
        );
        let trace = &answer["extensions"]["trace"];
        let statements = trace["sqlStatements"].as_u64().unwrap();
        // What somebody is where is a statement of its own.
        let looked_up = u64::from(operation.is_of_an_account());
        let edges = operation.edges(&sdl, &variables) as u64 + looked_up;
        assert!(
            statements <= edges,
            "{}: {statements} statements for {edges} edges: {trace:#}",
            operation.file
        );
        costs.push((operation.file.clone(), statements));
    }
    costs
}

fn promised() -> Vec<(String, u64)> {
    let operations = all().into_iter();
    operations
        .map(|op| (op.file.clone(), op.statements()))
        .collect()
}

on_both! {
    async fn each_costs_what_it_names_with_little_data_and_with_much(app: TestApp) {
        let much = TestApp::start(app.engine()).await;
        Data::fill(&app, Size::ONE).await;
        Data::fill(&much, Size::times(50)).await;
        for app in [&app, &much] {
            assert_eq!(run_all(app, lay(app).await).await, promised());
        }
    }
}

on_both! {
    async fn each_finds_something_in_the_demo_data(app: TestApp) {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let list = std::fs::read(demo.join("hospitals.csv")).unwrap();
        hospitals::import(&app.app, "hospitals.csv", &list, true).await.unwrap();
        let options = menus::Options { serve_hospitals: None, strict: true };
        let folder = Source::Folder(demo.join("menus"));
        menus::import(&app.app, &folder, options, &Progress::new("files")).await.unwrap();
        let somebody = administrator(&app).await;
        let costs = run_all(&app, somebody).await.into_iter();
        for ((file, cost), (_, promised)) in costs.zip(promised()) {
            assert!(cost <= promised, "{file}: {cost} statements, {promised} promised");
        }
    }
}

#[test]
fn six_edges_are_six_statements() {
    let operation = named("six-edges");
    assert_eq!(operation.edges(&Sdl::read(), &json!({})), 6);
    assert_eq!(operation.statements(), 6);
}
