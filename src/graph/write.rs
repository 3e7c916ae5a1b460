//! How a mutation writes: one transaction for the check, the change, its event, and the key that
//! makes it safe to send twice.

use std::sync::Arc;

use async_graphql::{Context, InputType};
use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency_key;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Ctx, Problem, Reads};
use crate::{
    app::App,
    auth::{Scope, Viewer},
    db::{Meter, Transaction},
    error::{Error, Result},
    event::Event,
    load::Loaders,
    outbox::{self, Recorded},
};

/// For how long a key stands for the change that it was sent with first.
pub const KEY_IS_KEPT: TimeDelta = TimeDelta::hours(48);

/// The way to change something. A root of mutations holds it in a private field: it is in no
/// context, it cannot be cloned, and making another one takes an [`App`], which nothing below the
/// roots has. So no query, and no field of what a mutation answers, can begin a transaction:
///
/// ```compile_fail,E0616
/// use thali::menu::SetMenuItemPrice;
///
/// fn write_elsewhere(root: &SetMenuItemPrice) {
///     let _ = &root.0;
/// }
/// ```
///
/// ```compile_fail,E0308
/// use thali::graph::Writes;
///
/// fn keep(writes: &Writes) -> Writes {
///     writes.clone()
/// }
/// ```
///
/// ```compile_fail,E0616
/// use thali::graph::Writes;
///
/// fn past_the_checks(writes: &Writes) {
///     let _ = &writes.app;
/// }
/// ```
#[derive(Default)]
pub struct Writes {
    /// None in a schema that is printed or checked, and never run.
    app: Option<App>,
}

/// What became of a change.
pub struct Changed {
    /// The thing that was changed, if there are no problems.
    pub thing: Uuid,
    pub problems: Vec<Problem>,
}

/// What became of a change that was sent.
pub enum Begun {
    First(Box<Write>),
    /// It was made before.
    Again(Changed),
}

/// A change under way. Dropped, it leaves nothing behind.
pub struct Write {
    pub conn: Transaction,
    pub now: DateTime<Utc>,
    /// What the sender is where.
    pub scope: Scope,
    pub problems: Vec<Problem>,
    recorded: Vec<Recorded>,
    /// The row of the key, once it is taken.
    claim: Option<idempotency_key::Model>,
    loaders: Arc<Loaders<Reads>>,
    app: App,
}

impl Writes {
    pub fn new(app: &App) -> Self {
        Self {
            app: Some(app.clone()),
        }
    }

    /// Begins what `mutation` does to `thing`, in the name of a known viewer; whether that one may
    /// is for the mutation to ask of the scope. The same input with the same key is one change,
    /// also when it is sent many times at once.
    pub async fn begin(
        &self,
        ctx: &Context<'_>,
        mutation: &str,
        key: &str,
        input: &impl InputType,
        thing: Uuid,
    ) -> Result<Begun> {
        let mut write = self.open(ctx).await?;
        if !is_key(key) {
            let problem = Problem::invalid(&["idempotencyKey"], key, KEYS);
            write.problems.push(problem);
            return Ok(Begun::First(Box::new(write)));
        }
        let claim = idempotency_key::Model {
            viewer: write.scope.viewer().known()?,
            key: key.to_owned(),
            fingerprint: fingerprint(mutation, input),
            thing,
            created_at: write.now,
        };
        write.claim(claim).await
    }

    /// Begins a change that can be made twice, and so needs no key.
    pub async fn open(&self, ctx: &Context<'_>) -> Result<Write> {
        let viewer = ctx.data_opt::<Viewer>().copied().unwrap_or_default();
        viewer.known()?;
        let (app, meter) = at_work(&self.app, ctx)?;
        let loaders = ctx.loaders()?.clone();
        // What was read before keeps a connection: a request waits for one and holds none.
        loaders.rest();
        let conn = app.db.begin(meter).await?;
        let scope = Scope::of(viewer, &conn).await?;
        scope.viewer().known()?;
        Ok(Write {
            scope,
            conn,
            now: ctx.now()?,
            problems: Vec::new(),
            recorded: Vec::new(),
            claim: None,
            loaders,
            app: app.clone(),
        })
    }
}

impl Write {
    /// Takes the key. Whoever sends it meanwhile waits here until this change is made or not.
    async fn claim(mut self, claim: idempotency_key::Model) -> Result<Begun> {
        use idempotency_key::{Column, Entity};
        let too_old = Expr::col((Entity, Column::CreatedAt)).lt(claim.created_at - KEY_IS_KEPT);
        let taken = Entity::insert(claim.clone().into_active_model())
            .on_conflict(
                OnConflict::columns([Column::Viewer, Column::Key])
                    .update_columns([Column::Fingerprint, Column::Thing, Column::CreatedAt])
                    .action_and_where(too_old)
                    .to_owned(),
            )
            .exec_without_returning(&self.conn)
            .await?;
        if taken > 0 {
            self.claim = Some(claim);
            return Ok(Begun::First(Box::new(self)));
        }
        let id = (claim.viewer, claim.key.clone());
        let first = Entity::find_by_id(id).one(&self.conn).await?;
        let first = first.ok_or(Error::Unavailable)?;
        if first.fingerprint == claim.fingerprint {
            // There is nothing to commit; but a commit tells the client what to read in order to
            // see the change, and the answer that told it first may have been lost.
            self.conn.commit().await?;
            return Ok(Begun::Again(Changed {
                thing: first.thing,
                problems: Vec::new(),
            }));
        }
        let problem = Problem::key_reused(&claim.key, first.created_at);
        self.problems.push(problem);
        Ok(Begun::First(Box::new(self)))
    }

    /// Whether the sender made this thing, as far as the keys tell that are still kept.
    pub async fn has_made(&self, thing: Uuid) -> Result<bool> {
        use idempotency_key::{Column, Entity};
        let made = Entity::find()
            .filter(Column::Viewer.eq(self.scope.viewer().known()?))
            .filter(Column::Thing.eq(thing));
        Ok(made.one(&self.conn).await?.is_some())
    }

    /// Writes beside the change what it was.
    pub async fn record(&mut self, event: Event) -> Result<()> {
        self.record_all(vec![event]).await
    }

    /// The same of a change that was several things.
    pub async fn record_all(&mut self, events: Vec<Event>) -> Result<()> {
        let recorded = outbox::record(&self.conn, events, self.now).await;
        self.recorded.extend(recorded?);
        Ok(())
    }

    /// Makes the change of `thing`, which may be another one than was thought when it began, and
    /// tells of it. Where there are problems it leaves nothing.
    pub async fn end(self, thing: Uuid) -> Result<Changed> {
        let problems = self.problems;
        if !problems.is_empty() {
            self.conn.rollback().await?;
            return Ok(Changed { thing, problems });
        }
        if let Some(mut claim) = self.claim.filter(|claim| claim.thing != thing) {
            claim.thing = thing;
            let claim = claim.into_active_model().reset_all();
            claim.update_without_returning(&self.conn).await?;
        }
        self.conn.commit().await?;
        outbox::tell(&self.app, self.recorded).await;
        // The answer shows what is there now, not what the request had read before.
        self.loaders.forget();
        Ok(Changed { thing, problems })
    }
}

/// What a root of mutations works with, and what counts the statements of the request.
pub fn at_work<'a>(
    app: &'a Option<App>,
    ctx: &'a Context<'_>,
) -> Result<(&'a App, &'a Arc<Meter>)> {
    match (app, ctx.data_opt()) {
        (Some(app), Some(meter)) => Ok((app, meter)),
        _ => {
            let cause = anyhow::anyhow!("a mutation without a database or a meter");
            Err(Error::internal(cause))
        }
    }
}

/// What an idempotency key must be.
pub const KEYS: &str = "1 to 255 visible ASCII characters, new for every change";

pub fn is_key(key: &str) -> bool {
    (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Tells inputs of mutations apart. Fields that were left out count as their defaults.
fn fingerprint(mutation: &str, input: &impl InputType) -> String {
    let sent = format!("{mutation} {}", input.to_value());
    format!("{:x}", Sha256::digest(sent))
}

#[cfg(test)]
mod tests {
    use async_graphql::InputObject;

    use super::*;

    #[derive(InputObject)]
    struct Sent {
        name: String,
        #[graphql(default = 3)]
        number: i32,
    }

    fn print(mutation: &str, json: serde_json::Value) -> String {
        let value = async_graphql::Value::from_json(json).unwrap();
        fingerprint(mutation, &Sent::parse(Some(value)).ok().unwrap())
    }

    #[test]
    fn the_fingerprint_is_that_of_what_is_meant() {
        use serde_json::json;
        let one = print("make", json!({ "name": "a", "number": 3 }));
        assert_eq!(one, print("make", json!({ "number": 3, "name": "a" })));
        assert_eq!(one, print("make", json!({ "name": "a" })));
        assert_ne!(one, print("make", json!({ "name": "a", "number": 4 })));
        assert_ne!(one, print("make", json!({ "name": "b", "number": 3 })));
        assert_ne!(one, print("unmake", json!({ "name": "a", "number": 3 })));
        assert_eq!(one.len(), 64);
    }

    #[test]
    fn a_key_is_visible_and_not_too_long() {
        assert!(is_key("0192f0c1-7e57"));
        assert!(is_key(&"k".repeat(255)));
        for wrong in ["", " ", "a b", "a\0", "é", &"k".repeat(256)] {
            assert!(!is_key(wrong), "{wrong:?}");
        }
    }
}
