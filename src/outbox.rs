//! The outbox: an event is written in the transaction of the change that it tells of, so neither
//! is ever there without the other, and told when that is committed.
//!
//! Who made a change tells of it at once ([`tell`]). What could not be told, because the process
//! was killed or the bus was lost, is told by any process a moment later ([`relay`]). Who tells
//! holds the rows meanwhile, and begins with the first of a topic: so the events of a topic are
//! told in the order of their commits, by however many processes.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use entity::outbox::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    app::App,
    bus::Told,
    cache::Tag,
    db::{Meter, Position, Transaction},
    event::Event,
};

/// How many events are told in one transaction, at most.
const BATCH: u64 = 1_000;
/// For how long a change waits until it is told of; the relay does it then.
const PATIENCE: Duration = Duration::from_secs(1);
/// So old is what its own process does not tell any more.
const A_MOMENT: TimeDelta = TimeDelta::milliseconds(300);
/// One process relays at a time (PostgreSQL: an advisory lock).
const RELAYING: i64 = 0x7468_616c_6901;

/// An event that was written beside its change.
#[derive(Debug)]
pub struct Recorded {
    id: Uuid,
    pub event: Event,
}

/// Writes events beside their change, in one statement. To be called under the lock that the
/// changes of a topic share, where they have an order: the order of ids is then the order of
/// commits.
pub async fn record(
    conn: &Transaction,
    events: Vec<Event>,
    now: DateTime<Utc>,
) -> Result<Vec<Recorded>, DbErr> {
    let mut rows = Vec::with_capacity(events.len());
    let mut recorded = Vec::with_capacity(events.len());
    for event in events {
        let id = Uuid::now_v7();
        let told = event.told();
        let (name, payload) = told.map_err(|error| DbErr::Json(error.to_string()))?;
        let row = Model {
            id,
            topic: event.topic(),
            name,
            payload,
            created_at: now,
            published_at: None,
        };
        rows.push(row.into_active_model());
        recorded.push(Recorded { id, event });
    }
    Entity::insert_many(rows)
        .exec_without_returning(conn)
        .await?;
    Ok(recorded)
}

/// What this process has committed and is about to tell. One batch goes out at a time, with all
/// that came together meanwhile: however many change something, one connection tells.
#[derive(Debug, Default)]
pub struct Telling {
    next: Mutex<Vec<Recorded>>,
    turn: tokio::sync::Mutex<()>,
}

/// Tells of what was committed. Then nothing old is served by this process any more, and the
/// others know of it as far as they can be reached. Goes on when nobody waits for it.
pub async fn tell(app: &App, recorded: Vec<Recorded>) {
    let (telling, is_told) = oneshot::channel();
    let app = app.clone();
    tokio::spawn(async move {
        invalidate(&app, recorded.iter().map(|recorded| &recorded.event)).await;
        app.telling.next().extend(recorded);
        let told = async {
            let turn = app.telling.turn.lock().await;
            let batch = std::mem::take(&mut *app.telling.next());
            Ok::<_, anyhow::Error>((publish_now(&app, batch).await?, turn))
        };
        let told = tokio::time::timeout(PATIENCE, told).await;
        // The answer does not wait for the marks.
        let _ = telling.send(());
        let marked = async {
            let (published, _turn) = told.context("it took too long")??;
            match published {
                Some(published) => published.mark(app.clock.now()).await,
                None => Ok(()),
            }
        };
        if let Err(error) = marked.await {
            tracing::warn!(error = format!("{error:#}"), "events are told later");
        }
    });
    let _ = is_told.await;
}

impl Telling {
    fn next(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a batch, which is empty when the one before had it all.
async fn publish_now(app: &App, batch: Vec<Recorded>) -> anyhow::Result<Option<Published>> {
    if batch.is_empty() {
        return Ok(None);
    }
    let own: Vec<Uuid> = batch.iter().map(|recorded| recorded.id).collect();
    let topics: BTreeSet<String> = batch.iter().map(|own| own.event.topic()).collect();
    let conn = app.db.begin(&Meter::new("tell")).await?;
    let of_topics = Condition::all().add(Column::Topic.is_in(topics));
    publish(app, conn, of_topics, &own).await.map(Some)
}

/// Tells what nobody has told for a moment; whether there may be more of it.
pub async fn relay(app: &App) -> anyhow::Result<bool> {
    if app.bus.is_lost() {
        return Ok(false);
    }
    let before = app.clock.now() - A_MOMENT;
    let is_left = Condition::all().add(Column::CreatedAt.lt(before));
    let meter = Meter::new("relay");
    let unpublished = Entity::find().filter(Column::PublishedAt.is_null());
    let left = unpublished.filter(is_left.clone()).select_only();
    let left: Option<Uuid> = left
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .into_tuple()
        .one(&app.db.reader(&meter).at_least(Position::LATEST))
        .await?;
    if left.is_none() {
        return Ok(false);
    }
    let conn = app.db.begin(&meter).await?;
    if !alone(&conn).await? {
        conn.rollback().await?;
        return Ok(false);
    }
    let published = publish(app, conn, is_left, &[]).await?;
    let count = published.ids.len();
    published.mark(app.clock.now()).await?;
    tracing::info!(count, "told events that were left");
    Ok(count as u64 == BATCH)
}

/// Whether nothing is left to be told.
pub async fn is_told(app: &App) -> Result<bool, DbErr> {
    let left = Entity::find().filter(Column::PublishedAt.is_null());
    let left = left.select_only().column(Column::Id).into_tuple::<Uuid>();
    let primary = app.db.reader(&Meter::new("outbox"));
    let left = left.one(&primary.at_least(Position::LATEST)).await?;
    Ok(left.is_none())
}

/// Events that everybody was told of, and the transaction that holds them.
struct Published {
    conn: Transaction,
    ids: Vec<Uuid>,
}

/// Holds what `which` says of the unpublished events, from the first on, and tells it.
///
/// Rows that another one holds are waited for and not skipped: what follows them in their
/// topic must not overtake them.
async fn publish(
    app: &App,
    conn: Transaction,
    which: Condition,
    invalidated: &[Uuid],
) -> anyhow::Result<Published> {
    let rows = Entity::find()
        .filter(Column::PublishedAt.is_null())
        .filter(which)
        .order_by_asc(Column::Id)
        .limit(BATCH)
        .lock_exclusive()
        .all(&conn)
        .await?;
    let ids = rows.iter().map(|row| row.id).collect();
    let mut told: Vec<Told> = rows.into_iter().map(|row| told(app, row)).collect();
    // What this process has committed is before the newest that it knows of.
    let newest = Some(app.db.newest()).filter(|newest| *newest > Position::default());
    let own = told
        .iter_mut()
        .filter(|told| invalidated.contains(&told.id));
    own.for_each(|told| told.position = newest.map(Position::token));
    // Its own process may have been killed before it did this.
    let left = told.iter().filter(|told| !invalidated.contains(&told.id));
    let left: Vec<Event> = left.map(Told::event).collect();
    invalidate(app, left.iter()).await;
    app.bus.publish(&told).await?;
    Ok(Published { conn, ids })
}

fn told(app: &App, row: Model) -> Told {
    Told {
        id: row.id,
        topic: row.topic,
        name: row.name,
        payload: row.payload,
        by: app.bus.instance(),
        position: None,
    }
}

async fn invalidate(app: &App, events: impl Iterator<Item = &Event>) {
    let tags: Vec<Tag> = events.flat_map(Event::tags).collect();
    if !tags.is_empty() {
        app.cache.invalidate(&tags).await;
    }
}

impl Published {
    async fn mark(self, now: DateTime<Utc>) -> anyhow::Result<()> {
        if self.conn.get_database_backend() == DbBackend::Postgres {
            // A mark that a crash of the database loses costs that its event is told again.
            let sql = "SET LOCAL synchronous_commit = off";
            self.conn.execute_unprepared(sql).await?;
        }
        Entity::update_many()
            .col_expr(Column::PublishedAt, Expr::value(now))
            .filter(Column::Id.is_in(self.ids))
            .exec(&self.conn)
            .await?;
        Ok(self.conn.commit().await?)
    }
}

/// Whether nobody else relays until the end of the transaction. SQLite has one writer anyway.
async fn alone(conn: &Transaction) -> Result<bool, DbErr> {
    if conn.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let sql = format!("SELECT pg_try_advisory_xact_lock({RELAYING})");
    let statement = sea_orm::Statement::from_string(DbBackend::Postgres, sql);
    let row = conn.query_one_raw(statement).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// Removes some events that were told before `before`; how many.
pub async fn remove(app: &App, before: DateTime<Utc>) -> Result<u64, DbErr> {
    use sea_orm::sea_query::Query;
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::PublishedAt.lt(before))
        .order_by(Column::PublishedAt, sea_orm::Order::Asc)
        .limit(BATCH)
        .take();
    let conn = app.db.begin(&Meter::new("remove events")).await?;
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(&conn)
        .await?;
    conn.commit().await?;
    Ok(removed.rows_affected)
}
