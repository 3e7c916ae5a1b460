//! What somebody decided who is answerable for it.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Role;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub account_id: Option<Uuid>,
    pub role: Role,
    pub action: String,
    pub subject_id: Uuid,
    pub reason: String,
    pub details: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::position::by_position! {
    id, at, account_id, role, action, subject_id, reason, details
}
