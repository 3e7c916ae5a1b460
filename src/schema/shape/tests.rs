use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;
use crate::schema::{sdl, variables};

fn shape_with(query: &str, variables: serde_json::Value) -> Shape {
    let types = Arc::new(Types::read(&sdl()).unwrap());
    let document = parse_query(query).unwrap();
    let first = document.operations.iter().next().unwrap().1;
    let mut variables = Variables::from_json(variables);
    variables::fill(&first.node, &mut variables);
    Shape::of(&types, &document, &first.node, &variables)
}

fn shape(query: &str) -> Shape {
    shape_with(query, json!({}))
}

#[test]
fn cost_is_the_objects_that_the_pages_can_have() {
    assert_eq!(shape("{ serverTime __typename }").cost, 0);
    // The page, and twice its size: dishes and their kitchens.
    let page = "{ dishes(first: 10) { nodes { name kitchen { id } } } }";
    assert_eq!(shape(page).cost, 1 + 10 * 2);
    let edges = "{ dishes(last: 10) { edges { cursor node { id } } totalCount } }";
    assert_eq!(shape(edges).cost, 1 + 10 * 2);
    assert_eq!(shape("{ dishes { nodes { id } } }").cost, 1 + 20);
    assert_eq!(shape("{ dishes(first: 0) { nodes { id } } }").cost, 1);
    assert_eq!(shape("{ dishes(first: -5) { nodes { id } } }").cost, 1);
    let ids = "{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }";
    assert_eq!(shape(ids).cost, 3);
    let nested =
        "{ dishes(first: 10) { nodes { kitchen { dishes(first: 10) { nodes { id } } } } } }";
    assert_eq!(shape(nested).cost, 1 + 10 * (1 + 1 + 1 + 10));
}

#[test]
fn cost_knows_variables_and_their_defaults() {
    let query = "query($n: Int = 7) { dishes(first: $n) { nodes { id } } }";
    assert_eq!(shape(query).cost, 1 + 7);
    assert_eq!(shape_with(query, json!({ "n": 3 })).cost, 1 + 3);
    assert_eq!(shape_with(query, json!({ "n": "3" })).cost, 1 + 20);
    let ids = "query($i: [ID!]!) { nodes(ids: $i) { id } }";
    assert_eq!(shape_with(ids, json!({ "i": ["a", "b"] })).cost, 2);
}

#[test]
fn cost_cannot_be_hidden() {
    let alias = "{ dishes(first: 10) { a: nodes { id } b: nodes { id } } }";
    assert_eq!(shape(alias).cost, 1 + 20);
    let spread = "{ ...A } fragment A on Query { dishes(first: 10) { ... { ...B } } } \
                  fragment B on DishConnection { nodes { id } }";
    assert_eq!(shape(spread).cost, 1 + 10);
    let twice = "{ dishes(first: 10) { nodes { id } } dishes(first: 10) { nodes { id } } }";
    assert_eq!(shape(twice).cost, 2 * (1 + 10));
    // More leaves than the type has fields can only be repetitions.
    let leaves = "name ".repeat(1000);
    let repeated = shape(&format!(
        "{{ dishes(first: 10) {{ nodes {{ {leaves} }} }} }}"
    ));
    assert!(repeated.cost > 10 * 900, "{}", repeated.cost);
    let enormous = "{ dishes(first: 2000000000) { nodes { kitchen { dishes(first: 2000000000) { \
                    nodes { kitchen { dishes(first: 2000000000) { nodes { id } } } } } } } } }";
    assert_eq!(shape(enormous).cost, u64::MAX);
}

#[test]
fn what_is_skipped_costs_nothing() {
    let query = "query($yes: Boolean!) { dishes @skip(if: $yes) { nodes { id } } \
                 ... @include(if: false) { dishes { nodes { id } } } serverTime }";
    let skipped = shape_with(query, json!({ "yes": true }));
    assert_eq!((skipped.cost, skipped.root.len()), (0, 1));
    assert_eq!(shape_with(query, json!({ "yes": false })).cost, 21);
}

#[test]
fn depth_aliases_and_directives_are_counted_through_fragments() {
    let query = "query @a { x: serverTime ...A ...A } \
                 fragment A on Query { y: dishes { nodes { z: name @b @c } } }";
    let shape = shape(query);
    assert_eq!((shape.depth, shape.aliases, shape.directives), (3, 5, 5));
}

#[test]
fn the_root_is_listed_in_the_order_of_the_answer() {
    let query = "{ b: node(id: 1) { id } ...A serverTime a: serverTime } \
                 fragment A on Query { hospitals { totalCount } serverTime }";
    let root = shape(query).root;
    let root: Vec<_> = root
        .iter()
        .map(|(key, null)| (key.as_str(), *null))
        .collect();
    let expected = [
        ("b", true),
        ("hospitals", false),
        ("serverTime", false),
        ("a", false),
    ];
    assert_eq!(root, expected);
}

#[test]
fn selections_are_seen_wherever_they_stand() {
    let query = "{ node(id: 1) { id ... on Dish { alias: name ...Rest } } } \
                 fragment Rest on Dish { kitchen { slug } }";
    let shape = shape(query);
    for (ty, field) in [
        ("Dish", "name"),
        ("Dish", "kitchen"),
        ("Kitchen", "slug"),
        ("Dish", "id"),
        ("Ward", "id"),
    ] {
        assert!(shape.selects(ty, field), "{ty}.{field}");
    }
    for (ty, field) in [
        ("Dish", "description"),
        ("Kitchen", "name"),
        ("Ward", "name"),
    ] {
        assert!(!shape.selects(ty, field), "{ty}.{field}");
    }
    assert!(
        shape.selects("Nothing", "at all"),
        "what is not known is read"
    );
}

#[test]
fn documents_without_end_are_given_up() {
    let ring = "{ ...A } fragment A on Query { serverTime ...B } fragment B on Query { ...A }";
    assert!(!shape(ring).is_endless);
    let doubled = |head: &str| {
        let fragment = |n| format!("fragment F{n} on Query {{ ...F{} ...F{0} }}", n + 1);
        let fragments: String = (0..30).map(fragment).collect();
        shape(&format!(
            "{head} {fragments} fragment F30 on Query {{ serverTime }}"
        ))
    };
    assert!(doubled("{ ...F0 }").is_endless);
    // Another operation is validated, too.
    assert!(doubled("query A { serverTime } query B { ...F0 }").is_endless);
    let nested = format!("{} serverTime {}", "{ ... ".repeat(120), "}".repeat(120));
    let nested = parse_query(nested);
    assert!(nested.is_err(), "the parser has a limit of its own");
    let fragment = |n| format!("fragment F{n} on Query {{ ...F{} }}", n + 1);
    let chain: String = (0..120).map(fragment).collect();
    let chain = format!("{{ ...F0 }} {chain} fragment F120 on Query {{ serverTime }}");
    assert!(shape(&chain).is_endless);
}

#[test]
fn an_introspection_is_measured() {
    let query = "{ __schema { types { fields { type { fields { name } } } } } \
                 __type(name: \"Dish\") { name } nothing { fields { fields { fields } } } }";
    let shape = shape(query);
    assert_eq!((shape.introspected, shape.introspected_lists), (6, 2));
}

#[test]
fn the_strictest_field_decides_how_long_a_copy_may_be_shown() {
    let age = |query| shape(query).max_age;
    let places = "{ hospital(by: { slug: \"a\" }) { name } }";
    assert_eq!(age(places), Some(300));
    assert_eq!(age("{ __typename }"), Some(300));
    let dishes = "{ hospital(by: { slug: \"a\" }) { name } dishes { nodes { name } } }";
    assert_eq!(age(dishes), Some(10));
    let fragment = "{ hospital(by: { slug: \"a\" }) { ...H } } \
                    fragment H on Hospital { menus { nodes { ... on Menu { id } } } }";
    assert_eq!(age(fragment), Some(10));
}

#[test]
fn one_field_that_is_not_public_keeps_the_whole_answer_from_others() {
    for query in [
        "{ serverTime }",
        "{ dishes { nodes { name } } serverTime }",
        "{ node(id: \"a\") { id ... on MenuItem { price { formatted } } } }",
        "{ node(id: \"a\") { id ...P } } fragment P on MenuItem { availability { remaining } }",
        "{ a: dishes { nodes { name } } b: serverTime }",
        "{ __schema { types { name } } }",
        "{ __type(name: \"Dish\") { name } }",
        "{ dishes { nodes { unknown } } }",
        "{ ... on Unknown { name } }",
        "mutation { __typename }",
        "mutation { setMenuItemPrice(input: {}) { problems { code } } }",
    ] {
        assert_eq!(shape(query).max_age, None, "{query}");
    }
    let skipped = "query($no: Boolean!) { dishes { nodes { name } } serverTime @include(if: $no) }";
    assert_eq!(
        shape_with(skipped, json!({ "no": false })).max_age,
        Some(10)
    );
    assert_eq!(shape_with(skipped, json!({ "no": true })).max_age, None);
}
