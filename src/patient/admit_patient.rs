//! `admitPatient`: a patient comes to a hospital, for the first time or again.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{hospital, patient};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{LockType, OnConflict},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Patient, PatientById,
    change::{Actor, NO_REASON, actor, audit},
    move_patient::{has_ward, read_bed},
};
use crate::{
    db::Transaction,
    error::Result,
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Writes, id::Kind, payload},
    ordering::follow,
    text::tidy,
};

/// Who comes to a hospital.
#[derive(InputObject)]
pub struct AdmitPatientInput {
    /// The hospital.
    hospital: ID,
    /// What the hospital calls the patient by, as on the wristband: 1 to 50 visible characters. No
    /// name: nobody is to be known by it outside of the hospital.
    code: String,
    /// The ward, of the hospital; null or left out where that is not known yet.
    ward: Option<ID>,
    /// The bed on the ward, of up to 20 characters; null or left out where it is not known.
    bed: Option<String>,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    AdmitPatientPayload {
        /// The patient; null where there are problems.
        patient: Patient by PatientById,
        /// Why they were not admitted: all that is to be mended. Empty where they were.
        problems,
    }
}

#[derive(Default)]
pub struct AdmitPatient(Writes);

impl AdmitPatient {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl AdmitPatient {
    /// Admits a patient. Who was there before, under the same code, is the same patient: diet and
    /// allergies are as they were. For nurses and dietitians of the hospital.
    async fn admit_patient(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: AdmitPatientInput,
    ) -> Result<Option<Plain<AdmitPatientPayload>>> {
        let changed = admit_patient(&self.0, ctx, input).await?;
        Ok(Some(Plain(AdmitPatientPayload(changed))))
    }
}

/// The longest code, in characters.
const LONGEST: usize = 50;

async fn admit_patient(
    writes: &Writes,
    ctx: &Context<'_>,
    input: AdmitPatientInput,
) -> Result<Changed> {
    let hospital = Kind::Hospital.read(&input.hospital)?;
    let ward = input.ward.as_ref().map(|ward| Kind::Ward.read(ward));
    let ward = ward.transpose()?;
    let (key, id) = (&input.idempotency_key, Uuid::now_v7());
    let mut write = match writes.begin(ctx, "admitPatient", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let actor = actor(&write, hospital)?;
    let known = hospital::Entity::find_by_id(hospital).one(&write.conn);
    if known.await?.is_none() {
        let problem = Problem::not_found(&["hospital"], &input.hospital);
        write.problems.push(problem);
    }
    let code = tidy(&input.code);
    let length = code.chars().count();
    if !(1..=LONGEST).contains(&length) || code.contains(char::is_control) {
        let allowed = format!("1 to {LONGEST} visible characters");
        let problem = Problem::invalid(&["code"], &input.code, allowed);
        write.problems.push(problem);
    }
    if let (Some(ward), Some(sent)) = (ward, &input.ward)
        && !has_ward(&write.conn, hospital, ward).await?
    {
        write.problems.push(Problem::not_found(&["ward"], sent));
    }
    let bed = read_bed(input.bed.as_deref(), &mut write.problems);
    if bed.is_some() && ward.is_none() {
        let allowed = "left out where there is no ward";
        let sent = input.bed.as_deref().unwrap_or_default();
        write
            .problems
            .push(Problem::invalid(&["bed"], sent, allowed));
    }
    if !write.problems.is_empty() {
        return write.end(id).await;
    }
    let row = patient::Model {
        id,
        hospital_id: hospital,
        ward_id: ward,
        bed,
        code,
        diets: 0,
        food_levels: None,
        drink_levels: None,
        nil_by_mouth_from: None,
        nil_by_mouth_until: None,
        admitted_at: write.now,
        discharged_at: None,
        updated_at: write.now,
        version: 1,
    };
    let details = json!({ "ward": row.ward_id, "bed": row.bed });
    let Some(admitted) = admit(&write.conn, actor, row).await? else {
        let allowed = "the code of nobody who is there already";
        let problem = Problem::invalid(&["code"], &input.code, allowed);
        write.problems.push(problem);
        return write.end(id).await;
    };
    let subject = ("admitPatient", admitted.id);
    audit(&write.conn, actor, subject, NO_REASON, &details).await?;
    let event = Event::PatientAdmitted {
        patient: admitted.id,
        version: admitted.version,
    };
    write.record(event).await?;
    // What was ordered for them before they were discharged is not for their old bed.
    let events = follow(&write.conn, actor, &admitted).await?;
    write.record_all(events).await?;
    write.end(admitted.id).await
}

/// Writes a patient who is new, or who was there before and was discharged; None for one who is
/// there.
async fn admit(
    conn: &Transaction,
    actor: Actor,
    new: patient::Model,
) -> Result<Option<patient::Model>> {
    use patient::{Column, Entity};
    let code = OnConflict::columns([Column::HospitalId, Column::Code])
        .do_nothing()
        .to_owned();
    let inserted = Entity::insert(new.clone().into_active_model())
        .on_conflict(code)
        .exec_without_returning(conn)
        .await?;
    if inserted > 0 {
        return Ok(Some(new));
    }
    let before = Entity::find()
        .filter(Column::HospitalId.eq(new.hospital_id))
        .filter(Column::Code.eq(&new.code))
        .lock(LockType::NoKeyUpdate);
    let before = before.one(conn).await?;
    let Some(before) = before.filter(|before| before.discharged_at.is_some()) else {
        return Ok(None);
    };
    let again = patient::Model {
        ward_id: new.ward_id,
        bed: new.bed,
        admitted_at: actor.at,
        discharged_at: None,
        updated_at: actor.at,
        version: before.version + 1,
        ..before
    };
    let row = again.clone().into_active_model().reset_all();
    row.update_without_returning(conn).await?;
    Ok(Some(again))
}
