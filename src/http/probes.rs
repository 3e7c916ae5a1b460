//! Probes for load balancers, and the schema as text.

use std::sync::{Arc, LazyLock};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sea_orm::{ConnectionTrait, Statement};

use super::Http;
use crate::db::Meter;

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can serve: the database answers, or a replica, with which reads go on.
pub async fn readyz(State(http): State<Arc<Http>>) -> Response {
    let reader = http.engine.app().db.reader(&Meter::new("readyz"));
    let ask = Statement::from_string(reader.get_database_backend(), "SELECT 1");
    match reader.query_one_raw(ask).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
                .into_response()
        }
    }
}

pub async fn schema() -> Response {
    // Building it takes milliseconds, and it never changes while the process lives.
    static SDL: LazyLock<String> = LazyLock::new(crate::schema::sdl);
    let media = [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")];
    (media, SDL.as_str()).into_response()
}
