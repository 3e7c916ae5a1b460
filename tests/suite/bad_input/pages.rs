//! Sizes of pages, and cursors.

use serde_json::json;

use super::{Table, start};
use crate::ask::{Reply, query};

#[tokio::test]
async fn pages_and_cursors_must_fit_their_list() {
    let app = start().await;
    let data = app
        .data(
            r#"{
                dishes(first: 1) { pageInfo { endCursor } }
                filtered: dishes(first: 1, filter: { categories: [SOUP] }) { pageInfo { endCursor } }
                ordered: dishes(first: 1, orderBy: { field: ENERGY }) { pageInfo { endCursor } }
                hospitals(first: 1) { pageInfo { endCursor } }
            }"#,
            json!({}),
        )
        .await;
    let cursor = |list: &str| data[list]["pageInfo"]["endCursor"].as_str().unwrap();
    let own = cursor("dishes").to_owned();
    let good = format!("{{ dishes(after: \"{own}\") {{ totalCount }} }}");
    assert_eq!(query(&app, &good).await.json().get("errors"), None);
    let mut table = Table::default();
    for (what, arguments) in [
        ("a negative page", "first: -1".to_owned()),
        ("a negative page from the end", "last: -1".to_owned()),
        ("a page of 101", "first: 101".to_owned()),
        ("a page of 101 from the end", "last: 101".to_owned()),
        ("a page of 2 billion", "first: 2000000000".to_owned()),
        ("first and last", "first: 1, last: 1".to_owned()),
        ("no cursor", "after: \"\"".to_owned()),
        ("a cursor that is none", "after: \"nonsense\"".to_owned()),
        ("the same before", "before: \"nonsense\"".to_owned()),
        ("a plain number", "after: \"20\"".to_owned()),
        (
            "a shortened cursor",
            format!("after: \"{}\"", &own[..own.len() - 4]),
        ),
        ("a lengthened cursor", format!("after: \"{own}AAAA\"")),
        (
            "of another list",
            format!("after: \"{}\"", cursor("hospitals")),
        ),
        (
            "of another filter",
            format!("after: \"{}\"", cursor("filtered")),
        ),
        (
            "of another ordering",
            format!("after: \"{}\"", cursor("ordered")),
        ),
        (
            "of another ordering, backward",
            format!("last: 1, before: \"{}\"", cursor("ordered")),
        ),
        (
            "of the list without this search",
            format!("search: \"soup\", after: \"{own}\""),
        ),
        (
            "of the list without this filter",
            format!("filter: {{ allowTraces: true }}, before: \"{own}\""),
        ),
    ] {
        let document = format!("{{ dishes({arguments}) {{ totalCount }} }}");
        let reply = query(&app, &document).await;
        // A cursor holds an id, which differs from run to run.
        let body = reply.body.replace(&own[..80], "CURSOR");
        let reply = Reply { body, ..reply };
        table.add(&app, what, &reply).await;
    }
    insta::assert_snapshot!(table.0, @r#"
    a negative page: 200 BAD_USER_INPUT data: `first` is -1; it must be from 0 to 100.
    a negative page from the end: 200 BAD_USER_INPUT data: `last` is -1; it must be from 0 to 100.
    a page of 101: 200 BAD_USER_INPUT data: `first` is 101; it must be from 0 to 100.
    a page of 101 from the end: 200 BAD_USER_INPUT data: `last` is 101; it must be from 0 to 100.
    a page of 2 billion: 200 BAD_USER_INPUT data: `first` is 2000000000; it must be from 0 to 100.
    first and last: 200 BAD_USER_INPUT data: Give `first` or `last`, not both.
    no cursor: 200 BAD_USER_INPUT data: "" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a cursor that is none: 200 BAD_USER_INPUT data: "nonsense" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    the same before: 200 BAD_USER_INPUT data: "nonsense" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a plain number: 200 BAD_USER_INPUT data: "20" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a shortened cursor: 200 BAD_USER_INPUT data: "CURSOR" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    a lengthened cursor: 200 BAD_USER_INPUT data: "CURSOR" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.
    of another list: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another filter: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another ordering: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of another ordering, backward: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of the list without this search: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    of the list without this filter: 200 BAD_USER_INPUT data: The cursor belongs to another list, ordering or filter; start again without it.
    "#);
}
