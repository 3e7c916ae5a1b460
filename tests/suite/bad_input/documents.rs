//! Documents that are wrong, or more than anyone needs.

use serde_json::json;

use super::{Table, start};
use crate::ask::{Reply, post, query};

#[tokio::test]
async fn a_document_must_be_within_the_limits() {
    let app = start().await;
    let mut table = Table::default();
    let doubled = |many: usize, head: &str| {
        let fragment = |n| format!("fragment F{n} on Query {{ ...F{} ...F{0} }} ", n + 1);
        let fragments: String = (0..many).map(fragment).collect();
        format!("{head} {fragments} fragment F{many} on Query {{ serverTime }}")
    };
    let chained = |head: &str| {
        let fragment = |n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1);
        let fragments: String = (0..500).map(fragment).collect();
        format!("{head} {fragments} fragment F500 on Query {{ serverTime }}")
    };
    let ring = "{ ...A } fragment A on Query { ...B } fragment B on Query { serverTime ...A }";
    let level = "kitchen { dishes(first: 1) { nodes { ";
    let deep = format!(
        "{{ dishes {{ nodes {{ {} name {} }} }} }}",
        level.repeat(6),
        "} } }".repeat(6)
    );
    let aliases: String = (0..31).map(|n| format!("a{n}: serverTime ")).collect();
    let hidden: String = (0..16).map(|n| format!("a{n}: serverTime ")).collect();
    let wide = "dishes(first: 100) { nodes { kitchen { dishes(first: 100) { nodes { kitchen { dishes(first: 100) { nodes { id } } } } } } } }";
    let schema =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    for (what, document) in [
        ("nothing", String::new()),
        ("only a comment", "# { serverTime }".into()),
        (
            "only a fragment",
            "fragment A on Query { serverTime }".into(),
        ),
        ("schema definitions", "type Query { a: Int }".into()),
        ("unclosed", "{ serverTime".into()),
        ("an unclosed string", "{ node(id: \"x) { id } }".into()),
        (
            "an unclosed block string",
            "{ node(id: \"\"\"x\") { id } }".into(),
        ),
        ("a control character", "{ server\u{1}Time }".into()),
        ("an unknown field", "{ nothing }".into()),
        (
            "an unknown argument",
            "{ dishes(many: 1) { totalCount } }".into(),
        ),
        ("an unknown directive", "{ serverTime @slow }".into()),
        ("an unknown fragment", "{ ...Nothing }".into()),
        ("an unknown type", "{ ... on Nothing { id } }".into()),
        (
            "a fragment on another type",
            "{ ... on Dish { id } }".into(),
        ),
        (
            "an unused fragment",
            "{ serverTime } fragment A on Query { serverTime }".into(),
        ),
        ("an object without fields", "{ dishes }".into()),
        ("a leaf with fields", "{ serverTime { seconds } }".into()),
        ("a conflict", "{ a: serverTime a: __typename }".into()),
        ("no such mutation", "mutation { eatMeal }".into()),
        ("a subscription", "subscription { orderUpdates }".into()),
        (
            "two operations",
            "query A { serverTime } query B { serverTime }".into(),
        ),
        (
            "one name twice",
            "query A { serverTime } query A { serverTime }".into(),
        ),
        ("too deep", deep),
        ("too many aliases", format!("{{ {aliases} }}")),
        (
            "too many aliases in fragments",
            format!(
                "{{ ...A ...B }} fragment A on Query {{ {hidden} }} fragment B on Query {{ ...A }}"
            ),
        ),
        (
            "too many directives",
            format!("{{ serverTime {} }}", "@skip(if: false) ".repeat(51)),
        ),
        (
            "too many tokens",
            format!("{{ {} }}", "serverTime ".repeat(4000)),
        ),
        (
            "tokens after a carriage return",
            format!("#\r{{ {} }}", "serverTime ".repeat(4000)),
        ),
        ("a long name", format!("{{ {} }}", "n".repeat(200_000))),
        ("100,000 braces", "{".repeat(100_000)),
        ("100,000 fields", "{a".repeat(100_000)),
        (
            "100,000 brackets",
            format!("{{ a(b: {}", "[".repeat(100_000)),
        ),
        (
            "brackets in a string that is none",
            format!("{{ a(b: [\"\"\"\" {}", "[".repeat(100_000)),
        ),
        ("100,000 parentheses", "(".repeat(100_000)),
        (
            "80 brackets",
            format!("{{ a(b: {}{}) }}", "[".repeat(78), "]".repeat(78)),
        ),
        (
            "80 inline fragments",
            format!("{}serverTime{}", "{ ...".repeat(75), "}".repeat(75)).replacen(
                "...",
                "... on Query",
                1,
            ),
        ),
        ("a ring of fragments", ring.into()),
        (
            "a fragment of itself",
            "{ ...A } fragment A on Query { ...A }".into(),
        ),
        ("fragments doubled 25 times", doubled(25, "{ ...F0 }")),
        ("the same, unused", doubled(25, "{ serverTime }")),
        ("a chain of 500 fragments", chained("{ ...F0 }")),
        ("too costly", format!("{{ {wide} }}")),
        (
            "too costly by repetition",
            format!(
                "{{ dishes(first: 100) {{ nodes {{ {} }} }} }}",
                "name ".repeat(3900)
            ),
        ),
        ("a schema in itself", schema.into()),
        (
            "a schema repeated",
            format!(
                "{{ __schema {{ types {{ fields {{ {} }} }} }} }}",
                "name ".repeat(1000)
            ),
        ),
    ] {
        table.add(&app, what, &query(&app, &document).await).await;
    }
    let others = doubled(25, "query A { serverTime } query B { ...F0 }");
    let body = json!({ "query": others, "operationName": "A" });
    let reply = Reply::to(post(&app).json(&body)).await;
    table
        .add(&app, "doubled in the other operation", &reply)
        .await;
    let body = json!({ "query": "query A { serverTime }", "operationName": "B" });
    let reply = Reply::to(post(&app).json(&body)).await;
    table.add(&app, "another operation", &reply).await;
    insta::assert_snapshot!(table.0, @r#"
    nothing: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 |    | ^---   |   = expected executable_definition
    only a comment: 400 GRAPHQL_PARSE_FAILED:  --> 1:17   | 1 | # { serverTime }   |                 ^---   |   = expected executable_definition
    only a fragment: 400 GRAPHQL_PARSE_FAILED: document does not contain an operation
    schema definitions: 400 GRAPHQL_PARSE_FAILED:  --> 1:1   | 1 | type Query { a: Int }   | ^---   |   = expected executable_definition
    unclosed: 400 GRAPHQL_PARSE_FAILED:  --> 1:13   | 1 | { serverTime   |             ^---   |   = expected selection_set, selection, directive, or a
    an unclosed string: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    an unclosed block string: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    a control character: 400 GRAPHQL_PARSE_FAILED:  --> 1:9   | 1 | { serverTime }   |         ^---   |   = expected selection_set, selection, directive, or arg
    an unknown field: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "nothing" on type "Query".
    an unknown argument: 400 GRAPHQL_VALIDATION_FAILED: Unknown argument "many" on field "dishes" of type "Query".
    an unknown directive: 400 GRAPHQL_VALIDATION_FAILED: Unknown directive "slow"
    an unknown fragment: 400 GRAPHQL_VALIDATION_FAILED: Unknown fragment: "Nothing"
    an unknown type: 400 GRAPHQL_VALIDATION_FAILED: Unknown type "Nothing"
    a fragment on another type: 400 GRAPHQL_VALIDATION_FAILED: Fragment cannot be spread here as objects of type "Query" can never be of type "Dish"
    an unused fragment: 400 GRAPHQL_VALIDATION_FAILED: Fragment "A" is never used
    an object without fields: 400 GRAPHQL_VALIDATION_FAILED: Field "dishes" of type "DishConnection" must have a selection of subfields
    a leaf with fields: 400 GRAPHQL_VALIDATION_FAILED: Field "serverTime" must not have a selection since type "DateTime" has no subfields
    a conflict: 400 GRAPHQL_VALIDATION_FAILED: Fields "a" conflict because "serverTime" and "__typename" are different fields. Use different aliases on the f
    no such mutation: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "eatMeal" on type "Mutation".
    a subscription: 400 GRAPHQL_VALIDATION_FAILED: Schema is not configured for subscriptions.
    two operations: 400 GRAPHQL_VALIDATION_FAILED: The document has several operations; say which with `operationName`.
    one name twice: 400 GRAPHQL_PARSE_FAILED: operation A is defined twice
    too deep: 400 GRAPHQL_VALIDATION_FAILED: The operation's depth is 21; at most 20 is allowed.
    too many aliases: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of aliases is 31; at most 30 is allowed.
    too many aliases in fragments: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of aliases is 32; at most 30 is allowed.
    too many directives: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of directives is 51; at most 50 is allowed.
    too many tokens: 400 GRAPHQL_PARSE_FAILED: The document has more than 4000 tokens, which is the most allowed.
    tokens after a carriage return: 400 GRAPHQL_PARSE_FAILED: The document has more than 4000 tokens, which is the most allowed.
    a long name: 400 GRAPHQL_PARSE_FAILED: A name in the document has more than 256 characters, which is the most allowed.
    100,000 braces: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    100,000 fields: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    100,000 brackets: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    brackets in a string that is none: 400 GRAPHQL_PARSE_FAILED: A string in the document is not closed.
    100,000 parentheses: 400 GRAPHQL_PARSE_FAILED: The document opens more than 80 brackets into each other, which is the most allowed.
    80 brackets: 400 GRAPHQL_VALIDATION_FAILED: Unknown field "a" on type "Query".
    80 inline fragments: 400 GRAPHQL_PARSE_FAILED: recursion limit exceeded.
    a ring of fragments: 400 GRAPHQL_VALIDATION_FAILED: The fragment "A" spreads itself.
    a fragment of itself: 400 GRAPHQL_VALIDATION_FAILED: The fragment "A" spreads itself.
    fragments doubled 25 times: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    the same, unused: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    a chain of 500 fragments: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    too costly: 400 COST_EXCEEDED: The operation costs 1030301; at most 50000 is allowed. Ask for smaller pages or fewer levels.
    too costly by repetition: 400 COST_EXCEEDED: The operation costs 388601; at most 50000 is allowed. Ask for smaller pages or fewer levels.
    a schema in itself: 400 GRAPHQL_VALIDATION_FAILED: The operation's nesting of introspection lists is 3; at most 2 is allowed.
    a schema repeated: 400 GRAPHQL_VALIDATION_FAILED: The operation's number of introspection fields is 1002; at most 500 is allowed.
    doubled in the other operation: 400 GRAPHQL_VALIDATION_FAILED: The operation spreads its fragments into too many fields.
    another operation: 400 GRAPHQL_VALIDATION_FAILED: The document has no operation "B".
    "#);
}
