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
};

/// What managers of a hospital decide about there.
const OF_A_HOSPITAL: [Role; 4] = [
    Role::Visitor,
    Role::Nurse,
    Role::Dietitian,
    Role::HospitalManager,
];
const FITTING: &str = "VISITOR, NURSE, DIETITIAN or HOSPITAL_MANAGER with a `hospital`, KITCHEN \
     with a `kitchen`, or ADMINISTRATOR with neither";
const WHO_DECIDES: Error = Error::Forbidden(
    "Only the managers of the hospital, and administrators, decide who is what there; about \
     kitchens and administrators only administrators.",
);

/// A role that somebody is to get or to lose.
pub struct RoleOf {
    pub account: account::Model,
    pub role: Role,
    hospital: Option<Uuid>,
    kitchen: Option<Uuid>,
}

/// A role as it was sent.
pub struct Sent<'a> {
    pub email: &'a EmailAddress,
    pub role: Role,
    pub hospital: Option<&'a ID>,
    pub kitchen: Option<&'a ID>,
    pub reason: &'a str,
}

impl Sent<'_> {
    /// Whose role it is and where. Nothing where that is a problem; an error where the sender
    /// does not decide about it, before anything is told of anybody.
    pub async fn read(&self, write: &mut Write) -> Result<Option<RoleOf>> {
        let hospital = self
            .hospital
            .map(|id| Kind::Hospital.read(id))
            .transpose()?;
        let kitchen = self.kitchen.map(|id| Kind::Kitchen.read(id)).transpose()?;
        let fits = match (hospital, kitchen) {
            (Some(hospital), None) => {
                let managers = [Role::HospitalManager];
                let deciding = write.scope.role(&managers, Place::Hospital(hospital));
                deciding.ok_or(WHO_DECIDES)?;
                OF_A_HOSPITAL.contains(&self.role)
            }
            (None, kitchen) => {
                write.scope.administrator().map_err(|_| WHO_DECIDES)?;
                self.role == kitchen.map_or(Role::Administrator, |_| Role::Kitchen)
            }
            (Some(_), Some(_)) => {
                write.scope.administrator().map_err(|_| WHO_DECIDES)?;
                false
            }
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
        if let Some(id) = hospital
            && hospital::Entity::find_by_id(id)
                .one(&write.conn)
                .await?
                .is_none()
        {
            let id = self.hospital.map_or("", |id| id.as_str());
            let problem = Problem::not_found(&["hospital"], id);
            write.problems.push(problem);
        }
        if let Some(id) = kitchen
            && kitchen::Entity::find_by_id(id)
                .one(&write.conn)
                .await?
                .is_none()
        {
            let id = self.kitchen.map_or("", |id| id.as_str());
            let problem = Problem::not_found(&["kitchen"], id);
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
        Ok(write.problems.is_empty().then_some(RoleOf {
            account,
            role: self.role,
            hospital,
            kitchen,
        }))
    }
}

impl RoleOf {
    /// The membership that it is, if there is one.
    pub async fn find(&self, write: &Write) -> Result<Option<membership::Model>> {
        use membership::Column;
        let place = match (self.hospital, self.kitchen) {
            (Some(hospital), _) => Column::HospitalId.eq(hospital),
            (None, Some(kitchen)) => Column::KitchenId.eq(kitchen),
            // An administrator, who is it everywhere.
            (None, None) => Column::HospitalId.is_null(),
        };
        let found = membership::Entity::find()
            .filter(Column::AccountId.eq(self.account.id))
            .filter(Column::Role.eq(self.role))
            .filter(place);
        Ok(found.one(&write.conn).await?)
    }

    pub fn membership(&self, write: &Write) -> membership::Model {
        membership::Model {
            id: Uuid::now_v7(),
            account_id: self.account.id,
            role: self.role,
            hospital_id: self.hospital,
            kitchen_id: self.kitchen,
            patient_id: None,
            created_at: write.now,
        }
    }

    /// Writes down who decided it.
    pub async fn audit(&self, write: &Write, action: &str, reason: &str) -> Result<()> {
        let deciding = match self.hospital {
            Some(hospital) => {
                let managers = [Role::HospitalManager];
                write.scope.role(&managers, Place::Hospital(hospital))
            }
            None => None,
        };
        let place = match (self.hospital, self.kitchen) {
            (Some(hospital), _) => format!(" at hospital {hospital}"),
            (None, Some(kitchen)) => format!(" at kitchen {kitchen}"),
            (None, None) => String::new(),
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
