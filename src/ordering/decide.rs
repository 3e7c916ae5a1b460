//! What speaks against a tray, by what is known.

use chrono::{DateTime, Utc};
use entity::{
    order, order_line, patient,
    vocabulary::{OrderStatus, Role},
};
use uuid::Uuid;

use super::{
    conflict::problem,
    known::Known,
    offer::Offer,
    overrides::{Granted, decide},
    rules::conflicts,
    slots::Slot,
    tray::Tray,
};
use crate::{
    auth::{Place, Scope},
    error::{Error, Result},
    graph::{Problem, Write, id::Kind},
};

/// Those who order for patients.
const CARERS: [Role; 2] = [Role::Nurse, Role::Dietitian];
/// What somebody is who orders for themselves.
const GUESTS: [Role; 3] = [Role::Nurse, Role::Dietitian, Role::HospitalManager];

/// An order that nothing speaks against, so far as is known before portions and slot are taken.
pub struct Accepted {
    pub order: order::Model,
    pub lines: Vec<order_line::Model>,
    pub role: Role,
    pub overrides: Vec<Granted>,
}

/// What is left of a tray that was looked at.
pub struct Reviewed<'a> {
    patient: Option<&'a patient::Model>,
    /// What can be ordered of its lines, each with what it costs and its portions.
    pub lines: Vec<(&'a Offer, (i64, i16))>,
    overrides: Vec<Granted>,
}

impl Known {
    /// Decides about a tray that is brought at `slot`: the order `id`, still without a number, if no
    /// problem was added.
    pub fn decide(
        &self,
        tray: &Tray,
        id: Uuid,
        slot: (DateTime<Utc>, Option<&Slot>),
        write: &Write,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Accepted>> {
        let before = problems.len();
        let Reviewed {
            patient,
            lines,
            overrides,
        } = self.review(tray, slot.0, &write.scope, problems)?;
        let total = lines.iter().map(|(_, line)| line.0).sum();
        let Some((first, _)) = lines.first() else {
            return Ok(None);
        };
        let currency = first.price.as_ref().map(|(_, currency)| currency.clone());
        let (Some(currency), Some(role)) = (currency, self.role(tray, first, write, problems)?)
        else {
            return Ok(None);
        };
        // Of a part of the lines nobody agreed to a price.
        let is_whole = lines.len() == tray.lines.len();
        if let Some(agreed) = tray.total.filter(|agreed| is_whole && *agreed != total) {
            let path = tray.path(&["agreedTotalMinor"]);
            problems.push(Problem::price_changed(path, agreed, total, &currency));
        }
        let (Some(slot), true) = (slot.1, problems.len() == before) else {
            return Ok(None);
        };
        let order = order::Model {
            id,
            hospital_id: first.hospital,
            kitchen_id: first.kitchen,
            ward_id: patient.and_then(|patient| patient.ward_id),
            patient_id: patient.map(|patient| patient.id),
            placed_by: write.scope.account(),
            menu_id: first.menu,
            slot_id: Some(slot.id),
            number: String::new(),
            date: first.date,
            meal: first.meal,
            audience: first.audience,
            status: OrderStatus::Placed,
            is_late: self
                .slots
                .as_ref()
                .is_some_and(|slots| slots.is_late(write.now)),
            delivery_at: slot.starts_at,
            bed: patient.and_then(|patient| patient.bed.clone()),
            currency,
            total_minor: total,
            flagged_at: None,
            placed_at: write.now,
            updated_at: write.now,
            version: if overrides.is_empty() { 1 } else { 2 },
        };
        let lines = (1..).zip(&lines).map(|(position, (offer, (_, quantity)))| {
            let unit_price_minor = offer.price.as_ref().map_or(0, |(price, _)| *price);
            order_line::Model {
                order_id: id,
                position,
                menu_item_id: Some(offer.item),
                dish_id: offer.dish,
                dish_name: offer.dish_name.clone(),
                unit_price_minor,
                quantity: *quantity,
            }
        });
        Ok(Some(Accepted {
            order,
            lines: lines.collect(),
            role,
            overrides,
        }))
    }

    /// Adds what speaks against a tray that is brought `at` a time, whoever orders it.
    pub fn review(
        &self,
        tray: &Tray,
        at: DateTime<Utc>,
        scope: &Scope,
        problems: &mut Vec<Problem>,
    ) -> Result<Reviewed<'_>> {
        problems.extend(tray.check());
        let patient = self.patient(tray, problems);
        let lines = self.lines(tray, patient, problems);
        let overrides = match patient {
            Some(patient) => self.conflicts(tray, patient, at, scope, problems)?,
            None => Vec::new(),
        };
        self.portions(tray, problems);
        Ok(Reviewed {
            patient,
            lines,
            overrides,
        })
    }

    fn patient(&self, tray: &Tray, problems: &mut Vec<Problem>) -> Option<&patient::Model> {
        let id = tray.patient?;
        let patient = self.patients.get(&id);
        match patient {
            None => {
                let path = tray.path(&["patient"]);
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                problems.push(Problem::not_found(&path, &Kind::Patient.id(id)));
            }
            Some(patient) if patient.discharged_at.is_some() => {
                let allowed = "a patient who was not discharged";
                let id = Kind::Patient.id(id);
                problems.push(tray.invalid(&["patient"], id.as_str(), allowed));
            }
            Some(_) => {}
        }
        patient
    }

    /// What can be ordered of the lines, each with what it costs and its portions.
    fn lines(
        &self,
        tray: &Tray,
        patient: Option<&patient::Model>,
        problems: &mut Vec<Problem>,
    ) -> Vec<(&Offer, (i64, i16))> {
        let mut lines: Vec<(&Offer, (i64, i16))> = Vec::with_capacity(tray.lines.len());
        for (number, line) in tray.lines.iter().enumerate() {
            let number = number.to_string();
            let path = |field: &str| tray.path(&["lines", &number, field]);
            let id = Kind::MenuItem.id(line.item);
            let offer = self.offers.get(&line.item).filter(|offer| {
                patient.is_none_or(|patient| patient.hospital_id == offer.hospital)
            });
            let priced = offer.and_then(|offer| Some((offer, offer.price.as_ref()?)));
            let Some((offer, (price, currency))) = priced else {
                problems.push(Problem::not_on_menu(path("menuItem"), id));
                continue;
            };
            let goes_with = |first: &Offer| {
                let is_same = |(_, of_first): &(i64, String)| of_first == currency;
                first.kitchen == offer.kitchen && first.price.as_ref().is_some_and(is_same)
            };
            let is_of_menu = self.menu == Some(offer.menu);
            if !is_of_menu || !lines.first().is_none_or(|(first, _)| goes_with(first)) {
                let menu = Kind::Menu.id(offer.menu);
                let kitchen = Kind::Kitchen.id(offer.kitchen);
                let path = path("menuItem");
                problems.push(Problem::ordered_separately(path, &id, menu, kitchen));
            }
            if let Some(agreed) = line.unit_price.filter(|agreed| agreed != price) {
                let path = path("unitPriceMinor");
                problems.push(Problem::price_changed(path, agreed, *price, currency));
            }
            // What is not a quantity was told as a problem.
            let quantity = i16::try_from(line.quantity).unwrap_or_default();
            lines.push((offer, (price.saturating_mul(quantity.into()), quantity)));
        }
        lines
    }

    fn conflicts(
        &self,
        tray: &Tray,
        patient: &patient::Model,
        at: DateTime<Utc>,
        scope: &Scope,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Granted>> {
        let mut granted = Vec::new();
        for (item, (_, number)) in tray.portions() {
            if !self.offers.contains_key(&item) {
                continue;
            }
            let of = self.eaters.get(&patient.id).zip(self.plates.get(&item));
            let Some((eater, plate)) = of else {
                // Nothing is safe of which nothing is known.
                let cause = anyhow::anyhow!("a patient or a dish that is there was not read");
                return Err(Error::internal(cause));
            };
            for conflict in conflicts(eater, plate, at) {
                match decide(tray, item, &conflict, patient, scope) {
                    Some(given) => granted.push(given),
                    None => {
                        let path = tray.path(&["lines", &number.to_string(), "menuItem"]);
                        let sections = self.sections.as_ref();
                        let substitutes = sections.map_or_else(Vec::new, |sections| {
                            sections.substitutes(item, eater, at)
                        });
                        problems.push(problem(&conflict, &path, item, &substitutes));
                    }
                }
            }
        }
        Ok(granted)
    }

    pub fn portions(&self, tray: &Tray, problems: &mut Vec<Problem>) {
        for (item, (wanted, number)) in tray.portions() {
            let left = self.offers.get(&item).and_then(|offer| offer.portions_left);
            if let Some(left) = left.filter(|left| *left < wanted) {
                let path = tray.path(&["lines", &number.to_string(), "quantity"]);
                let id = Kind::MenuItem.id(item);
                problems.push(Problem::portions_exhausted(path, id, left.max(0)));
            }
        }
    }

    /// In which role the viewer orders; None where the patient is nobody they can order for,
    /// which was told.
    fn role(
        &self,
        tray: &Tray,
        first: &Offer,
        write: &Write,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Role>> {
        let scope = &write.scope;
        let place = Place::Hospital(first.hospital);
        if let Some(id) = tray.patient {
            let patient = self.patients.get(&id);
            return Ok(patient.map(|patient| {
                let carer = scope.role(&CARERS, Place::Hospital(patient.hospital_id));
                carer.unwrap_or(Role::Patient)
            }));
        }
        if scope.account().is_none() {
            return Err(Error::Forbidden(
                "Only who has an account orders for themselves; name the `patient`.",
            ));
        }
        self.own_patient(tray, first, scope, problems);
        Ok(Some(scope.role(&GUESTS, place).unwrap_or(Role::Visitor)))
    }

    /// A diet is not to be got round by ordering as somebody who works at a place or visits it:
    /// adds a problem where the viewer is a patient there.
    pub fn own_patient(
        &self,
        tray: &Tray,
        first: &Offer,
        scope: &Scope,
        problems: &mut Vec<Problem>,
    ) {
        let is_here = |patient: &&patient::Model| {
            patient.hospital_id == first.hospital && patient.discharged_at.is_none()
        };
        let own = scope.patients();
        let mut own = own.iter().filter_map(|id| self.patients.get(id));
        if let Some(patient) = own.find(is_here) {
            let allowed = format!("\"{}\", who you are", Kind::Patient.id(patient.id).as_str());
            problems.push(tray.invalid(&["patient"], "null", &allowed));
        }
    }
}
