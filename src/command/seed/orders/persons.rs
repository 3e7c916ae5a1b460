//! Who orders: patients with what they may eat, staff, and the accounts with which they sign in.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::{
    account, membership, patient, patient_allergy,
    vocabulary::{Allergen, BitSet, Criticality, Diet, Role},
};
use uuid::Uuid;

use super::{
    made::Made,
    site::{Offer, Site},
};
use crate::command::seed::synthetic::dice::Dice;

/// Nobody signs in with it: it is no hash of anything.
const NO_PASSWORD: &str = "!";

/// A stay takes a week: who lies in a bed is another one every Monday.
const STAY: TimeDelta = TimeDelta::days(7);

/// Those who work there.
#[derive(Default)]
pub struct Staff {
    /// Of each ward, in the order of the wards.
    pub nurses: Vec<Uuid>,
    /// The kitchens that cook for it, with one of their people.
    pub cooks: Vec<(Uuid, Uuid)>,
}

/// Somebody in a bed.
#[derive(Clone)]
pub struct Patient {
    pub id: Uuid,
    pub ward: Uuid,
    pub bed: String,
    /// Who orders for them, and as what: they, or a nurse.
    pub orders: (Uuid, Role),
    diets: i32,
    allergy: Option<Allergen>,
}

impl Patient {
    /// Whether nothing speaks against it, and nothing is unknown that could.
    pub fn may_eat(&self, offer: &Offer) -> bool {
        let fits = offer.diets & self.diets == self.diets;
        fits && self.allergy.is_none_or(|allergy| {
            let allergens = offer.allergens.as_ref();
            allergens.is_some_and(|has| has.iter().all(|one| one.group() != allergy.group()))
        })
    }
}

/// By which the accounts of a seed are told apart.
pub fn domain(seed: u64) -> String {
    format!("@orders-{seed}.example")
}

impl Site {
    /// Makes those who work there.
    pub fn people(&mut self, dice: &mut Dice, made: &mut Made, monday: NaiveDate) {
        let at = monday.and_time(NaiveTime::MIN).and_utc();
        let mut person = |made: &mut Made, what: &str, role, kitchen: Option<Uuid>| {
            let hospital = kitchen.is_none().then_some(self.hospital.id);
            let email = format!("{what}.{}{}", self.hospital.slug, domain(self.seed));
            let account = add_account(dice, made, email, what, at);
            made.memberships.push(membership::Model {
                id: dice.id(),
                account_id: account,
                role,
                hospital_id: hospital,
                kitchen_id: kitchen,
                patient_id: None,
                created_at: at,
            });
            account
        };
        person(made, "dietitian", Role::Dietitian, None);
        person(made, "manager", Role::HospitalManager, None);
        let wards = 1..=self.wards.len();
        let nurses = wards.map(|n| person(made, &format!("nurse-{n}"), Role::Nurse, None));
        let nurses = nurses.collect();
        let mut kitchens: Vec<Uuid> = self.dishes.iter().map(|offer| offer.kitchen).collect();
        kitchens.sort_unstable();
        kitchens.dedup();
        let cooks = kitchens.into_iter().zip(1..).map(|(kitchen, n)| {
            let cook = person(made, &format!("cook-{n}"), Role::Kitchen, Some(kitchen));
            (kitchen, cook)
        });
        let cooks = cooks.collect();
        self.staff.nurses = nurses;
        self.staff.cooks = cooks;
    }

    /// Whoever lies in a bed on a day; each bed has its turn. They come when they first order.
    pub fn next_patient(
        &mut self,
        dice: &mut Dice,
        made: &mut Made,
        (date, monday): (NaiveDate, NaiveDate),
    ) -> Option<Patient> {
        let beds: i32 = self.wards.iter().map(|(_, beds)| beds).sum();
        let bed = self.turn % beds.unsigned_abs().max(1) as usize;
        self.turn += 1;
        let week = (date - monday).num_days().div_euclid(7);
        if let Some((since, patient)) = self.patients.get(&bed)
            && *since == week
        {
            return Some(patient.clone());
        }
        let patient = self.admit(dice, made, (bed, week), monday)?;
        self.patients.insert(bed, (week, patient.clone()));
        Some(patient)
    }

    fn admit(
        &self,
        dice: &mut Dice,
        made: &mut Made,
        (bed, week): (usize, i64),
        monday: NaiveDate,
    ) -> Option<Patient> {
        let mut below = bed as i32;
        let (n, (ward, _)) = self.wards.iter().enumerate().find(|(_, (_, beds))| {
            let is_here = below < *beds;
            below -= if is_here { 0 } else { *beds };
            is_here
        })?;
        let midnight = monday.and_time(NaiveTime::MIN).and_utc();
        let weeks = TimeDelta::weeks(week);
        // They come before the first order for the week is placed, and go after its last dinner.
        let admitted_at = midnight + weeks - TimeDelta::days(3);
        let is_gone = week < 0;
        let (diets, allergy) = match dice.below(20) {
            0 | 1 => (Diet::Vegetarian.bit(), None),
            2 => (Diet::Vegan.bit() | Diet::Vegetarian.bit(), None),
            3 => (0, Some(Allergen::Milk)),
            4 => (0, Some(Allergen::Nuts)),
            _ => (0, None),
        };
        let id = dice.id();
        let place = format!("{}", below + 1);
        made.patients.push(patient::Model {
            id,
            hospital_id: self.hospital.id,
            ward_id: (!is_gone).then_some(*ward),
            bed: (!is_gone).then(|| place.clone()),
            code: format!("S{}", id.simple()),
            diets,
            food_levels: None,
            drink_levels: None,
            nil_by_mouth_from: None,
            nil_by_mouth_until: None,
            admitted_at,
            discharged_at: is_gone.then(|| admitted_at + STAY + TimeDelta::days(4)),
            updated_at: admitted_at,
            version: 1,
        });
        if let Some(allergen) = allergy {
            made.allergies.push(patient_allergy::Model {
                patient_id: id,
                allergen,
                criticality: Criticality::High,
                recorded_by: self.staff.nurses.get(n).copied(),
                recorded_at: admitted_at,
            });
        }
        // Every fourth of those who are there orders for themselves.
        let orders = match (is_gone, dice.below(4)) {
            (false, 0) => {
                let email = format!("patient-{}{}", id.simple(), domain(self.seed));
                let account = add_account(dice, made, email, "patient", admitted_at);
                made.memberships.push(membership::Model {
                    id: dice.id(),
                    account_id: account,
                    role: Role::Patient,
                    hospital_id: Some(self.hospital.id),
                    kitchen_id: None,
                    patient_id: Some(id),
                    created_at: admitted_at,
                });
                (account, Role::Patient)
            }
            _ => (*self.staff.nurses.get(n)?, Role::Nurse),
        };
        Some(Patient {
            id,
            ward: *ward,
            bed: place,
            orders,
            diets,
            allergy,
        })
    }
}

fn add_account(
    dice: &mut Dice,
    made: &mut Made,
    email: String,
    what: &str,
    at: DateTime<Utc>,
) -> Uuid {
    let id = dice.id();
    made.accounts.push(account::Model {
        id,
        email_key: email.clone(),
        email,
        name: format!("Synthetic {what}"),
        password_hash: NO_PASSWORD.to_owned(),
        created_at: at,
        updated_at: at,
    });
    id
}
