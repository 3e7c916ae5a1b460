//! Memberships: what somebody is at which place.

use async_graphql::{Context, ID, Object};
use entity::{membership, vocabulary::Role};
use sea_orm::{
    ConnectionTrait, DbBackend,
    sea_query::{Condition, Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    auth::Scope,
    error::Result,
    graph::{
        Ctx, Reads, Row,
        fetch::{models, one_each, select},
        id::Kind,
        scalar::DateTime,
    },
    hospital::{Hospital, HospitalById},
    kitchen::{Kitchen, KitchenById},
    load::Edge,
    patient::{Patient, PatientById, SEE_PATIENTS},
    sql::is_any_of,
};

/// What somebody is at which place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership(pub membership::Model);

/// What somebody is at which place. Shown to that person, to the managers of the hospital, to
/// administrators, and who is one of its patients to those who care for them.
#[Object]
impl Membership {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Membership.id(self.0.id)
    }

    /// What they are.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The hospital where they are it; null for people of a kitchen and for administrators.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Option<Row<Hospital>>> {
        match self.0.hospital_id {
            Some(hospital) => ctx.load(HospitalById, hospital).await,
            None => Ok(None),
        }
    }

    /// The kitchen whose people they are one of; else null.
    async fn kitchen(&self, ctx: &Context<'_>) -> Result<Option<Row<Kitchen>>> {
        match self.0.kitchen_id {
            Some(kitchen) => ctx.load(KitchenById, kitchen).await,
            None => Ok(None),
        }
    }

    /// The patient who they are; null for who is none, and for those who may not see the patient.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Row<Patient>>> {
        match self.0.patient_id {
            Some(patient) => ctx.load(PatientById, patient).await,
            None => Ok(None),
        }
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

#[derive(Clone, PartialEq)]
pub struct MembershipById;

/// The viewer's own, all of the hospitals that they manage, and those of the patients for whom
/// they care.
fn visible_to(scope: &Scope, backend: DbBackend) -> Condition {
    if scope.is_administrator() {
        return Condition::all();
    }
    let managed = scope.hospitals(&[Role::HospitalManager]);
    let own = scope.account();
    let is_any = |column, ids: &[_]| is_any_of(Expr::col(("membership", column)), ids, backend);
    let of_patients = Condition::all()
        .add(is_any("hospital_id", &scope.hospitals(&SEE_PATIENTS)))
        .add(Expr::col(("membership", "patient_id")).is_not_null());
    Condition::any()
        .add(is_any("account_id", own.as_slice()))
        .add(is_any("hospital_id", &managed))
        .add(of_patients)
}

impl Edge for MembershipById {
    type Key = Uuid;
    type Value = Option<Row<Membership>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let backend = reads.backend();
        let mut query = select::<membership::Entity>(&[]);
        query
            .and_where(is_any_of(Expr::col(("membership", "id")), keys, backend))
            .cond_where(visible_to(scope, backend));
        let rows = models::<membership::Model>(&reads.conn.query_all(&query).await?)?;
        let memberships = rows.into_iter().map(|row| Row::new(Membership(row)));
        Ok(one_each(keys, memberships, |membership| membership.0.id))
    }
}
