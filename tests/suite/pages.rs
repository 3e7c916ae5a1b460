//! Pages against a model: whatever is asked of a list, in whichever direction, is a slice of
//! one sequence, and what the page says of its place is true.

use std::collections::HashSet;

use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
    property::holds,
};

mod changes;
pub mod lists;
mod parents;

use lists::List;

/// Reads a page; checks what must hold of any page.
async fn page(app: &TestApp, list: &List, arguments: &str) -> Value {
    let query = list.query(arguments);
    let data = app.data_as_administrator(&query, json!({})).await;
    let page = list.of(&data).clone();
    let edges = page["edges"].as_array().unwrap();
    let nodes: Vec<&Value> = edges.iter().map(|edge| &edge["node"]).collect();
    assert_eq!(
        nodes,
        page["nodes"].as_array().unwrap().iter().collect::<Vec<_>>()
    );
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    assert_eq!(page["pageInfo"]["startCursor"], cursor(edges.first()));
    assert_eq!(page["pageInfo"]["endCursor"], cursor(edges.last()));
    assert_eq!(
        page["totalCount"],
        list.ids.len(),
        "{} {arguments}",
        list.name
    );
    page
}

fn ids(page: &Value) -> Vec<&str> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect()
}

/// Reads a whole list in pages of `sizes`, again and again, and returns the cursors.
async fn walk(app: &TestApp, list: &List, sizes: &[usize], backward: bool) -> Vec<String> {
    let (take, from, more, at) = match backward {
        false => ("first", "after", "hasNextPage", "endCursor"),
        true => ("last", "before", "hasPreviousPage", "startCursor"),
    };
    let mut pages: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    for size in sizes.iter().cycle() {
        let page = page(app, list, &format!("{take}: {size} {cursor}")).await;
        let info = page["pageInfo"].clone();
        pages.push(page);
        if info[more] == false {
            break;
        }
        cursor = format!("{from}: {}", info[at]);
    }
    if backward {
        pages.reverse();
    }
    let seen: Vec<&str> = pages.iter().flat_map(ids).collect();
    assert_eq!(seen, list.ids, "{} in pages of {sizes:?}", list.name);
    let edges = pages
        .iter()
        .flat_map(|page| page["edges"].as_array().unwrap());
    edges
        .map(|edge| edge["cursor"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn of_any_size_forward_and_backward_are_one_sequence(app: TestApp) {
        let lists = lists::all(&Data::fill(&app, Size::times(5)).await);
        for list in &lists {
            assert!(list.ids.len() > 1, "{}: too short to be tested", list.name);
            let forward = walk(&app, list, &[100], false).await;
            assert_eq!(walk(&app, list, &[100], true).await, forward, "{}", list.name);
        }
        let sizes = vec(2..15usize, 1..4);
        holds(40, (any::<prop::sample::Index>(), sizes, any::<bool>()), async |(list, sizes, backward)| {
            walk(&app, &lists[list.index(lists.len())], &sizes, backward).await;
        });
    }
}

on_both! {
    async fn between_any_two_cursors_are_the_right_slice_and_know_their_place(app: TestApp) {
        let lists = lists::all(&Data::fill(&app, Size::times(5)).await);
        let mut cursors = Vec::new();
        for list in &lists {
            cursors.push(walk(&app, list, &[100], false).await);
        }
        let index = any::<prop::sample::Index>;
        let window = (option::of(index()), option::of(index()), any::<bool>(), 0..12usize);
        holds(200, (index(), window), async |(list, (after, before, backward, size))| {
            let at = list.index(lists.len());
            let (list, cursors) = (&lists[at], &cursors[at]);
            let all = cursors.len();
            let after = after.map(|after| after.index(all));
            let before = before.map(|before| before.index(all));
            let mut arguments = format!("{}: {size}", if backward { "last" } else { "first" });
            if let Some(after) = after {
                arguments += &format!(" after: \"{}\"", cursors[after]);
            }
            if let Some(before) = before {
                arguments += &format!(" before: \"{}\"", cursors[before]);
            }
            let page = page(&app, list, &arguments).await;
            let (low, high) = (after.map_or(0, |after| after + 1), before.unwrap_or(all));
            if low > high {
                // The cursors have changed places: nothing lies between them.
                assert_eq!(ids(&page), Vec::<&str>::new());
                return;
            }
            let (from, to) = match backward {
                false => (low, high.min(low + size)),
                true => (low.max(high.saturating_sub(size)), high),
            };
            let place = format!("{} {arguments}: {from}..{to} of {all}", list.name);
            assert_eq!(ids(&page), list.ids[from..to], "{place}");
            assert_eq!(page["pageInfo"]["hasPreviousPage"], from > 0, "{place}");
            assert_eq!(page["pageInfo"]["hasNextPage"], to < all, "{place}");
            for (edge, cursor) in page["edges"].as_array().unwrap().iter().zip(&cursors[from..to]) {
                assert_eq!(edge["cursor"], **cursor, "{place}");
            }
        });
    }
}

on_both! {
    async fn of_one_list_are_refused_by_another(app: TestApp) {
        let lists = lists::all(&Data::fill(&app, Size::times(5)).await);
        let mut cursors = Vec::new();
        for list in &lists {
            cursors.push(walk(&app, list, &[100], false).await.swap_remove(0));
        }
        // A list of the same name below another parent is the same kind of list.
        let distinct: HashSet<&String> = cursors.iter().collect();
        let refused = "The cursor belongs to another list, ordering or filter; start again without it.";
        for (at, list) in lists.iter().enumerate() {
            let own = walk(&app, list, &[100], false).await.swap_remove(0);
            for cursor in distinct.iter().cycle().skip(at).take(8).chain([&&own]) {
                let query = list.query(&format!("after: \"{cursor}\""));
                let answer = app.execute_as_administrator(&query, json!({})).await;
                let message = answer["errors"][0]["message"].as_str();
                let is_own = **cursor == own || fingerprint(cursor) == fingerprint(&own);
                assert_eq!(message, (!is_own).then_some(refused), "{}", list.name);
            }
        }
    }
}

/// The part of a cursor that says to which list it belongs: bytes 1 to 4.
fn fingerprint(cursor: &str) -> Vec<u8> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(cursor)
        .unwrap();
    bytes[1..5].to_vec()
}

on_both! {
    async fn of_forged_cursors_are_refused_and_not_failed(app: TestApp) {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let lists = lists::all(&Data::fill(&app, Size::times(5)).await);
        let tails: [&[u8]; 10] = [
            b"",
            b"i\0\0\0\0\0\0\0\x05",
            b"f\x7f\xf8\0\0\0\0\0\0",
            b"f\x40\x01\0\0\0\0\0\0",
            b"s\0\0\0\x01a",
            b"s\0\0\0\x01\0",
            b"d\0\x0a\0\0",
            b"i\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"t\0\0\0\0\0\0\0\x05",
            b"t\x7f\xff\xff\xff\xff\xff\xff\xff",
        ];
        for list in &lists {
            let cursor = walk(&app, list, &[100], false).await.swap_remove(0);
            let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            for first in tails {
                for second in [&[][..], first] {
                    // Version, fingerprint and id are true; the values of the ordering are not.
                    let forged = URL_SAFE_NO_PAD.encode([&bytes[..21], first, second].concat());
                    let query = list.query(&format!("after: \"{forged}\""));
                    let answer = app.execute_as_administrator(&query, json!({})).await;
                    let code = &answer["errors"][0]["extensions"]["code"];
                    assert!(code.is_null() || code == "BAD_USER_INPUT", "{}: {answer:#}", list.name);
                }
            }
        }
    }
}
