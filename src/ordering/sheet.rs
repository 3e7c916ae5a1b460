//! The production sheet: what a kitchen has to cook for a meal.
//!
//! Read from the tallies, never from a cache, by the people of the kitchen.

use std::sync::Arc;

use async_graphql::{Context, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{position::Cells, vocabulary::Meal};
use sea_orm::{
    ActiveEnum, ConnectionTrait,
    sea_query::{Condition, Expr, ExprTrait, Func, Order, Query},
};
use uuid::Uuid;

use crate::{
    auth::Scope,
    dish::{Dish, DishById},
    error::{Error, Result},
    graph::{Ctx, Listed, Reads, Row, fetch::many_each, scalar},
    hospital::{Hospital, HospitalById, Ward, WardById},
    load::Edge,
    sql::is_any_of,
};

/// A meal of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Served {
    pub date: NaiveDate,
    pub meal: Meal,
}

impl Served {
    /// Whether a tally is of the meal, and something is to be cooked.
    fn has_portions(self) -> Expr {
        Expr::col(("portion_tally", "portions"))
            .gt(0)
            .and(Expr::col(("portion_tally", "date")).eq(self.date))
            .and(Expr::col(("portion_tally", "meal")).eq(self.meal.to_value()))
    }
}

/// Kitchens whose sheets the viewer sees: those whose people they are one of.
fn seen_by(scope: &Scope, kitchen: Expr, reads: &Reads) -> Condition {
    match scope.is_administrator() {
        true => Condition::all(),
        false => Condition::all().add(is_any_of(kitchen, &scope.kitchens(), reads.backend())),
    }
}

/// What a kitchen has to cook for a meal.
pub struct ProductionSheet {
    of: Served,
    kitchen: Uuid,
    /// Dishes with their portions.
    rows: Vec<(Uuid, i64)>,
    trays: i64,
    as_of: DateTime<Utc>,
}

/// What a kitchen has to cook for a meal: all that was ordered and neither rejected nor
/// cancelled, however far it is.
#[Object]
impl ProductionSheet {
    /// The dishes, most portions first. There are no more than the menus of the meal have.
    async fn rows(&self) -> Listed<Vec<Row<ProductionRow>>> {
        let rows = self.rows.iter().map(|(dish, portions)| {
            Row::new(ProductionRow {
                of: self.of,
                kitchen: self.kitchen,
                dish: *dish,
                portions: *portions,
            })
        });
        Listed(rows.collect())
    }

    /// How many trays that makes: one for each order.
    async fn trays(&self) -> i64 {
        self.trays
    }

    /// When this was true.
    async fn as_of(&self) -> scalar::DateTime {
        scalar::DateTime(self.as_of)
    }
}

/// A dish that a kitchen has to cook for a meal.
pub struct ProductionRow {
    of: Served,
    kitchen: Uuid,
    dish: Uuid,
    portions: i64,
}

/// A dish that a kitchen has to cook for a meal.
#[Object]
impl ProductionRow {
    /// The dish.
    async fn dish(&self, ctx: &Context<'_>) -> Result<Row<Dish>> {
        let dish = ctx.load(DishById, self.dish).await?;
        dish.ok_or_else(|| Error::internal(anyhow::anyhow!("portions without their dish")))
    }

    /// How many portions, for all wards together.
    async fn portions(&self) -> i64 {
        self.portions
    }

    /// Where they go, by the names of hospital and ward. There are no more than the wards of the
    /// hospitals for which the kitchen cooks, and one more of each.
    async fn by_ward(&self, ctx: &Context<'_>) -> Result<Listed<Arc<[Row<WardPortions>]>>> {
        let edge = PortionsByWard { of: self.of };
        Ok(Listed(ctx.load(edge, (self.kitchen, self.dish)).await?))
    }
}

/// Portions of a dish for a ward.
pub struct WardPortions {
    hospital: Uuid,
    ward: Option<Uuid>,
    portions: i64,
}

/// Portions of a dish for a ward.
#[Object]
impl WardPortions {
    /// The ward; null for portions that go to none, as those of visitors and staff.
    async fn ward(&self, ctx: &Context<'_>) -> Result<Option<Row<Ward>>> {
        match self.ward {
            Some(ward) => ctx.load(WardById, ward).await,
            None => Ok(None),
        }
    }

    /// The hospital where they are eaten.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Row<Hospital>> {
        let hospital = ctx.load(HospitalById, self.hospital).await?;
        hospital.ok_or_else(|| Error::internal(anyhow::anyhow!("portions without their hospital")))
    }

    /// How many portions.
    async fn portions(&self) -> i64 {
        self.portions
    }
}

/// What is read of a sheet: a dish and its kitchen, or the kitchen alone where it has nothing to
/// cook.
struct Cooked {
    kitchen: Uuid,
    dish: Option<Uuid>,
    portions: i64,
    trays: i64,
}

/// The sheet of a kitchen; None for who does not see it.
#[derive(Clone, PartialEq)]
pub struct SheetOfKitchen {
    pub of: Served,
}

impl Edge for SheetOfKitchen {
    type Key = Uuid;
    type Value = Option<Row<ProductionSheet>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let kitchen = Expr::col(("kitchen", "id"));
        let is_its = Expr::col(("portion_tally", "kitchen_id")).equals(("kitchen", "id"));
        let sum = |column| Func::sum(Expr::col(("portion_tally", column)));
        let query = Query::select()
            .column(("kitchen", "id"))
            .column(("dish", "id"))
            .expr_as(sum("portions"), "portions")
            .expr_as(sum("trays"), "trays")
            .from("kitchen")
            .left_join("portion_tally", is_its.and(self.of.has_portions()))
            .left_join(
                "dish",
                Expr::col(("dish", "id")).equals(("portion_tally", "dish_id")),
            )
            .and_where(is_any_of(kitchen.clone(), keys, reads.backend()))
            .cond_where(seen_by(scope, kitchen, reads))
            .group_by_columns([("kitchen", "id"), ("dish", "id"), ("dish", "name_key")])
            .order_by("portions", Order::Desc)
            .order_by(("dish", "name_key"), Order::Asc)
            .order_by(("dish", "id"), Order::Asc)
            .take();
        let mut cooked = Vec::new();
        for row in &reads.conn.query_all(&query).await? {
            let mut cells = Cells::new(row, 0, 0);
            cooked.push(Cooked {
                kitchen: cells.value()?,
                dish: cells.value()?,
                portions: cells.value::<Option<i64>>()?.unwrap_or_default(),
                trays: cells.value::<Option<i64>>()?.unwrap_or_default(),
            });
        }
        let sheets = many_each(keys, cooked, |row| row.kitchen);
        let sheet = |(kitchen, rows): (&Uuid, Vec<Cooked>)| {
            let sheet = ProductionSheet {
                of: self.of,
                kitchen: *kitchen,
                trays: rows.iter().map(|row| row.trays).sum(),
                rows: rows
                    .iter()
                    .filter_map(|row| Some((row.dish?, row.portions)))
                    .collect(),
                as_of: reads.now(),
            };
            Ok((!rows.is_empty()).then(|| Row::new(sheet)))
        };
        Ok(keys.iter().zip(sheets).map(sheet).collect())
    }
}

/// Where the portions of a dish go that a kitchen cooks.
#[derive(Clone, PartialEq)]
pub struct PortionsByWard {
    of: Served,
}

impl Edge for PortionsByWard {
    /// The kitchen and the dish.
    type Key = (Uuid, Uuid);
    type Value = Arc<[Row<WardPortions>]>;
    type Source = Reads;

    async fn load(&self, keys: &[(Uuid, Uuid)], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let tally = |column| Expr::col(("portion_tally", column));
        let (mut kitchens, dishes): (Vec<Uuid>, Vec<Uuid>) = keys.iter().copied().unzip();
        // The keys are sorted.
        kitchens.dedup();
        let is_nameless = Expr::col(("ward", "id")).is_null();
        let query = Query::select()
            .column(("portion_tally", "kitchen_id"))
            .column(("portion_tally", "dish_id"))
            .column(("portion_tally", "hospital_id"))
            .column(("ward", "id"))
            .column(("portion_tally", "portions"))
            .from("portion_tally")
            .inner_join(
                "hospital",
                Expr::col(("hospital", "id")).equals(("portion_tally", "hospital_id")),
            )
            .left_join(
                "ward",
                Expr::col(("ward", "id")).equals(("portion_tally", "ward_id")),
            )
            // A dish is cooked by one kitchen: so these are the pairs and no more.
            .and_where(is_any_of(tally("kitchen_id"), &kitchens, reads.backend()))
            .and_where(is_any_of(tally("dish_id"), &dishes, reads.backend()))
            .and_where(self.of.has_portions())
            .cond_where(seen_by(scope, tally("kitchen_id"), reads))
            .order_by(("hospital", "name_key"), Order::Asc)
            .order_by(("hospital", "id"), Order::Asc)
            .order_by_expr(is_nameless, Order::Asc)
            .order_by(("ward", "name_key"), Order::Asc)
            .order_by(("ward", "id"), Order::Asc)
            .take();
        let mut portions = Vec::new();
        for row in &reads.conn.query_all(&query).await? {
            let mut cells = Cells::new(row, 0, 0);
            let key: (Uuid, Uuid) = (cells.value()?, cells.value()?);
            let of_ward = WardPortions {
                hospital: cells.value()?,
                ward: cells.value()?,
                portions: cells.value::<i32>()?.into(),
            };
            portions.push((key, Row::new(of_ward)));
        }
        let portions = many_each(keys, portions, |(key, _)| *key);
        let rows = |of: Vec<((Uuid, Uuid), Row<WardPortions>)>| {
            Ok(of.into_iter().map(|(_, row)| row).collect())
        };
        Ok(portions.into_iter().map(rows).collect())
    }
}
