//! `thali serve --warm`: the menus of today and tomorrow are in the cache before anybody asks.

use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{Days, NaiveDate};
use entity::{menu, vocabulary::Meal};
use futures_util::{StreamExt, stream};
use sea_orm::{
    ConnectionTrait, FromQueryResult,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::App,
    db::Meter,
    graph::id::Kind,
    outbox,
    schema::{Engine, Operation},
};

const WARM: &str = include_str!("warm.graphql");

/// Menus that are read at the same time: not so many that the database has no time for others.
const AT_ONCE: usize = 4;

/// A menu that is asked for in the coming hours.
#[derive(FromQueryResult)]
struct Coming {
    id: Uuid,
    slug: String,
    code: String,
    date: NaiveDate,
    meal: Meal,
}

impl Coming {
    async fn all(app: &App) -> anyhow::Result<Vec<Self>> {
        // Today and tomorrow in every time zone.
        let today = app.clock.now().date_naive();
        let first = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let last = today.checked_add_days(Days::new(2)).unwrap_or(today);
        let hospital = Expr::col(("hospital", "id")).equals(("menu", "hospital_id"));
        let query = Query::select()
            .columns([
                ("hospital", "id"),
                ("hospital", "slug"),
                ("hospital", "code"),
            ])
            .columns([("menu", "date"), ("menu", "meal")])
            .from(menu::Entity)
            .inner_join("hospital", hospital)
            .and_where(Expr::col(("menu", "date")).between(first, last))
            .and_where(Expr::col(("menu", "published_at")).is_not_null())
            .take();
        let rows = app.db.reader(&Meter::new("warm")).query_all(&query).await?;
        let menus = rows.iter().map(|row| Self::from_query_result(row, ""));
        Ok(menus.collect::<Result<_, _>>()?)
    }

    fn operation(&self) -> Operation {
        let variables = json!({
            "id": Kind::Hospital.id(self.id).0,
            "slug": self.slug,
            "code": self.code,
            "date": self.date,
            "meal": async_graphql::InputType::to_value(&self.meal),
        });
        Operation {
            query: WARM.to_owned(),
            variables: async_graphql::Variables::from_json(variables),
            request_id: "warm".into(),
            ..Operation::default()
        }
    }
}

/// Longest wait for Redis, and for what was left to be told.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until nothing is left that would make old what is read now: events of before, and the
/// bus, which makes everything old when it is found.
async fn settle(app: &App) -> anyhow::Result<()> {
    let settled = async {
        while !outbox::is_told(app).await? || !(app.redis.is_none() || app.cache.is_sharing()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    match tokio::time::timeout(PATIENCE, settled).await {
        Ok(settled) => settled.context("cannot look for events"),
        Err(_) => {
            tracing::warn!(
                "what is warm now may not be for long: Redis or the events are not there"
            );
            Ok(())
        }
    }
}

/// Fills the cache, and logs what it read. A menu that cannot be read is left to who asks for it.
pub async fn warm(app: &App) -> anyhow::Result<()> {
    settle(app).await?;
    let begun = Instant::now();
    let menus = Coming::all(app)
        .await
        .context("cannot list the coming menus")?;
    let engine = Engine::new(app.clone())?;
    let asked = menus.iter().map(|menu| engine.execute(menu.operation()));
    let failed = stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .filter(|answer| std::future::ready(!answer.response.errors.is_empty()))
        .count()
        .await;
    let (entries, bytes) = app.cache.size();
    let ms = begun.elapsed().as_millis() as u64;
    tracing::info!(menus = menus.len(), failed, entries, bytes, ms, "warm");
    Ok(())
}
