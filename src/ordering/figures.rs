//! What became of the orders of a hospital, in figures from the tallies.
//!
//! Days of a hospital are neighbours in the key of the tallies: each has a row for every slot of
//! its meals, so that a year reads some thousand rows and no order.

use async_graphql::Object;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{position::Cells, vocabulary::Meal};
use sea_orm::{
    ActiveEnum, ConnectionTrait,
    sea_query::{Condition, Expr, ExprTrait, Func, Order, Query},
};
use uuid::Uuid;

use super::SEE_ORDERS;
use crate::{
    error::Result,
    graph::{Listed, Plain, Reads, Row, fetch::many_each, money::Money, scalar},
    load::Edge,
    sql::is_any_of,
};

/// What became of the orders of a hospital.
pub struct OrderFigures {
    placed: i64,
    delivered: i64,
    rejected: i64,
    cancelled: i64,
    late: i64,
    portions: i64,
    totals: Vec<Money>,
    as_of: DateTime<Utc>,
}

/// What became of the orders of a hospital for some days.
#[Object]
impl OrderFigures {
    /// Orders that were placed, whatever became of them.
    async fn placed(&self) -> i64 {
        self.placed
    }

    /// Those of them that have not arrived yet, but are to.
    async fn open(&self) -> i64 {
        self.placed - self.delivered - self.rejected - self.cancelled
    }

    /// Those that have arrived.
    async fn delivered(&self) -> i64 {
        self.delivered
    }

    /// Those that the kitchen did not cook.
    async fn rejected(&self) -> i64 {
        self.rejected
    }

    /// Those that were taken back.
    async fn cancelled(&self) -> i64 {
        self.cancelled
    }

    /// Late trays, without those that were rejected or cancelled.
    async fn late_trays(&self) -> i64 {
        self.late
    }

    /// Portions, without those of orders that were rejected or cancelled.
    async fn portions(&self) -> i64 {
        self.portions
    }

    /// What they cost at the prices of the moment when they were placed, without those that were
    /// rejected or cancelled: for each currency in which something was ordered, as a rule that of
    /// the hospital.
    async fn totals(&self) -> Listed<Vec<Plain<Money>>> {
        Listed(self.totals.iter().cloned().map(Plain).collect())
    }

    /// When this was true.
    async fn as_of(&self) -> scalar::DateTime {
        scalar::DateTime(self.as_of)
    }
}

/// The figures of a hospital; None for who does not see its orders.
#[derive(Clone, PartialEq)]
pub struct FiguresOfHospital {
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Of all meals where it is None.
    pub meal: Option<Meal>,
}

impl Edge for FiguresOfHospital {
    type Key = Uuid;
    type Value = Option<Row<OrderFigures>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let hospital = Expr::col(("hospital", "id"));
        let tally = |column| Expr::col(("order_tally", column));
        let mut is_of = tally("hospital_id")
            .equals(("hospital", "id"))
            .and(tally("date").between(self.from, self.to));
        if let Some(meal) = self.meal {
            is_of = is_of.and(tally("meal").eq(meal.to_value()));
        }
        let seen = match scope.is_administrator() {
            true => Condition::all(),
            false => {
                let own = scope.hospitals(&SEE_ORDERS);
                Condition::all().add(is_any_of(hospital.clone(), &own, reads.backend()))
            }
        };
        let mut query = Query::select();
        query
            .column(("hospital", "id"))
            .column(("order_tally", "currency"))
            .from("hospital")
            .left_join("order_tally", is_of)
            .and_where(is_any_of(hospital, keys, reads.backend()))
            .cond_where(seen)
            .group_by_columns([("hospital", "id"), ("order_tally", "currency")])
            .order_by(("order_tally", "currency"), Order::Asc);
        // PostgreSQL sums what is a bigint to a numeric.
        for column in [
            "placed",
            "delivered",
            "rejected",
            "cancelled",
            "late",
            "portions",
            "total_minor",
        ] {
            query.expr(Expr::expr(Func::sum(tally(column))).cast_as("bigint"));
        }
        let mut sums = Vec::new();
        for row in &reads.conn.query_all(&query).await? {
            let mut cells = Cells::new(row, 0, 0);
            let hospital: Uuid = cells.value()?;
            let currency: Option<String> = cells.value()?;
            let mut sum =
                || Ok::<_, sea_orm::DbErr>(cells.value::<Option<i64>>()?.unwrap_or_default());
            let figures = OrderFigures {
                placed: sum()?,
                delivered: sum()?,
                rejected: sum()?,
                cancelled: sum()?,
                late: sum()?,
                portions: sum()?,
                totals: {
                    let amount_minor = sum()?;
                    let money = |currency| Money {
                        amount_minor,
                        currency,
                    };
                    currency.map(money).into_iter().collect()
                },
                as_of: reads.now(),
            };
            sums.push((hospital, figures));
        }
        let sums = many_each(keys, sums, |(hospital, _)| *hospital);
        Ok(sums.into_iter().map(|sums| Ok(whole(sums))).collect())
    }
}

/// What the figures of a hospital by currency are together. Without orders it has one row.
fn whole(sums: Vec<(Uuid, OrderFigures)>) -> Option<Row<OrderFigures>> {
    let sums = sums.into_iter().map(|(_, figures)| figures);
    let whole = sums.reduce(|mut whole, more| {
        whole.placed += more.placed;
        whole.delivered += more.delivered;
        whole.rejected += more.rejected;
        whole.cancelled += more.cancelled;
        whole.late += more.late;
        whole.portions += more.portions;
        whole.totals.extend(more.totals);
        whole
    });
    whole.map(Row::new)
}
