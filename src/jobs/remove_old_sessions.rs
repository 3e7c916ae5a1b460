//! Removes sessions whose time is over, and with them their refresh tokens.

use entity::session::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, sea_query::Query};

use crate::{app::App, db::Meter};

const BATCH: u64 = 1_000;

pub async fn remove_old_sessions(app: App) -> anyhow::Result<bool> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::ExpiresAt.lt(app.clock.now()))
        .order_by(Column::ExpiresAt, Order::Asc)
        .limit(BATCH)
        .take();
    let conn = app.db.begin(&Meter::new("remove sessions")).await?;
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(&conn)
        .await?;
    conn.commit().await?;
    Ok(removed.rows_affected > 0)
}
