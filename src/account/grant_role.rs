//! `grantRole`: somebody becomes something at a place.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{membership, vocabulary::Role};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{EmailAddress, Membership, MembershipById, place::Sent};
use crate::{
    error::Result,
    graph::{Begun, Changed, Plain, Writes, payload},
};

/// Who is to be what, and where.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// The e-mail address of their account.
    email: EmailAddress,
    /// What they are to be.
    role: Role,
    /// The hospital where; for VISITOR, NURSE, DIETITIAN and HOSPITAL_MANAGER.
    hospital: Option<ID>,
    /// The kitchen whose people they are to be one of; for KITCHEN.
    kitchen: Option<ID>,
    /// The patient who they are to be; for PATIENT.
    patient: Option<ID>,
    /// Why, as it is kept with the decision: 1 to 500 characters.
    reason: String,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    GrantRolePayload {
        /// What they are now; null where there are problems.
        membership: Membership by MembershipById,
        /// Why it was not granted: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct GrantRole(Writes);

impl GrantRole {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl GrantRole {
    /// Makes somebody something at a place; they may be it already. For the managers of the
    /// hospital, for its nurses and dietitians about who its patients are, and for administrators.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to be what, and where.")] input: GrantRoleInput,
    ) -> Result<Option<Plain<GrantRolePayload>>> {
        let changed = grant_role(&self.0, ctx, input).await?;
        Ok(Some(Plain(GrantRolePayload(changed))))
    }
}

async fn grant_role(writes: &Writes, ctx: &Context<'_>, input: GrantRoleInput) -> Result<Changed> {
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "grantRole", key, &input, id).await? {
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
    if let Some(known) = role.find(&write).await? {
        return write.end(known.id).await;
    }
    let membership = role.membership(&write);
    let id = membership.id;
    membership::Entity::insert(membership.into_active_model())
        .exec_without_returning(&write.conn)
        .await?;
    role.audit(&write, "GRANT_ROLE", &input.reason).await?;
    write.end(id).await
}
