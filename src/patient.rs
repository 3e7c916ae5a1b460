//! Patients: who lies where, and what they may eat.
//!
//! What they may eat is decided by the rules of `ordering`; here it is recorded. A file for each
//! change. A patient has no name here.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MergedObject, Object, SimpleObject};
use entity::{
    patient,
    vocabulary::{Allergen, BitSet, Criticality, Diet},
};
use serde::{Deserialize, Serialize};

mod admit_patient;
mod allergy;
mod change;
mod discharge_patient;
mod edges;
mod hold;
mod lists;
mod move_patient;
mod record_allergy;
mod record_diet;
mod remove_allergy;
mod visible;

use admit_patient::AdmitPatient;
pub use allergy::insert_allergy;
pub use change::{Actor, audit, write_patient};
use discharge_patient::DischargePatient;
use edges::AllergiesOfPatient;
pub use edges::{PatientById, read};
pub use hold::hold;
pub use lists::{PatientsOfHospital, PatientsOfWard};
use move_patient::MovePatient;
use record_allergy::RecordAllergy;
use record_diet::RecordDiet;
use remove_allergy::RemoveAllergy;
pub use visible::{SEE_PATIENTS, sees_any, visible_to};

use crate::{
    app::App,
    error::{Error, Result},
    graph::{Connection, Ctx, Listed, Plain, Row, Slice, Writes, id::Kind, scalar::DateTime},
    hospital::{Hospital, HospitalById, Ward, WardById},
    ordering::{Order, OrderFilter, OrderOrder, OrdersOf, Whose, levels},
};

/// The changes of patients.
#[derive(Default, MergedObject)]
pub struct PatientMutation(
    AdmitPatient,
    RecordDiet,
    RecordAllergy,
    RemoveAllergy,
    MovePatient,
    DischargePatient,
);

impl PatientMutation {
    pub fn new(app: &App) -> Self {
        Self(
            AdmitPatient::new(Writes::new(app)),
            RecordDiet::new(Writes::new(app)),
            RecordAllergy::new(Writes::new(app)),
            RemoveAllergy::new(Writes::new(app)),
            MovePatient::new(Writes::new(app)),
            DischargePatient::new(Writes::new(app)),
        )
    }
}

/// Which patients of a hospital to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, InputObject)]
pub struct PatientFilter {
    /// Only the patient of this code, as on the wristband.
    pub code: Option<String>,
    /// Whether those are listed too who were discharged.
    #[graphql(default = false)]
    pub discharged: bool,
}

/// An allergy of a patient.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PatientAllergy {
    /// What the patient is allergic to. A group stands for all its species.
    allergen: Allergen,
    /// How bad a reaction can be.
    criticality: Criticality,
    /// When it was recorded.
    recorded_at: DateTime,
}

/// A span of time in which a patient may eat and drink nothing.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct NilByMouthSpan {
    /// From when on.
    from: DateTime,
    /// Until when; null until further notice.
    until: Option<DateTime>,
}

/// A patient of a hospital.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Patient(pub patient::Model);

/// A patient of a hospital: where they lie and what they may eat. Shown to those who care for
/// them there, and to themselves; for everybody else there is no such patient.
#[Object]
impl Patient {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Patient.id(self.0.id)
    }

    /// Goes up with each change. Who changes it names the version that was seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What the hospital calls the patient by, as on the wristband; unique in the hospital.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The hospital.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Row<Hospital>> {
        let hospital = ctx.load(HospitalById, self.0.hospital_id).await?;
        hospital.ok_or_else(|| Error::internal(anyhow::anyhow!("a patient without a hospital")))
    }

    /// The ward on which they lie; null where they lie on none.
    async fn ward(&self, ctx: &Context<'_>) -> Result<Option<Row<Ward>>> {
        match self.0.ward_id {
            Some(ward) => ctx.load(WardById, ward).await,
            None => Ok(None),
        }
    }

    /// The bed in which they lie; null where that is not known.
    async fn bed(&self) -> Option<&str> {
        self.0.bed.as_deref()
    }

    /// The diets that every dish must fit.
    async fn diet(&self) -> Vec<Diet> {
        Diet::of(self.0.diets)
    }

    /// What they are allergic to, in the order of the vocabulary.
    async fn allergies(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Plain<PatientAllergy>>>> {
        let allergies: Arc<[_]> = ctx.load(AllergiesOfPatient, self.0.id).await?;
        let allergy = |row: &entity::patient_allergy::Model| {
            Plain(PatientAllergy {
                allergen: row.allergen,
                criticality: row.criticality,
                recorded_at: DateTime(row.recorded_at),
            })
        };
        Ok(Listed(allergies.iter().map(allergy).collect()))
    }

    /// The IDDSI levels of foods, from 3 to 7, that they can swallow safely; null where all.
    async fn texture(&self) -> Option<Vec<i16>> {
        self.0.food_levels.map(levels)
    }

    /// The IDDSI levels of drinks, from 0 to 4, that they can swallow safely; null where all.
    async fn fluids(&self) -> Option<Vec<i16>> {
        self.0.drink_levels.map(levels)
    }

    /// When they may eat and drink nothing; null where no such time was set.
    async fn nil_by_mouth(&self) -> Option<Plain<NilByMouthSpan>> {
        let from = self.0.nil_by_mouth_from?;
        Some(Plain(NilByMouthSpan {
            from: DateTime(from),
            until: self.0.nil_by_mouth_until.map(DateTime),
        }))
    }

    /// When they were admitted.
    async fn admitted_at(&self) -> DateTime {
        DateTime(self.0.admitted_at)
    }

    /// When they were discharged; null where they were not yet.
    async fn discharged_at(&self) -> Option<DateTime> {
        self.0.discharged_at.map(DateTime)
    }

    /// The orders for them, whoever placed those.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only orders that fit all of this.")] filter: Option<OrderFilter>,
        #[graphql(desc = "The ordering; earliest delivery first if not given.")] order_by: Option<
            OrderOrder,
        >,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Order>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        let orders = OrdersOf::new(Whose::Patient, filter, order_by);
        ctx.page(orders, self.0.id, slice).await
    }
}
