//! Holding patients while something of them is decided.

use entity::patient;
use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::visible_to;
use crate::{
    auth::Scope,
    db::Transaction,
    error::Result,
    graph::fetch::{models, select},
    sql::is_any_of,
};

/// Waits for these patients, as far as the viewer sees them, and holds them until the end of the
/// transaction: no diet, allergy or bed of theirs changes meanwhile. They are held in the order
/// of their ids, before anything else that is held. What belongs to them, such as their
/// allergies, is to be read afterwards.
pub async fn hold(
    conn: &Transaction,
    scope: &Scope,
    patients: &[Uuid],
) -> Result<Vec<patient::Model>> {
    let backend = conn.get_database_backend();
    let mut query = select::<patient::Entity>(&[]);
    query
        .and_where(is_any_of(Expr::col(("patient", "id")), patients, backend))
        .cond_where(visible_to(scope, backend))
        .order_by(("patient", "id"), Order::Asc)
        .lock(LockType::NoKeyUpdate);
    models(&conn.query_all(&query).await?)
}
