//! The edges that lead to patients, and to what is theirs. None is ever cached.

use std::sync::Arc;

use entity::{patient, patient_allergy};
use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Patient, sees_any, visible_to};
use crate::{
    error::Result,
    graph::{
        Reads, Row,
        fetch::{many_each, models, one_each, select},
    },
    load::Edge,
    sql::is_any_of,
};

/// Those of these patients that the viewer may see.
pub async fn read(reads: &Reads, ids: &[Uuid]) -> Result<Vec<patient::Model>> {
    let scope = reads.scope().await?;
    if !sees_any(scope) {
        return Ok(Vec::new());
    }
    let mut query = select::<patient::Entity>(&[]);
    let id = Expr::col(("patient", "id"));
    query
        .and_where(is_any_of(id, ids, reads.backend()))
        .cond_where(visible_to(scope, reads.backend()));
    models(&reads.conn.query_all(&query).await?)
}

#[derive(Clone, PartialEq)]
pub struct PatientById;

impl Edge for PatientById {
    type Key = Uuid;
    type Value = Option<Row<Patient>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let patients = read(reads, keys).await?.into_iter();
        let patients = patients.map(|row| Row::new(Patient(row)));
        Ok(one_each(keys, patients, |patient| patient.0.id))
    }
}

#[derive(Clone, PartialEq)]
pub struct AllergiesOfPatient;

impl Edge for AllergiesOfPatient {
    type Key = Uuid;
    type Value = Arc<[patient_allergy::Model]>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let mut query = select::<patient_allergy::Entity>(&[]);
        let of = Expr::col(("patient_allergy", "patient_id"));
        query
            .inner_join("patient", of.clone().equals(("patient", "id")))
            .and_where(is_any_of(of, keys, reads.backend()))
            .cond_where(visible_to(scope, reads.backend()))
            .order_by(("patient_allergy", "allergen"), Order::Asc);
        let rows = models::<patient_allergy::Model>(&reads.conn.query_all(&query).await?)?;
        let rows = many_each(keys, rows, |row| row.patient_id).into_iter();
        Ok(rows.map(|rows| Ok(rows.into())).collect())
    }
}
