//! What a request reads through: the one thing that resolvers can reach.

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::{Poll, Waker},
};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use futures_util::future::{OptionFuture, join};
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::OnceCell;

use crate::{
    app::App,
    auth::{Scope, Viewer},
    cache::{Cache, Touched},
    carts::{Carts, Kept, Whose},
    clock::Clock,
    db::{Meter, Position, Reader},
    error::{Error, Result},
    load::{Edge, Loaders, Source},
};

use super::Row;
use super::page::{Connection, CountOf, List, PageOf, Slice};

/// The moment that a request takes for now.
#[derive(Clone, Debug)]
pub struct Now {
    moment: DateTime<Utc>,
    touched: Touched,
}

impl Now {
    pub fn new(moment: DateTime<Utc>, touched: &Touched) -> Self {
        Self {
            moment,
            touched: touched.clone(),
        }
    }

    /// An answer that depends on it is true for this moment only.
    fn read(&self) -> DateTime<Utc> {
        self.touched.make_live();
        self.moment
    }
}

/// Which fields a request selects, by type: the look-ahead of the whole operation.
pub trait Selects: Send + Sync {
    fn selects(&self, type_name: &str, field: &str) -> bool;
}

/// What is read for others too is read whole.
struct Whole;

impl Selects for Whole {
    fn selects(&self, _: &str, _: &str) -> bool {
        true
    }
}

/// What an edge may use to answer its keys.
#[derive(Clone)]
pub struct Reads {
    pub conn: Reader,
    cache: Cache,
    carts: Carts,
    clock: Clock,
    /// Whether this process has heard of all that the request needs to see.
    has_heard: bool,
    meter: Arc<Meter>,
    selection: Arc<dyn Selects>,
    viewer: Viewer,
    /// What the viewer is where, once that mattered.
    scope: Arc<OnceCell<Scope>>,
    /// What the request read so far.
    pub touched: Touched,
}

impl Reads {
    /// Reads for a viewer, who sees at least what was committed before `needed`.
    pub fn new(
        app: &App,
        meter: &Arc<Meter>,
        (viewer, needed): (Viewer, Position),
        selection: Arc<dyn Selects>,
        touched: &Touched,
    ) -> Self {
        Self {
            conn: app.db.reader(meter).at_least(needed),
            cache: app.cache.clone(),
            carts: app.carts.clone(),
            clock: app.clock.clone(),
            has_heard: app.db.has_heard(needed),
            meter: meter.clone(),
            selection,
            viewer,
            scope: Arc::default(),
            touched: touched.clone(),
        }
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Whether a cached answer shows all that the request needs to see: never what a mutation
    /// shows, nor to a client what it wrote through a process that was not heard of since.
    pub(super) fn may_be_cached(&self) -> bool {
        self.cache.is_on() && self.has_heard
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The carts of these, in their order. Nothing can be put in here.
    pub async fn carts(&self, of: &[Whose]) -> Result<Vec<Option<Kept>>> {
        // Who waits for Redis keeps nobody from the database.
        self.conn.rest();
        self.carts.read(of, self.clock.now()).await
    }

    /// The time now, for what is told as of it.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The same, for an answer that is not for this request alone, and so shows nothing that
    /// only some may see.
    pub(super) fn whole(&self) -> Self {
        Self {
            viewer: Viewer::Anonymous,
            scope: Arc::default(),
            conn: self.conn.newest(),
            selection: Arc::new(Whole),
            ..self.clone()
        }
    }

    /// The same, on nobody's account.
    pub(super) fn aside(&self) -> Self {
        let meter = Meter::new("cache");
        Self {
            conn: self.conn.on(&meter),
            meter,
            ..self.clone()
        }
    }

    /// What the viewer is where: one statement of the request, the first time that somebody who
    /// is signed in reads what not everybody sees.
    pub async fn scope(&self) -> Result<&Scope> {
        let read = async || {
            let scope = Scope::of(self.viewer, &self.conn).await?;
            if scope.viewer() == self.viewer {
                return Ok(scope);
            }
            // A replica may not know yet who has just signed in.
            let newest = self.conn.at_least(Position::LATEST);
            Scope::of(self.viewer, &newest).await
        };
        self.scope.get_or_try_init(read).await
    }

    pub fn backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }

    /// Whether the request selects `field` of `type_name` anywhere.
    pub fn selects(&self, type_name: &str, field: &str) -> bool {
        self.selection.selects(type_name, field)
    }
}

impl Source for Reads {
    fn for_batch(&self) -> (Self, Arc<Meter>) {
        let meter = self.meter.part();
        let part = Self {
            conn: self.conn.on(&meter),
            meter: meter.clone(),
            ..self.clone()
        };
        (part, meter)
    }

    fn rest(&self) {
        self.conn.rest();
    }

    fn live(&self) {
        self.touched.make_live();
    }
}

/// The loaders of a request, as a resolver sees them. Resolvers have no other way to any data:
/// an edge is a loader key, or it cannot be written.
///
/// This is what a resolver can do:
///
/// ```
/// use thali::{dish::DishById, graph::{Ctx, Reads}, load::Loaders};
///
/// async fn edge(loaders: &Loaders<Reads>, dish: uuid::Uuid) {
///     let _ = loaders.load(DishById, dish).await;
/// }
/// ```
///
/// And this is not; the connection behind the loaders is out of its reach:
///
/// ```compile_fail,E0616
/// use thali::{graph::Reads, load::Loaders};
///
/// fn n_plus_one(loaders: &Loaders<Reads>) {
///     let _ = &loaders.source.conn;
/// }
/// ```
pub trait Ctx {
    fn loaders(&self) -> Result<&Arc<Loaders<Reads>>>;

    /// The moment that the request takes for now.
    fn now(&self) -> Result<DateTime<Utc>>;

    /// Follows an edge.
    fn load<E: Edge<Source = Reads>>(
        &self,
        edge: E,
        key: E::Key,
    ) -> impl Future<Output = Result<E::Value>> + Send;

    /// Reads a page of a list below `key`, and how long the list is if that was asked.
    fn page<L: List>(
        &self,
        list: L,
        key: L::Key,
        slice: Slice,
    ) -> impl Future<Output = Result<Row<Connection<L::Item>>>> + Send;
}

/// Ready as soon as somebody waits. `row.rs` tries every leaf once, without waiting, before it
/// takes it for an edge: a try must not ask.
async fn waited_for() {
    poll_fn(|task| match task.waker().will_wake(Waker::noop()) {
        true => Poll::Pending,
        false => Poll::Ready(()),
    })
    .await
}

impl Ctx for Context<'_> {
    fn loaders(&self) -> Result<&Arc<Loaders<Reads>>> {
        self.data_opt()
            .ok_or_else(|| Error::internal(anyhow::anyhow!("no loaders in the request")))
    }

    fn now(&self) -> Result<DateTime<Utc>> {
        let now = self.data_opt::<Now>();
        now.map(Now::read)
            .ok_or_else(|| Error::internal(anyhow::anyhow!("a request out of time")))
    }

    fn load<E: Edge<Source = Reads>>(
        &self,
        edge: E,
        key: E::Key,
    ) -> impl Future<Output = Result<E::Value>> + Send {
        let loaders = self.loaders();
        async move {
            waited_for().await;
            loaders?.load(edge, key).await
        }
    }

    async fn page<L: List>(
        &self,
        list: L,
        key: L::Key,
        slice: Slice,
    ) -> Result<Row<Connection<L::Item>>> {
        let page = PageOf::new(list.clone(), slice)?;
        let selects = |field| self.look_ahead().field(field).exists();
        let is_read = ["edges", "nodes", "pageInfo"].into_iter().any(selects);
        let page = OptionFuture::from(is_read.then(|| self.load(page, key)));
        let total = selects("totalCount").then(|| self.load(CountOf(list), key));
        let (page, total) = join(page, OptionFuture::from(total)).await;
        let page = page.transpose()?.unwrap_or_default();
        Ok(Row::new(Connection::new(page, total.transpose()?)))
    }
}
