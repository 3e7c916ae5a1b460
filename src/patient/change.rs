//! What all changes of a patient have in common: the patient is held, the change is audited, and
//! open orders are checked again, in one transaction.

use std::ops::ControlFlow;

use async_graphql::{Context, ID, InputType};
use chrono::{DateTime, Utc};
use entity::{audit_entry, patient, vocabulary::Role};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{SEE_PATIENTS, hold};
use crate::{
    auth::Place,
    db::Transaction,
    error::{Error, Result},
    event::Event,
    graph::{Begun, Changed, Problem, Write, Writes, id::Kind},
    ordering::{load_eater, recheck, rules::Eater},
    text::tidy,
};

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    pub account: Option<Uuid>,
    pub role: Role,
    pub at: DateTime<Utc>,
}

/// What every change of a patient names.
pub struct Named<'a> {
    pub patient: &'a ID,
    pub expected_version: i32,
    pub key: &'a str,
}

/// A change of a patient who is held.
pub struct PatientChange {
    pub write: Box<Write>,
    /// The patient as they will be.
    pub row: patient::Model,
    pub actor: Actor,
    /// What they could eat before.
    before: Eater,
}

/// What is kept of a change.
pub struct Kept<'a> {
    /// The mutation.
    pub action: &'static str,
    pub reason: Option<&'a str>,
    pub details: serde_json::Value,
    pub event: fn(Uuid, i32) -> Event,
}

impl PatientChange {
    /// Begins what `mutation` does to a patient, for those who care for them; or breaks with what
    /// became of it already.
    pub async fn begin(
        writes: &Writes,
        ctx: &Context<'_>,
        mutation: &str,
        input: &impl InputType,
        named: Named<'_>,
    ) -> Result<ControlFlow<Changed, Self>> {
        let id = Kind::Patient.read(named.patient)?;
        let mut write = match writes.begin(ctx, mutation, named.key, input, id).await? {
            Begun::First(write) => write,
            Begun::Again(changed) => return Ok(ControlFlow::Break(changed)),
        };
        let held = hold(&write.conn, &write.scope, &[id]).await?;
        let Some(row) = held.into_iter().next() else {
            let problem = Problem::not_found(&["patient"], named.patient);
            write.problems.push(problem);
            return Ok(ControlFlow::Break(write.end(id).await?));
        };
        let actor = actor(&write, row.hospital_id)?;
        if named.expected_version != row.version {
            let problem = Problem::version_conflict(named.expected_version, row.version);
            write.problems.push(problem);
        }
        if row.discharged_at.is_some() {
            let allowed = "a patient who was not discharged";
            let problem = Problem::invalid(&["patient"], named.patient.as_str(), allowed);
            write.problems.push(problem);
        }
        let before = load_eater(&write.conn, &row).await?;
        Ok(ControlFlow::Continue(Self {
            write,
            row,
            actor,
            before,
        }))
    }

    /// Writes the patient, keeps what was done and by whom, and checks the open orders again. What
    /// allows more than before needs a reason.
    pub async fn end(mut self, kept: Kept<'_>) -> Result<Changed> {
        let id = self.row.id;
        let after = load_eater(&self.write.conn, &self.row).await?;
        let reason = kept.reason.map(tidy).filter(|reason| !reason.is_empty());
        let problems = &mut self.write.problems;
        problems.extend(check_reason(
            reason.as_deref(),
            &self.before,
            &after,
            self.actor.at,
        ));
        if !problems.is_empty() {
            return self.write.end(id).await;
        }
        let conn = &self.write.conn;
        let told = write_patient(conn, self.actor, self.row, (&self.before, &after)).await?;
        let (version, events) = told;
        let reason = reason.as_deref().unwrap_or(NO_REASON);
        audit(conn, self.actor, (kept.action, id), reason, &kept.details).await?;
        self.write.record((kept.event)(id, version)).await?;
        for event in events {
            self.write.record(event).await?;
        }
        self.write.end(id).await
    }
}

/// What is kept where no reason has to be given, and none was.
pub const NO_REASON: &str = "not given";

/// In the name of whom patients of a hospital are changed; an error for who does not care for
/// them.
pub fn actor(write: &Write, hospital: Uuid) -> Result<Actor> {
    let role = write.scope.role(&SEE_PATIENTS, Place::Hospital(hospital));
    let role = role.ok_or(Error::Forbidden(
        "Only nurses and dietitians of the hospital may do this.",
    ))?;
    Ok(Actor {
        account: write.scope.account(),
        role,
        at: write.now,
    })
}

/// Writes a patient who is held, as the next version, and checks their open orders again. What
/// has to be told, and the version.
pub async fn write_patient(
    conn: &Transaction,
    actor: Actor,
    mut row: patient::Model,
    (before, after): (&Eater, &Eater),
) -> Result<(i32, Vec<Event>)> {
    (row.version, row.updated_at) = (row.version + 1, actor.at);
    let (id, version) = (row.id, row.version);
    let row = row.into_active_model().reset_all();
    row.update_without_returning(conn).await?;
    let events = recheck(conn, actor, id, before, after).await?;
    Ok((version, events))
}

/// Keeps for ever who did what to whom.
pub async fn audit(
    conn: &Transaction,
    actor: Actor,
    (action, subject_id): (&str, Uuid),
    reason: &str,
    details: &serde_json::Value,
) -> Result<()> {
    let row = audit_entry::Model {
        id: Uuid::now_v7(),
        at: actor.at,
        account_id: actor.account,
        role: actor.role,
        action: action.to_owned(),
        subject_id,
        reason: reason.to_owned(),
        details: details.to_string(),
    };
    audit_entry::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The longest reason, in characters.
const LONGEST: usize = 500;

fn check_reason(
    reason: Option<&str>,
    before: &Eater,
    after: &Eater,
    now: DateTime<Utc>,
) -> Option<Problem> {
    let problem =
        |value: &str, allowed: String| Some(Problem::invalid(&["reason"], value, allowed));
    match reason {
        None if after.loosens(before, now) => problem(
            "",
            format!(
                "a reason of up to {LONGEST} visible characters where more is allowed than before"
            ),
        ),
        Some(reason) if reason.chars().count() > LONGEST || reason.contains(char::is_control) => {
            problem(reason, format!("up to {LONGEST} visible characters"))
        }
        _ => None,
    }
}
