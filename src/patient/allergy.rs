//! The rows of allergies. Their patient is held.

use entity::{
    patient_allergy,
    vocabulary::{Allergen, Criticality},
};
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};
use uuid::Uuid;

use super::change::{Actor, PatientChange};
use crate::{db::Transaction, error::Result};

pub(super) async fn write_allergy(
    change: &PatientChange,
    allergen: Allergen,
    criticality: Criticality,
) -> Result<()> {
    insert_allergy(
        &change.write.conn,
        change.actor,
        (change.row.id, allergen, criticality),
    )
    .await
}

/// Writes an allergy, there or not.
pub async fn insert_allergy(
    conn: &Transaction,
    actor: Actor,
    (patient_id, allergen, criticality): (Uuid, Allergen, Criticality),
) -> Result<()> {
    use patient_allergy::{Column, Entity};
    let row = patient_allergy::Model {
        patient_id,
        allergen,
        criticality,
        recorded_by: actor.account,
        recorded_at: actor.at,
    };
    let there = OnConflict::columns([Column::PatientId, Column::Allergen])
        .update_columns([Column::Criticality, Column::RecordedBy, Column::RecordedAt])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(there)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Whether there was such an allergy.
pub async fn delete_allergy(conn: &Transaction, patient: Uuid, allergen: Allergen) -> Result<bool> {
    let deleted = patient_allergy::Entity::delete_by_id((patient, allergen));
    Ok(deleted.exec(conn).await?.rows_affected > 0)
}
