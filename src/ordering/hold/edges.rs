//! The edges that lead to holds.

use std::sync::Arc;

use entity::{hold, hold_line};
use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Condition, Expr, ExprTrait},
};
use uuid::Uuid;

use super::Hold;
use crate::{
    auth::Scope,
    error::Result,
    graph::{
        Reads, Row,
        fetch::{many_each, models, one_each, select},
    },
    load::Edge,
    sql::is_any_of,
};

/// Holds of the viewer; to administrators all.
fn visible_to(scope: &Scope) -> Condition {
    let own = Expr::col(("hold", "account_id")).eq(scope.account());
    match scope.is_administrator() {
        true => Condition::all(),
        false => Condition::all().add(own),
    }
}

#[derive(Clone, PartialEq)]
pub struct HoldById;

impl Edge for HoldById {
    type Key = Uuid;
    type Value = Option<Row<Hold>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let mut query = select::<hold::Entity>(&[]);
        query
            .and_where(is_any_of(Expr::col(("hold", "id")), keys, reads.backend()))
            .cond_where(visible_to(scope));
        let rows = models::<hold::Model>(&reads.conn.query_all(&query).await?)?;
        let holds = rows.into_iter().map(|row| Row::new(Hold(row)));
        Ok(one_each(keys, holds, |hold| hold.0.id))
    }
}

#[derive(Clone, PartialEq)]
pub struct LinesOfHold;

impl Edge for LinesOfHold {
    type Key = Uuid;
    type Value = Arc<[hold_line::Model]>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let mut query = select::<hold_line::Entity>(&[]);
        let of = Expr::col(("hold_line", "hold_id"));
        query
            .inner_join("hold", of.clone().equals(("hold", "id")))
            .and_where(is_any_of(of, keys, reads.backend()))
            .cond_where(visible_to(scope))
            .order_by(("hold_line", "position"), Order::Asc);
        let rows = models::<hold_line::Model>(&reads.conn.query_all(&query).await?)?;
        let rows = many_each(keys, rows, |row| row.hold_id).into_iter();
        Ok(rows.map(|rows| Ok(rows.into())).collect())
    }
}
