//! What an answer looks like.

use serde_json::{Value, json};

use super::{production, start};
use crate::{
    app::{TOKEN, TestApp},
    ask::{self, Reply, demo, post},
};

#[tokio::test]
async fn fields_are_answered_in_the_order_of_the_query() {
    let app = demo(|_| {}).await;
    // Fields that wait for the database stand before fields that do not.
    let query = r#"
        query {
          last: dishes(first: 1) { nodes { kitchen { slug } b: category name } totalCount }
          __typename
          ...Places
          first: dishes(last: 1) { totalCount nodes { name } }
          now: serverTime
          missing: node(id: "none") { id }
        }
        fragment Places on Query {
          hospital(by: { slug: "riverside-general" }) {
            wards(first: 1) { totalCount nodes { __typename name } }
            ... on Hospital { name slug }
            ... on Node { __typename }
            city
          }
          serverTime
        }
    "#;
    insta::assert_snapshot!(ask::query(&app, query).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"last":{"nodes":[{"kitchen":{"slug":"thames-central-kitchen"},"b":"DESSERT","name":"Apple and blackberry crumble with custard"}],"totalCount":120},"__typename":"Query","hospital":{"wards":{"totalCount":8,"nodes":[{"__typename":"Ward","name":"Cardiology"}]},"name":"Riverside General Hospital","slug":"riverside-general","__typename":"Hospital","city":"London"},"serverTime":"2026-11-23T09:00:00Z","first":{"totalCount":120,"nodes":[{"name":"Wholewheat spaghetti with lentil ragout"}]},"now":"2026-11-23T09:00:00Z","missing":null},"extensions":{"cost":{"requested":9,"actual":10,"available":50000}}}
    "#);
}

#[tokio::test]
async fn what_is_asked_twice_is_answered_once() {
    let app = demo(|_| {}).await;
    let query = r#"{
        hospital(by: { slug: "riverside-general" }) { name wards(first: 2) { nodes { name } } }
        serverTime
        hospital(by: { slug: "riverside-general" }) { city name wards(first: 2) { totalCount nodes { __typename } } }
        serverTime
    }"#;
    insta::assert_snapshot!(ask::query(&app, query).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospital":{"name":"Riverside General Hospital","wards":{"nodes":[{"name":"Cardiology","__typename":"Ward"},{"name":"Care of the Elderly","__typename":"Ward"}],"totalCount":8},"city":"London"},"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":8,"actual":5,"available":50000}}}
    "#);
}

#[tokio::test]
async fn what_is_skipped_is_not_there() {
    let app = start().await;
    let query = "query($yes: Boolean!) { a: serverTime @skip(if: $yes) ... @include(if: $yes) { b: __typename } c: __typename @include(if: false) }";
    let request = post(&app).json(&json!({ "query": query, "variables": { "yes": true } }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"b":"Query"},"extensions":{"cost":{"requested":0,"actual":0,"available":50000}}}
    "#);
}

/// Problems are of an interface, whose objects others resolve.
#[tokio::test]
async fn an_object_of_which_all_is_skipped_is_there() {
    let app = start().await;
    let check = r#"checkMeal(input: { patient: "UAAAAAAAAAAAAAAAAAAAAAA", items: [{ menuItem: "SeJO7RN_-7YTZvvYN7q0zd0" }] })"#;
    let query = format!(
        "{{ {check} {{
            empty: problems {{ code @skip(if: true) }}
            before: problems {{ code }} before: problems {{ path @skip(if: true) }}
            after: problems {{ path @skip(if: true) }} after: problems {{ code }}
        }} }}"
    );
    let answer = ask::query(&app, &query).await.json();
    let problems = answer["data"]["checkMeal"].as_object().unwrap();
    for (name, expected) in [
        ("empty", json!({})),
        ("before", json!({ "code": "NOT_FOUND" })),
    ] {
        assert_eq!(problems[name][0], expected, "{answer:#}");
    }
    assert_eq!(problems["after"], problems["before"]);
}

#[tokio::test]
async fn an_error_nulls_the_nearest_field_that_may_be_null() {
    let app = demo(|_| {}).await;
    // The field itself.
    let own = r#"{ hospital(by: { slug: "riverside-general" }) { distanceM(from: { latitude: 100, longitude: 0 }) name } }"#;
    insta::assert_snapshot!(ask::query(&app, own).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"100, 0 is not a place: `latitude` is from -90 to 90 and `longitude` from -180 to 180.","locations":[{"line":1,"column":49}],"path":["hospital","distanceM"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"hospital":{"distanceM":null,"name":"Riverside General Hospital"}},"extensions":{"cost":{"requested":1,"actual":1,"available":50000}}}
    "#);
    // Its parent; the parent's neighbours stay.
    let parent = r#"{ hospital(by: { slug: "riverside-general" }) { name wards(first: -1) { totalCount } } serverTime }"#;
    insta::assert_snapshot!(ask::query(&app, parent).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":54}],"path":["hospital","wards"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"hospital":null,"serverTime":"2026-11-23T09:00:00Z"},"extensions":{"cost":{"requested":2,"actual":1,"available":50000}}}
    "#);
    // Everything.
    let root = "{ serverTime dishes(first: -1) { totalCount } }";
    insta::assert_snapshot!(ask::query(&app, root).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":14}],"path":["dishes"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":null,"extensions":{"cost":{"requested":1,"actual":0,"available":50000}}}
    "#);
    // One entry of a list.
    let data = app.data(r#"{ hospital(by: { slug: "riverside-general" }) { id } dishes(first: 1) { nodes { id } } }"#, json!({})).await;
    let ids = [&data["hospital"]["id"], &data["dishes"]["nodes"][0]["id"]];
    let entry = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Hospital { wards(first: -1) { totalCount } } } }";
    let request = post(&app).json(&json!({ "query": entry, "variables": { "ids": ids } }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"errors":[{"message":"`first` is -1; it must be from 0 to 100.","locations":[{"line":1,"column":71}],"path":["nodes",0,"wards"],"extensions":{"code":"BAD_USER_INPUT","requestId":"r1"}}],"data":{"nodes":[null,{"__typename":"Dish"}]},"extensions":{"cost":{"requested":4,"actual":2,"available":50000}}}
    "#);
}

#[tokio::test]
async fn a_variable_that_is_not_given_leaves_the_default() {
    let app = demo(|_| {}).await;
    let query = "query($km: Float, $first: Int) {
        hospitals(near: { latitude: 51.5, longitude: -0.1, withinKm: $km }, first: $first) { totalCount }
    }";
    let request = post(&app).json(&json!({ "query": query }));
    insta::assert_snapshot!(Reply::to(request).await, @r#"
    200 application/graphql-response+json; charset=utf-8
    {"data":{"hospitals":{"totalCount":3}},"extensions":{"cost":{"requested":1,"actual":1,"available":50000}}}
    "#);
}

#[tokio::test]
async fn a_trace_is_shown_to_developers_and_the_administrator_only() {
    let traced = |app: &TestApp, value: &str| {
        let request = post(app).header("x-thali-trace", value);
        Reply::to(request.json(&json!({ "query": "{ hospitals { totalCount } }" })))
    };
    let app = start().await;
    let trace = traced(&app, "1").await.json()["extensions"]["trace"].take();
    assert_eq!(trace["sqlStatements"], 1, "{trace}");
    let absent = json!({ "cost": traced(&app, "0").await.json()["extensions"]["cost"] });
    assert_eq!(traced(&app, "0").await.json()["extensions"], absent);
    let app = production(&[]).await;
    for value in ["1", "sql"] {
        let answer = traced(&app, value).await.json();
        assert_eq!(answer["extensions"].get("trace"), None, "{value}");
        for (token, is_shown) in [(TOKEN, true), ("another-token-of-nobody", false)] {
            let request = post(&app).header("x-thali-trace", value).bearer_auth(token);
            let request = request.json(&json!({ "query": "{ hospitals { totalCount } }" }));
            let answer = Reply::to(request).await.json();
            let trace = answer["extensions"].get("trace");
            assert_eq!(trace.is_some(), is_shown, "{value} {token}");
        }
    }
}

#[tokio::test]
async fn a_trace_shows_its_statements_where_they_are_asked_for() {
    let app = start().await;
    let query = "{ hospitals { totalCount nodes { name } } }";
    let asked = async |value: &str| {
        let request = post(&app).header("x-thali-trace", value);
        let answer = Reply::to(request.json(&json!({ "query": query })))
            .await
            .json();
        answer["extensions"]["trace"].clone()
    };
    let with = asked("sql").await;
    let batches = with["batches"].as_array().unwrap();
    let statements = batches
        .iter()
        .flat_map(|batch| batch["sql"].as_array().unwrap());
    let statements: Vec<&str> = statements.map(|sql| sql.as_str().unwrap()).collect();
    assert_eq!(with["sqlStatements"], statements.len());
    assert!(
        statements.iter().all(|sql| sql.contains("hospital")),
        "{statements:#?}"
    );
    let without = asked("1").await;
    assert_eq!(without["batches"][0].get("sql"), None, "{without}");
}

#[tokio::test]
async fn an_object_of_which_every_field_is_skipped_is_empty() {
    let app = demo(|_| {}).await;
    let query = r#"{
        hospital(by: { slug: "riverside-general" }) {
            location { latitude @skip(if: true) }
            kitchens(first: 1) { nodes { openingHours { weekday @skip(if: true) } } }
            menus(first: 1) { nodes { items(first: 1) { nodes {
                price { currency @skip(if: true) }
                dish { id @skip(if: true) }
            } } } }
        }
        dishes(first: 1) { pageInfo { hasNextPage @skip(if: true) } nodes {
            nutrition { saltG @skip(if: true) }
            texture { level @skip(if: true) }
        } }
    }"#;
    let data = app.data(query, json!({})).await;
    let hospital = &data["hospital"];
    let item = &hospital["menus"]["nodes"][0]["items"]["nodes"][0];
    for object in [
        &hospital["location"],
        &hospital["kitchens"]["nodes"][0]["openingHours"][0],
        &item["price"],
        &item["dish"],
        &data["dishes"]["pageInfo"],
        &data["dishes"]["nodes"][0]["nutrition"],
        &data["dishes"]["nodes"][0]["texture"],
    ] {
        assert_eq!(*object, json!({}), "{data:#}");
    }
}

/// A leaf that is an edge is tried before it is waited for: the try must not count.
#[tokio::test]
async fn a_trace_counts_each_load_once() {
    let app = demo(|_| {}).await;
    let query = r#"{ hospital(by: { slug: "riverside-general" }) {
        menus(first: 2) { nodes { acceptsOrdersUntil } }
    } }"#;
    let request = post(&app).header("x-thali-trace", "1");
    let answer = Reply::to(request.json(&json!({ "query": query }))).await;
    let batches = answer.json()["extensions"]["trace"]["batches"].take();
    let loads = |batch: &Value| format!("{} {}", batch["loader"], batch["loads"]);
    let loads: Vec<String> = batches.as_array().unwrap().iter().map(loads).collect();
    assert_eq!(
        loads,
        [
            r#""HospitalBy" 1"#,
            r#""MenusToCome" 1"#,
            r#""WindowsOfHospital" 2"#
        ]
    );
}

#[tokio::test]
async fn tools_can_ask_for_the_schema() {
    let app = start().await;
    let query = include_str!("introspection.graphql");
    for accept in ["application/json", "application/graphql-response+json"] {
        let request = app
            .client
            .post(app.url("/graphql"))
            .header("accept", accept);
        let reply = Reply::to(
            request.json(&json!({ "query": query, "operationName": "IntrospectionQuery" })),
        )
        .await;
        assert_eq!(reply.status, 200, "{reply}");
        let answer = reply.json();
        assert_eq!(answer.get("errors"), None);
        assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
        let types = answer["data"]["__schema"]["types"].as_array().unwrap();
        assert!(types.iter().any(|ty| ty["name"] == "Hospital"));
    }
    let sdl = Reply::to(app.client.get(app.url("/schema.graphql"))).await;
    assert_eq!(sdl.body, thali::schema::sdl());
}
