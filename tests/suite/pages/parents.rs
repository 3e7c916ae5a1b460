//! The pages of many parents, read together, are the pages that each has alone.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
    property::holds,
};

/// (parents, their list)
const NESTED: [(&str, &str); 9] = [
    ("hospitals(first: 30)", "wards"),
    ("hospitals(first: 30)", "kitchens"),
    ("hospitals(first: 30)", "menus"),
    (
        "kitchens(near: { latitude: 51.5, longitude: 0, withinKm: 500 }, first: 30)",
        "hospitals",
    ),
    (
        "kitchens(near: { latitude: 51.5, longitude: 0, withinKm: 500 }, first: 30)",
        "dishes",
    ),
    (
        "kitchens(near: { latitude: 51.5, longitude: 0, withinKm: 500 }, first: 30)",
        "menus",
    ),
    ("MENUS", "items"),
    ("SECTIONS", "items"),
    ("DRAFTS", "items"),
];

const PAGE: &str = "{ totalCount edges { cursor node { id } } pageInfo { hasNextPage \
                    hasPreviousPage startCursor endCursor } }";

async fn parents(app: &TestApp, which: &str) -> Vec<String> {
    let (query, pointer) = match which {
        "MENUS" => (
            "{ hospital(by: { code: \"DEMO1\" }) { menus(first: 40) { nodes { id } } } }",
            "/hospital/menus/nodes",
        ),
        "DRAFTS" => (
            "{ hospital(by: { code: \"T003\" }) { menus(first: 40) { nodes { id } } } }",
            "/hospital/menus/nodes",
        ),
        "SECTIONS" => (
            "{ hospital(by: { code: \"DEMO1\" }) { menus(first: 2) { nodes { sections { id } } } } }",
            "/hospital/menus/nodes/1/sections",
        ),
        _ => (which, ""),
    };
    let data = match pointer {
        "" => {
            app.data(
                &format!("{{ list: {query} {{ nodes {{ id }} }} }}"),
                json!({}),
            )
            .await
        }
        _ => app.data(query, json!({})).await,
    };
    let list = data.pointer(if pointer.is_empty() {
        "/list/nodes"
    } else {
        pointer
    });
    let ids = list.unwrap().as_array().unwrap().iter();
    ids.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The pages of `list` that `arguments` say, of all of `parents` together.
async fn together(app: &TestApp, parents: &[String], list: &str, arguments: &str) -> Vec<Value> {
    let kinds = ["Hospital", "Kitchen", "Menu", "MenuSection"];
    let has = |kind: &&&str| match list {
        "wards" | "kitchens" => **kind == "Hospital",
        "hospitals" | "dishes" => **kind == "Kitchen",
        "menus" => matches!(**kind, "Hospital" | "Kitchen"),
        _ => matches!(**kind, "Menu" | "MenuSection"),
    };
    let on = kinds.iter().filter(has);
    let on: String = on
        .map(|kind| format!("... on {kind} {{ list: {list}({arguments}) {PAGE} }} "))
        .collect();
    let query = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {on} }} }}");
    let data = app.data(&query, json!({ "ids": parents })).await;
    let nodes = data["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["list"].clone()).collect()
}

on_both! {
    async fn read_together_are_those_read_alone(app: TestApp) {
        Data::fill(&app, Size::times(5)).await;
        let index = any::<prop::sample::Index>;
        let what = (0..NESTED.len(), any::<bool>(), 0..6usize, index(), any::<bool>(), index());
        holds(40, what, async |(nested, backward, size, parent, continued, row)| {
            let (which, list) = NESTED[nested];
            let parents = parents(&app, which).await;
            let mut arguments = format!("{}: {size}", if backward { "last" } else { "first" });
            if continued {
                // One cursor for all: each parent goes on from where it would stand in its list.
                let one = together(&app, &[parent.get(&parents).clone()], list, "first: 100").await;
                let edges = one[0]["edges"].as_array().unwrap();
                if let Some(edge) = edges.get(row.index(edges.len().max(1))) {
                    let from = if backward { "before" } else { "after" };
                    arguments += &format!(" {from}: {}", edge["cursor"]);
                }
            }
            let pages = together(&app, &parents, list, &arguments).await;
            // A few of them, or the test takes longer than it is worth.
            let step = parents.len().div_ceil(5);
            for (parent, page) in parents.iter().zip(&pages).step_by(step) {
                let alone = together(&app, std::slice::from_ref(parent), list, &arguments).await;
                assert_eq!(&alone[0], page, "{list}({arguments}) of {parent}");
            }
        });
    }
}
