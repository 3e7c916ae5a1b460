//! Where somebody is to be what, and who decides about it.

use async_graphql::ID;
use entity::{account, audit_entry, hospital, kitchen, membership, vocabulary::Role};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use super::EmailAddress;
use crate::{
    auth::Place,
    error::{Error, Result},
    graph::{Problem, Write, id::Kind},
    patient::{self, SEE_PATIENTS},
};

/// What managers of a hospital decide about there.
const OF_A_HOSPITAL: [Role; 4] = [
    Role::Visitor,
    Role::Nurse,
    Role::Dietitian,
    Role::HospitalManager,
];
const FITTING: &str = "VISITOR, NURSE, DIETITIAN or HOSPITAL_MANAGER with a `hospital`, KITCHEN \
     with a `kitchen`, PATIENT with a `patient`, or ADMINISTRATOR with none of them";
const WHO: &str = "Only the managers of the hospital, and administrators, decide who is what \
     there; who its patients are its nurses and dietitians; about kitchens and administrators \
     only administrators.";
const WHO_DECIDES: Error = Error::Forbidden(WHO);

/// Where somebody is something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Hospital(Uuid),
    Kitchen(Uuid),
    Patient { id: Uuid, hospital: Uuid },
    Everywhere,
}

/// A role that somebody is to get or to lose.
pub struct RoleOf {
    account: account::Model,
    role: Role,
    at: At,
}

/// A role as it was sent.
pub struct Sent<'a> {
    pub email: &'a EmailAddress,
    pub role: Role,
    pub hospital: Option<&'a ID>,
    pub kitchen: Option<&'a ID>,
    pub patient: Option<&'a ID>,
    pub reason: &'a str,
}

impl Sent<'_> {
    /// Whose role it is and where. Nothing where that is a problem; an error where the sender
    /// does not decide about it, before anything is told of anybody.
    pub async fn read(&self, write: &mut Write) -> Result<Option<RoleOf>> {
        let at = self.place(write).await?;
        if at.is_none() && self.patient.is_some() && !write.scope.is_administrator() {
            // Who does not decide about the patient is not told whether there is an account.
            return Ok(None);
        }
        let fits = match at {
            Some(At::Hospital(_)) => OF_A_HOSPITAL.contains(&self.role),
            Some(At::Kitchen(_)) => self.role == Role::Kitchen,
            Some(At::Patient { .. }) => self.role == Role::Patient,
            Some(At::Everywhere) => self.role == Role::Administrator,
            None => true,
        };
        if !fits {
            let problem = Problem::invalid(&["role"], name(self.role), FITTING);
            write.problems.push(problem);
        }
        let reason = self.reason.trim();
        if !(1..=500).contains(&reason.chars().count()) || reason.contains('\0') {
            let problem = Problem::invalid(&["reason"], self.reason, "1 to 500 characters");
            write.problems.push(problem);
        }
        // What an account is changes for one at a time.
        let account = account::Entity::find()
            .filter(account::Column::EmailKey.eq(self.email.key()))
            .lock(LockType::NoKeyUpdate)
            .one(&write.conn)
            .await?;
        let Some(account) = account else {
            let problem = Problem::no_account(&self.email.0);
            write.problems.push(problem);
            return Ok(None);
        };
        let role = self.role;
        let at = at.filter(|_| write.problems.is_empty());
        Ok(at.map(|at| RoleOf { account, role, at }))
    }

    /// The place, if it is there and one; else there is a problem, or the sender does not decide.
    async fn place(&self, write: &mut Write) -> Result<Option<At>> {
        let hospital = self
            .hospital
            .map(|id| Kind::Hospital.read(id))
            .transpose()?;
        let kitchen = self.kitchen.map(|id| Kind::Kitchen.read(id)).transpose()?;
        let patient = self.patient.map(|id| Kind::Patient.read(id)).transpose()?;
        match (hospital, kitchen, patient) {
            (Some(id), None, None) => {
                let managers = [Role::HospitalManager];
                let deciding = write.scope.role(&managers, Place::Hospital(id));
                deciding.ok_or(WHO_DECIDES)?;
                let found = hospital::Entity::find_by_id(id).one(&write.conn).await?;
                let at = found.map(|_| At::Hospital(id));
                Ok(self.found(at, ("hospital", self.hospital), write))
            }
            (None, None, Some(id)) => {
                write.scope.check_anywhere(&SEE_PATIENTS, WHO)?;
                let patients = patient::hold(&write.conn, &write.scope, &[id]).await?;
                let patient = patients.into_iter().next();
                if let Some(patient) = &patient {
                    let hospital = Place::Hospital(patient.hospital_id);
                    let deciding = write.scope.role(&SEE_PATIENTS, hospital);
                    deciding.ok_or(WHO_DECIDES)?;
                }
                let hospital = patient.map(|patient| patient.hospital_id);
                let at = hospital.map(|hospital| At::Patient { id, hospital });
                Ok(self.found(at, ("patient", self.patient), write))
            }
            (None, Some(id), None) => {
                write.scope.administrator().map_err(|_| WHO_DECIDES)?;
                let found = kitchen::Entity::find_by_id(id).one(&write.conn).await?;
                let at = found.map(|_| At::Kitchen(id));
                Ok(self.found(at, ("kitchen", self.kitchen), write))
            }
            (None, None, None) => {
                write.scope.administrator().map_err(|_| WHO_DECIDES)?;
                Ok(Some(At::Everywhere))
            }
            _ => {
                write.scope.administrator().map_err(|_| WHO_DECIDES)?;
                let problem = Problem::invalid(&["role"], name(self.role), FITTING);
                write.problems.push(problem);
                Ok(None)
            }
        }
    }

    fn found(&self, at: Option<At>, sent: (&str, Option<&ID>), write: &mut Write) -> Option<At> {
        if at.is_none() {
            let (field, id) = sent;
            let problem = Problem::not_found(&[field], id.map_or("", |id| id.as_str()));
            write.problems.push(problem);
        }
        at
    }
}

impl RoleOf {
    /// The membership that it is, if there is one.
    pub async fn find(&self, write: &Write) -> Result<Option<membership::Model>> {
        use membership::Column;
        let place = match self.at {
            At::Hospital(id) => Column::HospitalId.eq(id),
            At::Kitchen(id) => Column::KitchenId.eq(id),
            At::Patient { id, .. } => Column::PatientId.eq(id),
            At::Everywhere => Column::HospitalId.is_null(),
        };
        let found = membership::Entity::find()
            .filter(Column::AccountId.eq(self.account.id))
            .filter(Column::Role.eq(self.role))
            .filter(place);
        Ok(found.one(&write.conn).await?)
    }

    pub fn membership(&self, write: &Write) -> membership::Model {
        let (hospital_id, kitchen_id, patient_id) = match self.at {
            At::Hospital(id) => (Some(id), None, None),
            At::Kitchen(id) => (None, Some(id), None),
            At::Patient { id, hospital } => (Some(hospital), None, Some(id)),
            At::Everywhere => (None, None, None),
        };
        membership::Model {
            id: Uuid::now_v7(),
            account_id: self.account.id,
            role: self.role,
            hospital_id,
            kitchen_id,
            patient_id,
            created_at: write.now,
        }
    }

    /// Writes down who decided it.
    pub async fn audit(&self, write: &Write, action: &str, reason: &str) -> Result<()> {
        let scope = &write.scope;
        let (deciding, place) = match self.at {
            At::Hospital(id) => (
                scope.role(&[Role::HospitalManager], Place::Hospital(id)),
                format!(" at hospital {id}"),
            ),
            At::Kitchen(id) => (None, format!(" at kitchen {id}")),
            At::Patient { id, hospital } => (
                scope.role(&SEE_PATIENTS, Place::Hospital(hospital)),
                format!(" {id} at hospital {hospital}"),
            ),
            At::Everywhere => (None, String::new()),
        };
        let entry = audit_entry::Model {
            id: Uuid::now_v7(),
            at: write.now,
            account_id: write.scope.account(),
            role: deciding.unwrap_or(Role::Administrator),
            action: action.to_owned(),
            subject_id: self.account.id,
            reason: reason.trim().to_owned(),
            details: format!("{}{place}", name(self.role)),
        };
        audit_entry::Entity::insert(entry.into_active_model())
            .exec_without_returning(&write.conn)
            .await?;
        Ok(())
    }
}

/// The name of a role in the schema.
fn name(role: Role) -> String {
    use async_graphql::resolver_utils::EnumType;
    let mut items = Role::items().iter();
    let item = items.find(|item| item.value == role);
    item.map_or_else(String::new, |item| item.name.to_owned())
}
