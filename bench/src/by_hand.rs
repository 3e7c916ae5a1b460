//! The nested query as somebody would write it for this one page: axum, sqlx, one statement for
//! each edge, structs, serde. Its statements are Thali's own, word for word.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::{
    PgPool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

mod vocabulary;

use vocabulary::{allergen, meal, presence};

const HOSPITAL: &str = include_str!("by_hand/hospital.sql");
const MENUS: &str = include_str!("by_hand/menus.sql");
const SECTIONS: &str = include_str!("by_hand/sections.sql");
const ITEMS: &str = include_str!("by_hand/items.sql");
const DISHES: &str = include_str!("by_hand/dishes.sql");
const ALLERGENS: &str = include_str!("by_hand/allergens.sql");

pub const STATEMENTS: [&str; 6] = [HOSPITAL, MENUS, SECTIONS, ITEMS, DISHES, ALLERGENS];

/// Serves `GET /hospitals/{slug}/from/2026-11-23` from the database at `url`.
pub async fn serve(listen: SocketAddr, url: &str) -> anyhow::Result<()> {
    let options: PgConnectOptions = url.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .test_before_acquire(false)
        .connect_with(options.application_name("by hand"))
        .await?;
    let router = Router::new()
        .route("/hospitals/{slug}/from/{from}", get(hospital))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    Ok(axum::serve(listener, router).await?)
}

async fn hospital(
    State(pool): State<PgPool>,
    Path((slug, from)): Path<(String, NaiveDate)>,
) -> Response {
    match answer(&pool, slug, from).await {
        Ok(body) => (
            [(header::CONTENT_TYPE, "application/json")],
            Body::from(body),
        )
            .into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Serialize)]
struct Answer {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    hospital: Option<Hospital>,
}

#[derive(Serialize)]
struct Hospital {
    name: String,
    menus: Nodes<Menu>,
}

#[derive(Serialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Serialize)]
struct Menu {
    date: NaiveDate,
    meal: &'static str,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    title: String,
    items: Nodes<Item>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    dish: Option<Arc<Dish>>,
}

#[derive(Serialize)]
struct Dish {
    name: String,
    allergens: Vec<Allergen>,
}

#[derive(Serialize)]
struct Allergen {
    allergen: &'static str,
    presence: &'static str,
}

async fn answer(pool: &PgPool, slug: String, from: NaiveDate) -> anyhow::Result<Vec<u8>> {
    let rows = sqlx::query(HOSPITAL).bind([slug]).fetch_all(pool).await?;
    let hospital = match rows.first() {
        Some(row) => Some(Hospital {
            name: row.try_get(3)?,
            menus: menus(pool, row.try_get(0)?, from).await?,
        }),
        None => None,
    };
    Ok(serde_json::to_vec(&Answer {
        data: Data { hospital },
    })?)
}

async fn menus(pool: &PgPool, hospital: Uuid, from: NaiveDate) -> anyhow::Result<Nodes<Menu>> {
    let rows = sqlx::query(MENUS)
        .bind([hospital])
        .bind(from)
        .bind(4i64)
        .bind(true)
        .fetch_all(pool)
        .await?;
    let menus: Vec<(Uuid, NaiveDate, i16)> = rows
        .iter()
        .take(3)
        .map(|row| Ok((row.try_get(1)?, row.try_get(4)?, row.try_get(5)?)))
        .collect::<sqlx::Result<_>>()?;
    let ids: Vec<Uuid> = menus.iter().map(|menu| menu.0).collect();
    let mut sections = sections(pool, &ids).await?;
    let nodes = menus.into_iter().map(|(id, date, of)| Menu {
        date,
        meal: meal(of),
        sections: sections.remove(&id).unwrap_or_default(),
    });
    Ok(Nodes {
        nodes: nodes.collect(),
    })
}

async fn sections(pool: &PgPool, menus: &[Uuid]) -> anyhow::Result<HashMap<Uuid, Vec<Section>>> {
    let rows = sqlx::query(SECTIONS).bind(menus).fetch_all(pool).await?;
    let ids = rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<sqlx::Result<Vec<Uuid>>>()?;
    let mut items = items(pool, &ids).await?;
    let mut sections: HashMap<Uuid, Vec<Section>> = HashMap::with_capacity(menus.len());
    for (row, id) in rows.iter().zip(ids) {
        sections.entry(row.try_get(1)?).or_default().push(Section {
            title: row.try_get(2)?,
            items: Nodes {
                nodes: items.remove(&id).unwrap_or_default(),
            },
        });
    }
    Ok(sections)
}

async fn items(pool: &PgPool, sections: &[Uuid]) -> anyhow::Result<HashMap<Uuid, Vec<Item>>> {
    let rows = sqlx::query(ITEMS)
        .bind(sections)
        .bind(11i64)
        .bind(true)
        .fetch_all(pool)
        .await?;
    let ids = rows
        .iter()
        .map(|row| row.try_get(4))
        .collect::<sqlx::Result<Vec<Uuid>>>()?;
    let dishes = dishes(pool, &ids).await?;
    let mut items: HashMap<Uuid, Vec<Item>> = HashMap::with_capacity(sections.len());
    for (row, dish) in rows.iter().zip(&ids) {
        let items = items.entry(row.try_get(0)?).or_default();
        if items.len() < 10 {
            items.push(Item {
                id: global_id(b'I', row.try_get(1)?),
                dish: dishes.get(dish).cloned(),
            });
        }
    }
    Ok(items)
}

fn global_id(kind: u8, id: Uuid) -> String {
    let mut bytes = [kind; 17];
    bytes[1..].copy_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn dishes(pool: &PgPool, ids: &[Uuid]) -> anyhow::Result<HashMap<Uuid, Arc<Dish>>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let rows = sqlx::query(DISHES).bind(&ids).fetch_all(pool).await?;
    let mut allergens = allergens(pool, &ids).await?;
    let mut dishes = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id: Uuid = row.try_get(0)?;
        let dish = Dish {
            name: row.try_get(2)?,
            allergens: allergens.remove(&id).unwrap_or_default(),
        };
        dishes.insert(id, Arc::new(dish));
    }
    Ok(dishes)
}

async fn allergens(pool: &PgPool, dishes: &[Uuid]) -> anyhow::Result<HashMap<Uuid, Vec<Allergen>>> {
    let rows = sqlx::query(ALLERGENS).bind(dishes).fetch_all(pool).await?;
    let mut allergens: HashMap<Uuid, Vec<Allergen>> = HashMap::with_capacity(dishes.len());
    for row in &rows {
        allergens
            .entry(row.try_get(0)?)
            .or_default()
            .push(Allergen {
                allergen: allergen(row.try_get(1)?),
                presence: presence(row.try_get(2)?),
            });
    }
    Ok(allergens)
}
