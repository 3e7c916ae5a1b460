//! What a hospital served: figures that take a scan of its menus, and so may be minutes old. What
//! was ordered is counted with the orders, and live.

use std::sync::Arc;

use async_graphql::{Context, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    menu,
    position::Cells,
    vocabulary::{BitSet, Diet, Meal},
};
use sea_orm::{
    ConnectionTrait, JoinType,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    cache::{HotKind, Tag},
    dish::{Dish, DishById},
    error::{Error, Result},
    graph::{
        Ctx, Hot, Reads, Row,
        fetch::{many_each, one_each},
        scalar,
    },
    ordering::{FiguresOfHospital, OrderFigures},
    sql::is_any_of,
};

/// Longest time that figures are for.
const MOST_DAYS: i64 = 366;

/// Days of which figures are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Days {
    from: NaiveDate,
    to: NaiveDate,
}

impl Days {
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let days = (to - from).num_days() + 1;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::bad_input(format!(
                "`from` {from} to `to` {to} is {days} days; it must be from 1 to {MOST_DAYS}."
            )));
        }
        Ok(Self { from, to })
    }

    /// FROM the published menus of `hospitals` on these days, with their items.
    fn menus(self, hospitals: &[Uuid], join: JoinType, reads: &Reads) -> SelectStatement {
        let item = Expr::col(("menu_item", "menu_id")).equals(("menu", "id"));
        Query::select()
            .column(("menu", "hospital_id"))
            .from(menu::Entity)
            .join(join, "menu_item", item)
            .and_where(is_any_of(
                Expr::col(("menu", "hospital_id")),
                hospitals,
                reads.backend(),
            ))
            .and_where(Expr::col(("menu", "date")).between(self.from, self.to))
            .and_where(Expr::col(("menu", "published_at")).is_not_null())
            .group_by_col(("menu", "hospital_id"))
            .take()
    }
}

/// What a hospital served. Kept in the cache.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Served {
    menus: i64,
    items: i64,
    dishes: i64,
    vegetarian: i64,
    vegan: i64,
    energy_kcal: Option<f64>,
    as_of: DateTime<Utc>,
}

/// What a hospital served, and what becomes of its orders.
pub struct HospitalStats {
    pub hospital: Uuid,
    pub days: Days,
    pub served: Row<Served>,
}

/// What a hospital served on some days. The figures are at most five minutes old, but for those of
/// orders.
#[Object]
impl HospitalStats {
    /// Menus that were published for these days.
    async fn menus(&self) -> i64 {
        self.served.menus
    }

    /// Items on these menus.
    async fn items(&self) -> i64 {
        self.served.items
    }

    /// Different dishes among them.
    async fn dishes(&self) -> i64 {
        self.served.dishes
    }

    /// Different dishes among them without meat and fish.
    async fn vegetarian_dishes(&self) -> i64 {
        self.served.vegetarian
    }

    /// Different dishes among them with nothing of animal origin.
    async fn vegan_dishes(&self) -> i64 {
        self.served.vegan
    }

    /// Energy of a portion in kilocalories, on average over the items whose dish states it; null
    /// where none does.
    async fn average_energy_kcal(&self) -> Option<f64> {
        self.served.energy_kcal
    }

    /// When this was true.
    async fn as_of(&self) -> scalar::DateTime {
        scalar::DateTime(self.served.as_of)
    }

    /// What became of the orders for these days, as it is now. For nurses, dietitians and managers
    /// of the hospital; null for everybody else.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for this meal.")] meal: Option<Meal>,
    ) -> Result<Option<Row<OrderFigures>>> {
        let figures = FiguresOfHospital {
            from: self.days.from,
            to: self.days.to,
            meal,
        };
        ctx.load(figures, self.hospital).await
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ServedByHospital(pub Days);

impl Hot for ServedByHospital {
    type Key = Uuid;
    type Value = Option<Row<Served>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Stats)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::MenusOfHospital(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let is = |diet: Diet| {
            let bits = Expr::col(("dish", "diets")).bit_and(diet.bit());
            Expr::case(bits.ne(0), Expr::col(("dish", "id")))
        };
        let mut query = self.0.menus(keys, JoinType::LeftJoin, reads);
        query
            .left_join(
                "dish",
                Expr::col(("dish", "id")).equals(("menu_item", "dish_id")),
            )
            .expr(Expr::col(("menu", "id")).count_distinct())
            .expr(Expr::col(("menu_item", "id")).count())
            .expr(Expr::col(("dish", "id")).count_distinct())
            .expr(Expr::expr(is(Diet::Vegetarian)).count_distinct())
            .expr(Expr::expr(is(Diet::Vegan)).count_distinct())
            .expr(Expr::col(("dish", "energy_kcal")).avg());
        let mut stats = Vec::with_capacity(keys.len());
        for row in reads.conn.query_all(&query).await? {
            let mut cells = Cells::new(&row, 0, 0);
            let hospital: Uuid = cells.value()?;
            let served = Served {
                menus: cells.value()?,
                items: cells.value()?,
                dishes: cells.value()?,
                vegetarian: cells.value()?,
                vegan: cells.value()?,
                energy_kcal: cells.value()?,
                as_of: reads.now(),
            };
            stats.push((hospital, Row::new(served)));
        }
        let stats = one_each(keys, stats, |(hospital, _)| *hospital);
        let row = |found: Option<(Uuid, Row<Served>)>| found.map(|(_, served)| served);
        Ok(stats.into_iter().map(|found| found.map(row)).collect())
    }
}

impl Served {
    /// By a hospital without a menu.
    pub fn nothing(now: DateTime<Utc>) -> Self {
        Self {
            menus: 0,
            items: 0,
            dishes: 0,
            vegetarian: 0,
            vegan: 0,
            energy_kcal: None,
            as_of: now,
        }
    }
}

/// A dish and how often it was offered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PopularDish {
    dish: Uuid,
    times: i64,
}

/// A dish and how often a hospital offered it.
#[Object]
impl PopularDish {
    /// The dish.
    async fn dish(&self, ctx: &Context<'_>) -> Result<Row<Dish>> {
        let dish = ctx.load(DishById, self.dish).await?;
        dish.ok_or_else(|| Error::internal(anyhow::anyhow!("a count without its dish")))
    }

    /// On how many menus it was.
    async fn times_offered(&self) -> i64 {
        self.times
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct PopularDishes {
    pub days: Days,
    pub first: u64,
}

impl Hot for PopularDishes {
    type Key = Uuid;
    type Value = Arc<[Row<PopularDish>]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Stats)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::MenusOfHospital(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut ranked = self.days.menus(keys, JoinType::InnerJoin, reads);
        ranked
            .column(("menu_item", "dish_id"))
            .group_by_col(("menu_item", "dish_id"))
            .expr_as(Expr::cust("count(*)"), "times")
            .expr_as(
                Expr::cust(
                    "row_number() OVER (PARTITION BY menu.hospital_id \
                     ORDER BY count(*) DESC, menu_item.dish_id)",
                ),
                "place",
            );
        let query = Query::select()
            .columns(["hospital_id", "dish_id", "times"])
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("place").lte(self.first))
            .order_by("hospital_id", sea_orm::Order::Asc)
            .order_by("place", sea_orm::Order::Asc)
            .take();
        let mut dishes = Vec::new();
        for row in reads.conn.query_all(&query).await? {
            let mut cells = Cells::new(&row, 0, 0);
            let hospital: Uuid = cells.value()?;
            let (dish, times) = (cells.value()?, cells.value()?);
            dishes.push((hospital, Row::new(PopularDish { dish, times })));
        }
        let dishes = many_each(keys, dishes, |(hospital, _)| *hospital);
        let rows = |dishes: Vec<(Uuid, Row<PopularDish>)>| {
            Ok(dishes.into_iter().map(|(_, dish)| dish).collect())
        };
        Ok(dishes.into_iter().map(rows).collect())
    }
}
