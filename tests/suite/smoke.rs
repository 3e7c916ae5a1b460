//! The server starts and answers.

use serde_json::json;

use crate::on_both;

on_both! {
    async fn an_empty_database_answers(app: TestApp) {
        let data = app.data("{ serverTime hospitals { totalCount nodes { name } } }", json!({})).await;
        assert_eq!(
            data,
            json!({
                "serverTime": "2026-11-23T09:00:00Z",
                "hospitals": { "totalCount": 0, "nodes": [] },
            })
        );
        let ready = app.client.get(app.url("/readyz")).send().await.unwrap();
        assert_eq!(ready.status(), 200);
    }
}
