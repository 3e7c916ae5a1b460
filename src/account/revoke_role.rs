//! `revokeRole`: somebody is something at a place no longer.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{membership, vocabulary::Role};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{EmailAddress, place::Sent};
use crate::{
    error::Result,
    graph::{Begun, Changed, Plain, Problem, Writes},
};

/// Who is to be what no longer, and where.
#[derive(InputObject)]
pub struct RevokeRoleInput {
    /// The e-mail address of their account.
    email: EmailAddress,
    /// What they are.
    role: Role,
    /// The hospital where; for VISITOR, NURSE, DIETITIAN and HOSPITAL_MANAGER.
    hospital: Option<ID>,
    /// The kitchen whose people they are one of; for KITCHEN.
    kitchen: Option<ID>,
    /// The patient who they are; for PATIENT.
    patient: Option<ID>,
    /// Why, as it is kept with the decision: 1 to 500 characters.
    reason: String,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

/// What became of the change.
pub struct RevokeRolePayload(Changed);

/// What became of the change.
#[Object]
impl RevokeRolePayload {
    /// Why it was not revoked: all that is to be mended. Empty where it was.
    async fn problems(&self) -> &[Problem] {
        &self.0.problems
    }
}

#[derive(Default)]
pub struct RevokeRole(Writes);

impl RevokeRole {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl RevokeRole {
    /// Takes from somebody what they are at a place; their next request knows. For the managers
    /// of the hospital, for its nurses and dietitians about who its patients are, and for
    /// administrators.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to be what no longer, and where.")] input: RevokeRoleInput,
    ) -> Result<Option<Plain<RevokeRolePayload>>> {
        let changed = revoke_role(&self.0, ctx, input).await?;
        Ok(Some(Plain(RevokeRolePayload(changed))))
    }
}

async fn revoke_role(
    writes: &Writes,
    ctx: &Context<'_>,
    input: RevokeRoleInput,
) -> Result<Changed> {
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "revokeRole", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let sent = Sent {
        email: &input.email,
        role: input.role,
        hospital: input.hospital.as_ref(),
        kitchen: input.kitchen.as_ref(),
        patient: input.patient.as_ref(),
        reason: &input.reason,
    };
    let Some(role) = sent.read(&mut write).await? else {
        return write.end(id).await;
    };
    let Some(known) = role.find(&write).await? else {
        let problem = Problem::no_such_role(&input.email.0);
        write.problems.push(problem);
        return write.end(id).await;
    };
    membership::Entity::delete_by_id(known.id)
        .exec(&write.conn)
        .await?;
    role.audit(&write, "REVOKE_ROLE", &input.reason).await?;
    write.end(known.id).await
}
