//! Removes idempotency keys that stand for their change no longer, and what was kept with them.

use entity::{
    idempotency_key::{Column, Entity},
    ward_order,
};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{app::App, db::Meter, graph::KEY_IS_KEPT};

const BATCH: u64 = 1_000;

pub async fn remove_old_keys(app: App) -> anyhow::Result<bool> {
    let before = app.clock.now() - KEY_IS_KEPT;
    let old = Query::select()
        .columns([Column::Viewer, Column::Key])
        .from(Entity)
        .and_where(Column::CreatedAt.lt(before))
        .order_by(Column::CreatedAt, Order::Asc)
        .limit(BATCH)
        .take();
    let keys = Expr::tuple([Expr::col(Column::Viewer), Expr::col(Column::Key)]);
    let conn = app.db.begin(&Meter::new("remove keys")).await?;
    let removed = Entity::delete_many()
        .filter(keys.in_subquery(old))
        .exec(&conn)
        .await?;
    ward_order::Entity::delete_many()
        .filter(ward_order::Column::CreatedAt.lt(before))
        .exec(&conn)
        .await?;
    conn.commit().await?;
    Ok(removed.rows_affected > 0)
}
