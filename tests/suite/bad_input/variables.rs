//! Variables.

use serde_json::json;

use super::{Table, start};
use crate::ask::{Reply, post};

#[tokio::test]
async fn variables_must_be_of_their_type() {
    let app = start().await;
    let mut table = Table::default();
    for (what, document, variables) in [
        (
            "missing",
            "query($a: Int!) { dishes(first: $a) { totalCount } }",
            json!({}),
        ),
        (
            "null",
            "query($a: Int!) { dishes(first: $a) { totalCount } }",
            json!({ "a": null }),
        ),
        (
            "text",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": "1" }),
        ),
        (
            "a fraction",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1.5 }),
        ),
        (
            "too large",
            "query($a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1u64 << 63 }),
        ),
        (
            "an object",
            "query($a: String) { dishes(search: $a) { totalCount } }",
            json!({ "a": {} }),
        ),
        (
            "an unknown enum value",
            "query($a: DishCategory!) { dishes(filter: { categories: [$a] }) { totalCount } }",
            json!({ "a": "STONE" }),
        ),
        (
            "an unknown field",
            "query($a: DishFilter) { dishes(filter: $a) { totalCount } }",
            json!({ "a": { "colour": 1 } }),
        ),
        (
            "two of oneOf",
            "query($a: HospitalBy!) { hospital(by: $a) { id } }",
            json!({ "a": { "slug": "a", "code": "b" } }),
        ),
        (
            "no day",
            "query($a: Date!) { menu(hospital: { slug: \"a\" }, date: $a, meal: LUNCH) { id } }",
            json!({ "a": "soon" }),
        ),
        (
            "not a number",
            "query($a: Float) { dishes(filter: { maxEnergyKcal: $a }) { totalCount } }",
            json!({ "a": "NaN" }),
        ),
        (
            "not declared",
            "{ dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "not used",
            "query($a: Int) { serverTime }",
            json!({ "a": 1 }),
        ),
        (
            "declared twice",
            "query($a: Int, $a: Int) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of an unknown type",
            "query($a: Nothing) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of an output type",
            "query($a: Dish) { dishes(first: $a) { totalCount } }",
            json!({ "a": 1 }),
        ),
        (
            "declared of another type",
            "query($a: String) { dishes(first: $a) { totalCount } }",
            json!({ "a": "1" }),
        ),
        (
            "not to be null",
            "query($a: ID) { node(id: $a) { id } }",
            json!({ "a": null }),
        ),
        (
            "a wrong default",
            "query($a: Int = \"x\") { dishes(first: $a) { totalCount } }",
            json!({}),
        ),
        (
            "a condition that is none",
            "query($a: Boolean!) { serverTime @skip(if: $a) }",
            json!({ "a": "yes" }),
        ),
    ] {
        let body = json!({ "query": document, "variables": variables });
        table
            .add(&app, what, &Reply::to(post(&app).json(&body)).await)
            .await;
    }
    insta::assert_snapshot!(table.0, @r#"
    missing: 400 GRAPHQL_VALIDATION_FAILED: The variable "$a" of type Int! is missing.
    null: 400 GRAPHQL_VALIDATION_FAILED: The variable "$a" of type Int! is missing.
    text: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    a fraction: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    too large: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    an object: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "search", expected type "String"
    an unknown enum value: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.categories.0", enumeration type "DishCategory" does not contain the value "
    an unknown field: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter", unknown field "colour" of type "DishFilter"
    two of oneOf: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "by", Oneof input objects requires have exactly one field
    no day: 200 BAD_USER_INPUT data: Failed to parse "Date": "soon" is not a day such as 2026-11-23
    not a number: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "filter.maxEnergyKcal", expected type "Float"
    not declared: 400 GRAPHQL_VALIDATION_FAILED: Variable "$a" is not defined
    not used: 400 GRAPHQL_VALIDATION_FAILED: Variable "$a" is not used
    declared twice: 400 GRAPHQL_VALIDATION_FAILED: There can only be one variable named "$a"
    declared of an unknown type: 400 GRAPHQL_VALIDATION_FAILED: Unknown type "Nothing"
    declared of an output type: 400 GRAPHQL_VALIDATION_FAILED: Variable "a" cannot be of non-input type "Dish"
    declared of another type: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "first", expected type "Int"
    not to be null: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "id", expected type "ID"
    a wrong default: 400 GRAPHQL_VALIDATION_FAILED: Invalid default value for argument: "a", expected type "Int"
    a condition that is none: 400 GRAPHQL_VALIDATION_FAILED: Invalid value for argument "if", expected type "Boolean"
    "#);
}
