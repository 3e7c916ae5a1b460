//! Orders in spite of a conflict: who may decide that, and what is kept of it.

use entity::{audit_entry, patient, vocabulary::Role};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::{
    rules::Conflict,
    tray::{ConflictKind, Override, Tray},
};
use crate::{auth::Scope, error::Result, graph::Write};

/// A conflict that somebody who may has decided about.
pub struct Granted {
    pub role: Role,
    pub reason: String,
    /// With what it was, for those who ask later.
    pub details: String,
}

/// The override of a conflict of `item`, if the tray has one and the viewer may decide it.
pub fn decide(
    tray: &Tray,
    item: Uuid,
    conflict: &Conflict,
    patient: &patient::Model,
    scope: &Scope,
) -> Option<Granted> {
    let given = tray
        .overrides
        .iter()
        .find(|given| given.is_about(item, conflict))?;
    Some(Granted {
        role: decider(conflict, patient, scope)?,
        reason: given.reason.clone(),
        details: details(item, conflict),
    })
}

/// The role in which the viewer may decide about a conflict. Administrators have none.
pub fn decider(conflict: &Conflict, patient: &patient::Model, scope: &Scope) -> Option<Role> {
    let is = |role: &&Role| match role {
        Role::Patient => scope.patients().contains(&patient.id),
        role => scope.hospitals(&[**role]).contains(&patient.hospital_id),
    };
    conflict.overridable_by().iter().find(is).copied()
}

/// With what a menu item or dish was in conflict, for those who ask later.
pub fn details(thing: Uuid, conflict: &Conflict) -> String {
    json!({ "of": thing, "conflict": format!("{conflict:?}") }).to_string()
}

impl Override {
    fn is_about(&self, item: Uuid, conflict: &Conflict) -> bool {
        let is_kind = match conflict {
            Conflict::Allergen { allergen, .. } => {
                self.conflict == ConflictKind::Allergen && self.allergen == Some(*allergen)
            }
            Conflict::Diet(diet) => self.conflict == ConflictKind::Diet && self.diet == Some(*diet),
            Conflict::Texture { .. } => self.conflict == ConflictKind::Texture,
            Conflict::Fluid { .. } => self.conflict == ConflictKind::Fluid,
            Conflict::NilByMouth(_) => false,
        };
        is_kind && self.item == item
    }
}

/// Keeps who decided what about orders, and why; no statement where nobody decided anything.
pub async fn audit(
    write: &Write,
    decided: impl IntoIterator<Item = (Uuid, Granted)>,
) -> Result<()> {
    let rows = decided.into_iter().map(|(order, granted)| {
        let row = audit_entry::Model {
            id: Uuid::now_v7(),
            at: write.now,
            account_id: write.scope.account(),
            role: granted.role,
            action: "overrideConflict".to_owned(),
            subject_id: order,
            reason: granted.reason,
            details: granted.details,
        };
        row.into_active_model()
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        let insert = audit_entry::Entity::insert_many(rows);
        insert.exec_without_returning(&write.conn).await?;
    }
    Ok(())
}
