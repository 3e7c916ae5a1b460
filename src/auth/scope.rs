//! What a viewer is where, as queries take it: lists of ids that bound what they may see.

use entity::{membership, vocabulary::Role};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::Viewer;
use crate::error::{Error, Result};

/// What a viewer may see and do, as it is in the database now.
#[derive(Clone, Debug)]
pub struct Scope {
    viewer: Viewer,
    memberships: Vec<membership::Model>,
}

/// Where somebody can be something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Hospital(Uuid),
    Kitchen(Uuid),
}

impl Scope {
    /// Reads what `viewer` is; no statement for who is not signed in. Whose session is over is
    /// nobody from then on, whatever they still have to show.
    pub async fn of(viewer: Viewer, conn: &impl ConnectionTrait) -> Result<Self> {
        let Viewer::Account(signed_in) = viewer else {
            return Ok(Self {
                viewer,
                memberships: Vec::new(),
            });
        };
        let of_account = Expr::col(("membership", "account_id")).equals(("session", "account_id"));
        let mut query = Query::select();
        for column in membership::Column::iter() {
            query.column(("membership", column));
        }
        query
            .from("session")
            .left_join("membership", of_account)
            .and_where(Expr::col(("session", "id")).eq(signed_in.session))
            .and_where(Expr::col(("session", "account_id")).eq(signed_in.account))
            .and_where(Expr::col(("session", "ended_at")).is_null());
        let rows = conn.query_all(&query).await?;
        let viewer = match rows.is_empty() {
            true => Viewer::Unknown,
            false => viewer,
        };
        // Who is signed in and is nothing anywhere has one row without a membership.
        let memberships = rows
            .iter()
            .filter_map(|row| membership::Model::from_query_result_optional(row, "").transpose());
        Ok(Self {
            viewer,
            memberships: memberships.collect::<Result<_, _>>()?,
        })
    }

    /// Who it is, if their session is not over.
    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    pub fn account(&self) -> Option<Uuid> {
        match self.viewer {
            Viewer::Account(signed_in) => Some(signed_in.account),
            Viewer::Anonymous | Viewer::Unknown | Viewer::Unclear | Viewer::Administrator => None,
        }
    }

    /// Whether no query bounds what this viewer sees.
    pub fn is_administrator(&self) -> bool {
        self.viewer.is_administrator() || !self.having(&[Role::Administrator]).is_empty()
    }

    /// The hospitals where the viewer is any of these.
    pub fn hospitals(&self, roles: &[Role]) -> Vec<Uuid> {
        let having = self.having(roles).into_iter();
        having
            .filter_map(|membership| membership.hospital_id)
            .collect()
    }

    /// The kitchens whose people the viewer is one of.
    pub fn kitchens(&self) -> Vec<Uuid> {
        let having = self.having(&[Role::Kitchen]).into_iter();
        having
            .filter_map(|membership| membership.kitchen_id)
            .collect()
    }

    /// The patients that the viewer is.
    pub fn patients(&self) -> Vec<Uuid> {
        let having = self.having(&[Role::Patient]).into_iter();
        having
            .filter_map(|membership| membership.patient_id)
            .collect()
    }

    /// The role of `roles`, tried in their order, that the viewer has at `place`; everybody's
    /// administrator has every one.
    pub fn role(&self, roles: &[Role], place: Place) -> Option<Role> {
        if self.is_administrator() {
            return Some(Role::Administrator);
        }
        let is_at = |membership: &&membership::Model| match place {
            Place::Hospital(id) => membership.hospital_id == Some(id),
            Place::Kitchen(id) => membership.kitchen_id == Some(id),
        };
        let has = |role: &&Role| self.having(&[**role]).iter().any(is_at);
        roles.iter().find(has).copied()
    }

    /// An error, which says who may, for who is none of `roles` at `place`.
    pub fn check(&self, roles: &[Role], place: Place, who_may: &'static str) -> Result<()> {
        let role = self.role(roles, place);
        role.map(drop).ok_or(Error::Forbidden(who_may))
    }

    /// The same for who is none of `roles` anywhere: to be asked before something is locked.
    pub fn check_anywhere(&self, roles: &[Role], who_may: &'static str) -> Result<()> {
        match self.is_administrator() || !self.having(roles).is_empty() {
            true => Ok(()),
            false => Err(Error::Forbidden(who_may)),
        }
    }

    /// An error for everybody but administrators.
    pub fn administrator(&self) -> Result<()> {
        match self.is_administrator() {
            true => Ok(()),
            false => Err(Error::Forbidden("Only administrators may do this.")),
        }
    }

    fn having(&self, roles: &[Role]) -> Vec<&membership::Model> {
        let has = |membership: &&membership::Model| roles.contains(&membership.role);
        self.memberships.iter().filter(has).collect()
    }
}
