//! Who sees and changes what: a table of every field of the schema (`table.rs`), and a visit of
//! each as everybody, at the own place and at another one's.
//!
//! A field that is not in the table fails a test; so does one whose required arguments are not.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};
use entity::vocabulary::Role;
use serde_json::{Value, json};
use thali::auth::Place;
use uuid::Uuid;

use crate::{
    app::{TOKEN, TestApp},
    ask::{Reply, post},
    data::{Data, Size},
    on_both,
    people::{administrator, person, person_in_bed},
};

mod table;
mod world;

use table::{ARGUMENTS, CHANGES, May, OF_THE_VIEWER, SEEN, Sees, Who};
use world::World;

/// The fields of the object types and interfaces of the schema.
struct Fields(BTreeMap<String, Vec<FieldDefinition>>);

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}

impl Fields {
    fn read() -> Self {
        let document = parse_schema(thali::schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| {
            let TypeSystemDefinition::Type(ty) = definition else {
                return None;
            };
            let fields = match ty.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => return None,
            };
            let fields = fields.into_iter().map(|field| field.node).collect();
            Some((ty.node.name.node.to_string(), fields))
        });
        Self(types.collect())
    }

    fn is_node(&self, name: &str) -> bool {
        let has_id = |field: &FieldDefinition| field.name.node == "id";
        name == "Node"
            || (SEEN.iter().any(|row| row.0 == name && row.1.is_node())
                && self.0[name].iter().any(has_id))
    }

    /// Selects all of a type and of what belongs to it, but of other nodes only that they are
    /// there.
    fn selection(&self, name: &str, world: &World) -> String {
        let fields = self.0[name].iter();
        let is_same = |field: &&FieldDefinition| {
            !OF_THE_VIEWER.contains(&format!("{name}.{}", field.name.node).as_str())
        };
        let selected = fields
            .filter(is_same)
            .map(|field| self.field(name, field, world));
        selected.collect::<Vec<_>>().join(" ")
    }

    fn field(&self, on: &str, field: &FieldDefinition, world: &World) -> String {
        let name = field.name.node.as_str();
        let path = format!("{on}.{name}");
        let needs = |argument: &async_graphql::parser::types::InputValueDefinition| {
            !argument.ty.node.nullable && argument.default_value.is_none()
        };
        let is_needed = field.arguments.iter().any(|argument| needs(&argument.node));
        let arguments = ARGUMENTS.iter().find(|(of, _)| *of == path);
        let arguments = match arguments {
            Some((_, arguments)) => format!("({})", world.fill(arguments)),
            None if is_needed => panic!("{path} needs arguments: say them in ARGUMENTS"),
            None => String::new(),
        };
        let target = named(&field.ty.node);
        let selection = match self.0.contains_key(target) {
            false => String::new(),
            true if self.is_node(target) => "{ __typename id }".to_owned(),
            true => format!("{{ {} }}", self.selection(target, world)),
        };
        format!("{name}{arguments} {selection}")
    }
}

#[test]
fn every_field_is_in_the_table() {
    let fields = Fields::read();
    let in_schema: BTreeSet<String> = fields
        .0
        .iter()
        .filter(|(name, _)| *name != "Mutation")
        .flat_map(|(name, fields)| {
            fields
                .iter()
                .map(move |f| format!("{name}.{}", f.name.node))
        })
        .collect();
    let in_table = SEEN.iter().flat_map(|(name, _, fields)| {
        fields
            .split(' ')
            .map(move |field| format!("{name}.{field}"))
    });
    let mut listed = BTreeSet::new();
    for field in in_table {
        assert!(
            listed.insert(field.clone()),
            "{field} is in the table twice"
        );
    }
    let differing: Vec<&String> = in_schema.symmetric_difference(&listed).collect();
    assert_eq!(
        differing,
        Vec::<&String>::new(),
        "in the schema or in the table only"
    );
    let changes: BTreeSet<&str> = CHANGES.iter().map(|(name, ..)| *name).collect();
    let mutations = fields.0["Mutation"].iter();
    let mutations: BTreeSet<&str> = mutations.map(|field| field.name.node.as_str()).collect();
    assert_eq!(changes, mutations);
}

/// Everybody who may ask, with the tokens that show who they are.
async fn everybody(app: &TestApp, world: &World) -> Vec<(Who, Option<String>)> {
    let mut all = vec![
        (Who::Nobody, None),
        (Who::Unknown, Some("nonsense".to_owned())),
        (Who::Administrator, Some(TOKEN.to_owned())),
        (Who::Oneself, Some(app.token_of(world.somebody).await)),
        (
            Who::Somebody,
            Some(app.token_of(person(app, &[]).await).await),
        ),
    ];
    for role in [
        Role::Visitor,
        Role::Nurse,
        Role::Dietitian,
        Role::HospitalManager,
    ] {
        for (who, hospital) in [
            (Who::Own(role), world.hospital),
            (Who::Foreign(role), world.other_hospital),
        ] {
            let account = person(app, &[(role, Place::Hospital(hospital))]).await;
            all.push((who, Some(app.token_of(account).await)));
        }
    }
    let role = Role::Kitchen;
    for (who, kitchen) in [
        (Who::Own(role), world.kitchen),
        (Who::Foreign(role), world.other_kitchen),
    ] {
        let account = person(app, &[(role, Place::Kitchen(kitchen))]).await;
        all.push((who, Some(app.token_of(account).await)));
    }
    let role = Role::Patient;
    for (who, (hospital, patient)) in [
        (Who::Own(role), (world.hospital, world.patient)),
        (
            Who::Foreign(role),
            (world.other_hospital, world.other_patient),
        ),
    ] {
        let account = person_in_bed(app, hospital, patient).await;
        all.push((who, Some(app.token_of(account).await)));
    }
    let account = administrator(app).await;
    let token = app.token_of(account).await;
    all.push((Who::Own(Role::Administrator), Some(token)));
    all
}

async fn ask(app: &TestApp, token: Option<&str>, query: &str, input: Option<Value>) -> Value {
    let request = match token {
        Some(token) => post(app).bearer_auth(token),
        None => post(app),
    };
    let variables = input.map_or(json!({}), |input| json!({ "input": input }));
    let body = json!({ "query": query, "variables": variables });
    Reply::to(request.json(&body)).await.json()
}

on_both! {
    async fn everybody_sees_what_the_table_says_and_nothing_else(app: TestApp) {
        let world = World::make(&app).await;
        let fields = Fields::read();
        let everybody = everybody(&app, &world).await;
        let mut queries: Vec<(String, Sees)> = vec![];
        for field in &fields.0["Query"] {
            let sees = match field.name.node.as_str() {
                "viewer" | "checkMeal" | "cart" => continue,
                _ => Sees::Everybody,
            };
            queries.push((format!("{{ it: {} }}", fields.field("Query", field, &world)), sees));
        }
        for (name, sees, _) in SEEN.iter().filter(|(_, sees, _)| sees.is_node()) {
            let id = world.id(name);
            let selection = fields.selection(name, &world);
            queries.push((format!("{{ it: node(id: \"{id}\") {{ ... on {name} {{ {selection} }} }} }}"), *sees));
        }
        for (query, sees) in queries {
            let expected = ask(&app, Some(TOKEN), &query, None).await["data"]["it"].clone();
            assert!(!expected.is_null(), "{query}");
            for (who, token) in &everybody {
                let answer = ask(&app, token.as_deref(), &query, None).await;
                let seen = if sees.is_seen_by(*who) { expected.clone() } else { Value::Null };
                assert_eq!(answer["data"]["it"], seen, "{who:?}: {query} {answer:#}");
                // What one may not see answers as what does not exist.
                assert_eq!(answer.get("errors"), None, "{who:?}: {query}");
            }
        }
    }
}

on_both! {
    async fn everybody_is_the_viewer_and_nobody_else(app: TestApp) {
        let world = World::make(&app).await;
        let fields = Fields::read();
        let viewer = fields.0["Query"].iter().find(|field| field.name.node == "viewer").unwrap();
        let viewer = fields.field("Query", viewer, &world);
        let query = format!("{{ {viewer} me: viewer {{ account {{ id }} }} }}");
        let mut seen = BTreeSet::new();
        for (who, token) in everybody(&app, &world).await {
            let answer = ask(&app, token.as_deref(), &query, None).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert_eq!(code, (who == Who::Unknown).then_some("UNAUTHENTICATED"), "{who:?}");
            match who {
                Who::Nobody | Who::Unknown | Who::Administrator => {
                    assert_eq!(answer["data"]["me"], Value::Null, "{who:?}");
                }
                _ => {
                    let id = answer["data"]["me"]["account"]["id"].to_string();
                    assert!(seen.insert(id), "{who:?} is somebody else: {answer:#}");
                }
            }
        }
    }
}

on_both! {
    async fn everybody_changes_what_the_table_says_and_nothing_else(app: TestApp) {
        let world = World::make(&app).await;
        let everybody = everybody(&app, &world).await;
        let mut wrong = Vec::new();
        for (at, (name, payload, may, input)) in CHANGES.iter().enumerate() {
            let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
            let query = format!("mutation ($input: {input_type}!) {{ {name}(input: $input) {{ {payload} }} }}");
            for (number, (who, token)) in everybody.iter().enumerate() {
                let key = format!("{at}-{number}");
                let input = world.fill(input).replace("$KEY", &key);
                let input: Value = serde_json::from_str(&input).unwrap_or_else(|error| panic!("{name}: {error}"));
                let answer = ask(&app, token.as_deref(), &query, Some(input)).await;
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                let expected = match who {
                    _ if may.lets(*who) => None,
                    Who::Nobody | Who::Unknown => Some("UNAUTHENTICATED"),
                    _ if *may == May::Shown => Some("UNAUTHENTICATED"),
                    _ => Some("FORBIDDEN"),
                };
                let is_answered = !answer["data"][*name].is_null();
                if code != expected || is_answered != expected.is_none() {
                    wrong.push(format!("{name} {who:?}: {code:?}, not {expected:?}"));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
