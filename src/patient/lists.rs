//! Lists of patients, for those who care for them.

use entity::{
    patient,
    position::{ByPosition, Cells},
};
use sea_orm::{
    DbErr,
    sea_query::{Expr, ExprTrait, Func, Query},
};
use uuid::Uuid;

use super::{Patient, PatientFilter, SEE_PATIENTS, visible_to};
use crate::{
    error::Result,
    graph::{
        Reads,
        fetch::columns,
        page::{KeyType, List, Listing, Order, OrderKey},
    },
};

/// The patients of a hospital, in the order in which they were first admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientsOfHospital {
    pub filter: PatientFilter,
}

impl List for PatientsOfHospital {
    type Item = Patient;
    type Key = Uuid;

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let scope = reads.scope().await?;
        let mut from = Query::select().from("patient").take();
        // No text in a database has a NUL, and PostgreSQL is not to be sent one.
        let mut codes = self.filter.code.iter();
        let is_nobody = codes.any(|code| code.contains('\0'));
        if let Some(code) = self.filter.code.as_deref().filter(|_| !is_nobody) {
            from.and_where(Expr::col(("patient", "code")).eq(code));
        }
        if !self.filter.discharged {
            from.and_where(is_there());
        }
        let only = match scope.is_administrator() {
            _ if is_nobody => Some(Vec::new()),
            true => None,
            false => Some(scope.hospitals(&SEE_PATIENTS)),
        };
        Ok(Listing {
            table: "patient",
            row: &["id"],
            columns: columns::<patient::Entity>(&[]),
            from,
            parent: Some(Expr::col(("patient", "hospital_id"))),
            only,
            parts: Vec::new(),
            order: Order::by([]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Patient, DbErr> {
        patient::Model::read(cells).map(Patient)
    }
}

/// The patients on a ward, by bed.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientsOfWard;

impl List for PatientsOfWard {
    type Item = Patient;
    type Key = Uuid;

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let scope = reads.scope().await?;
        let cares = scope.is_administrator() || !scope.hospitals(&SEE_PATIENTS).is_empty();
        let bed = Func::coalesce([Expr::col(("patient", "bed")), Expr::cust("''")]);
        Ok(Listing {
            table: "patient",
            row: &["id"],
            columns: columns::<patient::Entity>(&[]),
            from: Query::select()
                .from("patient")
                .cond_where(visible_to(scope, reads.backend()))
                .and_where(is_there())
                .take(),
            parent: Some(Expr::col(("patient", "ward_id"))),
            // The hospital of a ward is not known here; who cares for nobody sees no ward's.
            only: (!cares).then(Vec::new),
            parts: Vec::new(),
            order: Order::by([OrderKey::new(bed, KeyType::Text)]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Patient, DbErr> {
        patient::Model::read(cells).map(Patient)
    }
}

fn is_there() -> Expr {
    Expr::col(("patient", "discharged_at")).is_null()
}
