//! Values of arguments.

use serde_json::json;

use super::{Table, start};
use crate::ask::{Reply, post, query};

#[tokio::test]
async fn values_must_be_of_their_type() {
    let app = start().await;
    let dish = app
        .data("{ dishes(first: 1) { nodes { id } } }", json!({}))
        .await;
    let dish = dish["dishes"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut table = Table::default();
    let long = "x".repeat(201);
    let menu = |day: &str, meal: &str| {
        format!(
            r#"{{ menu(hospital: {{ slug: "riverside-general" }}, date: {day}, meal: {meal}) {{ id }} }}"#
        )
    };
    for (what, document) in [
        (
            "text for a number",
            "{ dishes(first: \"5\") { totalCount } }".into(),
        ),
        (
            "a fraction for a number",
            "{ dishes(first: 1.5) { totalCount } }".into(),
        ),
        (
            "a number beyond 32 bits",
            "{ dishes(first: 3000000000) { totalCount } }".into(),
        ),
        (
            "a number beyond 64 bits",
            "{ dishes(first: 99999999999999999999) { totalCount } }".into(),
        ),
        (
            "a number beyond all",
            "{ dishes(filter: { maxEnergyKcal: 1e999 }) { totalCount } }".into(),
        ),
        (
            "not a number",
            "{ dishes(filter: { maxEnergyKcal: NaN }) { totalCount } }".into(),
        ),
        (
            "a list for a number",
            "{ dishes(first: [1]) { totalCount } }".into(),
        ),
        (
            "an object for a text",
            "{ dishes(search: { a: 1 }) { totalCount } }".into(),
        ),
        ("an unknown enum value", menu("\"2026-11-23\"", "BRUNCH")),
        ("a number for an enum", menu("\"2026-11-23\"", "1")),
        ("no day", menu("\"tomorrow\"", "LUNCH")),
        ("the 31st of June", menu("\"2026-06-31\"", "LUNCH")),
        ("a day of year 99999", menu("\"99999-01-01\"", "LUNCH")),
        ("a number for a day", menu("20261123", "LUNCH")),
        ("null where none may be", menu("null", "LUNCH")),
        ("an argument that is missing", "{ node { id } }".into()),
        (
            "an input field that is missing",
            "{ hospitals(near: { latitude: 1 }) { totalCount } }".into(),
        ),
        (
            "an unknown input field",
            "{ dishes(filter: { colour: 1 }) { totalCount } }".into(),
        ),
        ("none of oneOf", "{ hospital(by: {}) { id } }".into()),
        (
            "two of oneOf",
            "{ hospital(by: { slug: \"a\", code: \"b\" }) { id } }".into(),
        ),
        (
            "null of oneOf",
            "{ hospital(by: { slug: null }) { id } }".into(),
        ),
        (
            "an id that is none",
            "{ hospital(by: { id: \"7\" }) { id } }".into(),
        ),
        (
            "the id of another kind",
            format!("{{ hospital(by: {{ id: \"{dish}\" }}) {{ id }} }}"),
        ),
        (
            "101 ids",
            format!(
                "{{ nodes(ids: [{}]) {{ id }} }}",
                vec!["\"x\""; 101].join(",")
            ),
        ),
        (
            "latitude 91",
            "{ hospitals(near: { latitude: 91, longitude: 0 }) { totalCount } }".into(),
        ),
        (
            "longitude -181",
            "{ kitchens(near: { latitude: 0, longitude: -181 }) { totalCount } }".into(),
        ),
        (
            "no radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 0 }) { totalCount } }".into(),
        ),
        (
            "a negative radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: -1 }) { totalCount } }"
                .into(),
        ),
        (
            "a radius too wide",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 1001 }) { totalCount } }"
                .into(),
        ),
        (
            "the worst radius",
            "{ hospitals(near: { latitude: 0, longitude: 0, withinKm: 1e308 }) { totalCount } }"
                .into(),
        ),
        (
            "a food as thin as water",
            "{ dishes(filter: { foodTextures: [3, 2] }) { totalCount } }".into(),
        ),
        (
            "a drink as thick as food",
            "{ dishes(filter: { drinkTextures: [5] }) { totalCount } }".into(),
        ),
        (
            "a texture beyond 16 bits",
            "{ dishes(filter: { foodTextures: [70000] }) { totalCount } }".into(),
        ),
        (
            "relevance to nothing",
            "{ dishes(orderBy: { field: RELEVANCE }) { totalCount } }".into(),
        ),
        (
            "relevance to no word",
            "{ dishes(search: \"?!\", orderBy: { field: RELEVANCE }) { totalCount } }".into(),
        ),
        (
            "a search too long",
            format!("{{ dishes(search: \"{long}\") {{ totalCount }} }}"),
        ),
        (
            "the same for hospitals",
            format!("{{ hospitals(search: \"{long}\") {{ totalCount }} }}"),
        ),
    ] {
        let reply = query(&app, &document).await;
        // An id differs from run to run.
        let reply = Reply {
            body: reply.body.replace(&dish, "ID"),
            ..reply
        };
        table.add(&app, what, &reply).await;
    }
    insta::assert_snapshot!(table.0, @r#"
    text for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a fraction for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a number beyond 32 bits: 200 BAD_USER_INPUT data: Failed to parse "Int": Only integers from -2147483648 to 2147483647 are accepted.
    a number beyond 64 bits: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a number beyond all: 400 GRAPHQL_PARSE_FAILED: invalid number: number out of range at line 1 column 5
    not a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.maxEnergyKcal", expected type "Float"
    a list for a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    an object for a text: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "search", expected type "String"
    an unknown enum value: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "meal", enumeration type "Meal" does not contain the value "BRUNCH"
    a number for an enum: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "meal", expected type "Meal"
    no day: 200 BAD_USER_INPUT data: Failed to parse "Date": "tomorrow" is not a day such as 2026-11-23
    the 31st of June: 200 BAD_USER_INPUT data: Failed to parse "Date": "2026-06-31" is not a day such as 2026-11-23
    a day of year 99999: 200 BAD_USER_INPUT data: Failed to parse "Date": "99999-01-01" is not a day such as 2026-11-23
    a number for a day: 200 BAD_USER_INPUT data: Expected input type "Date", found 20261123.
    null where none may be: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "date", expected type "Date"
    an argument that is missing: 400 GRAPHQL_VALIDATION_FAILED: Field "node" argument "id" of type "Query" is required but not provided
    an input field that is missing: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "near", field "longitude" of type "Float!" is required but not provided
    an unknown input field: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter", unknown field "colour" of type "DishFilter"
    none of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    two of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    null of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof Input Objects require that exactly one field must be supplied and that 
    an id that is none: 200 BAD_USER_INPUT data: "7" is not an id; use the `id` of a Hospital as the API gave it.
    the id of another kind: 200 BAD_USER_INPUT data: "ID" is the id of a Dish; the id of a Hospital is expected.
    101 ids: 200 BAD_USER_INPUT data: `ids` has 101 entries; at most 100 are allowed.
    latitude 91: 200 BAD_USER_INPUT data: 91, 0 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.
    longitude -181: 200 BAD_USER_INPUT data: 0, -181 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.
    no radius: 200 BAD_USER_INPUT data: `withinKm` is 0; it must be above 0 and at most 1000.
    a negative radius: 200 BAD_USER_INPUT data: `withinKm` is -1; it must be above 0 and at most 1000.
    a radius too wide: 200 BAD_USER_INPUT data: `withinKm` is 1001; it must be above 0 and at most 1000.
    the worst radius: 200 BAD_USER_INPUT data: `withinKm` is 100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    a food as thin as water: 200 BAD_USER_INPUT data: `foodTextures` has 2; levels are from 3 to 7.
    a drink as thick as food: 200 BAD_USER_INPUT data: `drinkTextures` has 5; levels are from 0 to 4.
    a texture beyond 16 bits: 200 BAD_USER_INPUT data: Failed to parse "Int": Only integers from -32768 to 32767 are accepted. (occurred while parsing "[Int!]") (occ
    relevance to nothing: 200 BAD_USER_INPUT data: `orderBy` RELEVANCE needs a `search` with words.
    relevance to no word: 200 BAD_USER_INPUT data: `orderBy` RELEVANCE needs a `search` with words.
    a search too long: 200 BAD_USER_INPUT data: `search` has more than 200 characters, which is the most allowed.
    the same for hospitals: 200 BAD_USER_INPUT data: `search` has more than 200 characters, which is the most allowed.
    "#);
}

#[tokio::test]
async fn long_lists_of_values_are_no_burden() {
    let app = start().await;
    // Such a list once made an expression so deep that the process ran out of stack.
    for (filter, value) in [
        ("freeFrom", "MILK"),
        ("categories", "SOUP"),
        ("diets", "VEGAN"),
    ] {
        let values = vec![value; 20_000];
        let ty = match filter {
            "freeFrom" => "Allergen",
            "categories" => "DishCategory",
            _ => "Diet",
        };
        let document =
            format!("query($a: [{ty}!]) {{ dishes(filter: {{ {filter}: $a }}) {{ totalCount }} }}");
        let many =
            Reply::to(post(&app).json(&json!({ "query": document, "variables": { "a": values } })))
                .await;
        let one = Reply::to(
            post(&app).json(&json!({ "query": document, "variables": { "a": [value] } })),
        )
        .await;
        assert_eq!(many.to_string(), one.to_string());
    }
}
