//! What the look-ahead decides is what runs.

use serde_json::json;

use crate::app::{Engine, TestApp};

/// Two kitchens' worth of the demo data: true dishes with textures and figures.
async fn with_demo() -> TestApp {
    let app = TestApp::start(Engine::Sqlite).await;
    let progress = thali::command::import::report::Progress::silent();
    thali::command::seed::seed_demo(&app.app, &progress)
        .await
        .unwrap();
    app
}

#[tokio::test]
async fn a_default_of_a_variable_decides_as_a_given_value_does() {
    let app = with_demo().await;
    let skip = "query($brief: Boolean = true) {
        dishes(first: 1) { nodes { name texture @skip(if: $brief) { level } } }
    }";
    for (variables, has_texture) in [(json!({}), false), (json!({ "brief": false }), true)] {
        let data = app.data(skip, variables).await;
        let dish = &data["dishes"]["nodes"][0];
        assert_eq!(
            dish.get("texture")
                .is_some_and(|texture| texture.is_object()),
            has_texture
        );
    }
    let include = "query($full: Boolean = true) {
        serverTime hospitals @include(if: $full) { totalCount }
    }";
    assert_eq!(
        app.data(include, json!({})).await["hospitals"]["totalCount"],
        5
    );
    let off = app.data(include, json!({ "full": false })).await;
    assert_eq!(
        off.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["serverTime"]
    );
}

#[tokio::test]
async fn limits_hold_where_a_default_lets_a_selection_in() {
    let app = TestApp::with(Engine::Sqlite, |config| config.query_depth = 3).await;
    let query = "query($off: Boolean = false) {
        hospitals @skip(if: $off) { nodes { wards { nodes { name } } } }
    }";
    let answer = app.execute(query, json!({})).await;
    assert_eq!(
        answer["errors"][0]["message"],
        "The operation's depth is 5; at most 3 is allowed."
    );
}

#[tokio::test]
async fn a_failed_root_field_that_may_be_null_is_null() {
    let app = TestApp::start(Engine::Sqlite).await;
    let answer = app
        .execute("{ hospital(by: { id: \"7\" }) { id } }", json!({}))
        .await;
    assert_eq!(answer["data"], json!({ "hospital": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let answer = app
        .execute("{ serverTime @skip(if: true) }", json!({}))
        .await;
    assert_eq!(answer["data"], json!({}));
}

#[tokio::test]
async fn a_cursor_with_values_of_other_types_is_refused() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let app = with_demo().await;
    let query =
        "query($after: String) { dishes(first: 1, after: $after) { pageInfo { endCursor } } }";
    let data = app.data(query, json!({})).await;
    let cursor = data["dishes"]["pageInfo"]["endCursor"].as_str().unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    bytes.truncate(21);
    bytes.push(b'f');
    bytes.extend(1.5f64.to_be_bytes());
    let forged = URL_SAFE_NO_PAD.encode(bytes);
    let answer = app.execute(query, json!({ "after": forged })).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{answer:#}"
    );
    assert_eq!(
        answer["errors"][0]["message"],
        "The cursor does not fit this list; start without it."
    );
}
