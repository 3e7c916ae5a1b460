//! What became of each order of a ward, kept for who sends them again.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::ward_order;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, Order as Direction},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Order, OrderById};
use crate::{
    error::{Error, Result},
    graph::{
        Ctx, Listed, Problem, Reads, Row, Write,
        fetch::{many_each, models, select},
    },
    load::Edge,
    patient::{Patient, PatientById},
    sql::{Sent, insert_from, is_any_of, sent, sent_id},
};

/// What became of the order of one patient.
#[derive(Clone, Debug)]
pub struct WardOrder {
    pub patient: Uuid,
    pub order: Option<Uuid>,
    pub problems: Vec<Problem>,
}

/// What became of the order of one patient.
#[Object]
impl WardOrder {
    /// The patient; null where there is none that you may see.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Row<Patient>>> {
        ctx.load(PatientById, self.patient).await
    }

    /// The order as it is now; null where it was not placed.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Row<Order>>> {
        match self.order {
            Some(order) => ctx.load(OrderById, order).await,
            None => Ok(None),
        }
    }

    /// What speaks against this order: all that is to be mended. Empty where nothing does.
    async fn problems(&self) -> Listed<&[Problem]> {
        Listed(&self.problems)
    }
}

/// Keeps what became of a batch, in one statement.
pub async fn keep(write: &Write, batch: Uuid, orders: &[WardOrder]) -> Result<()> {
    let mut rows = Vec::with_capacity(orders.len());
    for (position, of) in orders.iter().enumerate() {
        let problems = serde_json::to_string(&of.problems).map_err(Error::internal)?;
        let order = of.order.map(sent_id);
        rows.push(json!([position, sent_id(of.patient), order, problems]));
    }
    let columns = [
        ("position", Sent::Number),
        ("patient_id", Sent::Id),
        ("order_id", Sent::Id),
        ("problems", Sent::Text),
    ];
    let mut select = sent(
        &Value::from(rows),
        &columns,
        write.conn.get_database_backend(),
    );
    select.expr(Expr::val(batch)).expr(Expr::val(write.now));
    let names = [
        "position",
        "patient_id",
        "order_id",
        "problems",
        "batch_id",
        "created_at",
    ];
    let insert = insert_from("ward_order", &names, select)?;
    write.conn.execute(&insert).await?;
    Ok(())
}

/// What became of the orders of a batch, in the order in which they were sent. Who knows the id
/// of a batch is who sent it.
#[derive(Clone, PartialEq)]
pub struct OrdersOfBatch;

impl Edge for OrdersOfBatch {
    type Key = Uuid;
    type Value = Arc<[Row<WardOrder>]>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<ward_order::Entity>(&[]);
        let batch = Expr::col(("ward_order", "batch_id"));
        query
            .and_where(is_any_of(batch, keys, reads.backend()))
            .order_by(("ward_order", "position"), Direction::Asc);
        let rows = models::<ward_order::Model>(&reads.conn.query_all(&query).await?)?;
        let batches = many_each(keys, rows, |row| row.batch_id);
        let batches = batches.into_iter().map(|rows| {
            let orders = rows.into_iter().map(|row| {
                let problems = serde_json::from_str(&row.problems).map_err(Error::internal)?;
                Ok(Row::new(WardOrder {
                    patient: row.patient_id,
                    order: row.order_id,
                    problems,
                }))
            });
            orders.collect::<Result<Arc<[_]>>>()
        });
        Ok(batches.collect())
    }
}
