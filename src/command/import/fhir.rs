//! `thali import fhir`: what patients may eat, as other systems of the hospital say it.
//!
//! A resource is applied wholly or not at all: what restricts a patient and cannot be honoured
//! refuses the resource it stands in, and is told field by field. Patients are not made here.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use entity::{hospital, patient_allergy, vocabulary::Criticality};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    failed,
    report::{Kind, Problem, Summary},
};
use crate::{app::App, db::Meter, event::Event, patient::insert_allergy};

pub mod codes;
mod held;
pub mod read;
mod resources;

use held::Held;
use read::{Allergy, Heard, Order, Unheard};
use resources::Resources;

/// Where resources are applied, and how they are named in reports.
struct Import<'a> {
    app: &'a App,
    hospital: Uuid,
    file: &'a str,
    resources: Resources,
    summary: Summary,
    /// What is for people to read.
    notes: Vec<Problem>,
}

/// Why a resource was not applied.
type Refused = Vec<Unheard>;

/// Reads the file `bytes`, called `file` in reports, for the patients of the hospital `slug`: the
/// allergies first. What was not applied is among the problems; notes are for people to read.
pub async fn import(
    app: &App,
    slug: &str,
    file: &str,
    bytes: &[u8],
) -> anyhow::Result<(Summary, Vec<Problem>)> {
    let found = hospital::Entity::find().filter(hospital::Column::Slug.eq(slug));
    let found = found
        .one(&app.db.reader(&Meter::new("import fhir")))
        .await?;
    let hospital = found.with_context(|| format!("--hospital: there is no hospital \"{slug}\""))?;
    let resources = Resources::read(bytes).with_context(|| file.to_owned())?;
    let mut import = Import {
        app,
        hospital: hospital.id,
        file,
        resources,
        summary: Summary {
            files: 1,
            ..Summary::default()
        },
        notes: Vec::new(),
    };
    let all = import.resources.all.clone();
    let of_kind = |kind: &'static str| all.iter().filter(move |one| one["resourceType"] == kind);
    for allergy in of_kind("AllergyIntolerance") {
        import.allergy(allergy).await?;
    }
    let in_force = |order: &&Value| order["status"] == "active" && is_order(order);
    let mut orders: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for order in of_kind("NutritionOrder").filter(in_force) {
        *orders.entry(import.codes(order)).or_default() += 1;
    }
    for order in of_kind("NutritionOrder") {
        let is_one = orders
            .get(&import.codes(order))
            .is_none_or(|count| *count == 1);
        import.order(order, in_force(&order), is_one).await?;
    }
    for other in &all {
        match other["resourceType"].as_str() {
            Some("AllergyIntolerance" | "NutritionOrder" | "Patient") => {}
            _ => import.note(
                other,
                "resourceType",
                &other["resourceType"],
                "is not read here",
            ),
        }
    }
    Ok((import.summary, import.notes))
}

fn is_order(order: &Value) -> bool {
    let intents = [
        "order",
        "original-order",
        "reflex-order",
        "filler-order",
        "instance-order",
    ];
    intents.iter().any(|intent| order["intent"] == *intent)
}

impl Import<'_> {
    fn place(&self, resource: &Value) -> String {
        let part = |name: &str| resource[name].as_str().unwrap_or("?").to_owned();
        format!("{}: {}/{}", self.file, part("resourceType"), part("id"))
    }

    fn note(&mut self, resource: &Value, path: &str, value: &Value, why: &str) {
        let reason = format!("{path}: {value}: {why}");
        self.notes.push(Problem::new(self.place(resource), reason));
    }

    /// The codes by which a resource names its patient; R4 has `patient` where R5 has `subject`.
    fn codes(&self, resource: &Value) -> Vec<String> {
        let subject = match resource.get("subject") {
            Some(subject) => subject,
            None => &resource["patient"],
        };
        self.resources.codes(subject)
    }

    /// Reports what became of a resource: it was applied, or every reason why not.
    fn report<T>(&mut self, resource: &Value, heard: Heard<T>, refused: Refused) {
        let place = self.place(resource);
        let line = |one: &Unheard| {
            Problem::new(
                &place,
                format!("{}: \"{}\": {}", one.path, one.value, one.why),
            )
        };
        self.notes.extend(heard.noted.iter().map(line));
        let refused: Vec<_> = heard.refused.iter().chain(&refused).map(line).collect();
        self.summary.refused_records += u64::from(!refused.is_empty());
        self.summary.problems.extend(refused);
    }

    async fn allergy(&mut self, resource: &Value) -> anyhow::Result<()> {
        self.summary.records += 1;
        let heard = Allergy::read(resource);
        let is_asked = !heard.wants.allergens.is_empty() || !heard.refused.is_empty();
        let mut refused = Refused::new();
        if is_asked {
            let held = self.hold(resource).await?;
            match held {
                Err(unknown) => refused.push(unknown),
                Ok(held) if heard.refused.is_empty() => self.record(resource, held, &heard).await?,
                Ok(held) => held.conn.rollback().await?,
            }
        }
        self.report(resource, heard, refused);
        Ok(())
    }

    async fn record(
        &mut self,
        resource: &Value,
        held: Held,
        heard: &Heard<Allergy>,
    ) -> anyhow::Result<()> {
        let criticality = heard
            .wants
            .criticality
            .unwrap_or(Criticality::UnableToAssess);
        let mut change = false;
        for allergen in &heard.wants.allergens {
            let id = (held.row.id, *allergen);
            let known = patient_allergy::Entity::find_by_id(id)
                .one(&held.conn)
                .await?;
            let count = self.summary.count(Kind::Allergies);
            match known {
                // Less is believed of a person only, who says why.
                Some(known) if known.criticality.is_high() || known.criticality == criticality => {
                    count.unchanged += 1;
                    continue;
                }
                Some(_) => count.changed += 1,
                None => count.new += 1,
            }
            change = true;
            let row = (held.row.id, *allergen, criticality);
            insert_allergy(&held.conn, held.actor, row)
                .await
                .map_err(failed)?;
        }
        let told = |patient, version| Event::PatientAllergyRecorded { patient, version };
        self.end(resource, held, change, told).await
    }

    async fn order(
        &mut self,
        resource: &Value,
        is_in_force: bool,
        is_one: bool,
    ) -> anyhow::Result<()> {
        self.summary.records += 1;
        if !is_in_force {
            let status = json!([resource["status"], resource["intent"]]);
            self.note(
                resource,
                "status",
                &status,
                "is not an order that is in force",
            );
            return Ok(());
        }
        let heard = Order::read(resource, &self.resources, self.app.clock.now());
        let mut refused = Refused::new();
        if !is_one {
            refused.push(Unheard {
                path: "subject".to_owned(),
                value: self.codes(resource).join(", "),
                why: "has more than one order in force, and which one holds is not said",
            });
        }
        match self.hold(resource).await? {
            Err(unknown) => refused.push(unknown),
            Ok(mut held) => {
                refused.extend(exclusions(&held, &heard.wants));
                if !heard.refused.is_empty() || !refused.is_empty() {
                    held.conn.rollback().await?;
                } else {
                    let before = held.row.clone();
                    let (row, wants) = (&mut held.row, &heard.wants);
                    row.diets = wants.diets;
                    (row.food_levels, row.drink_levels) = (wants.foods, wants.drinks);
                    row.nil_by_mouth_from = wants.nil_by_mouth_from;
                    row.nil_by_mouth_until = None;
                    let change = held.row != before;
                    let count = self.summary.count(Kind::Diets);
                    match change {
                        true => count.changed += 1,
                        false => count.unchanged += 1,
                    }
                    let told = |patient, version| Event::PatientDietRecorded { patient, version };
                    self.end(resource, held, change, told).await?;
                }
            }
        }
        self.report(resource, heard, refused);
        Ok(())
    }

    async fn hold(&self, resource: &Value) -> anyhow::Result<Result<Held, Unheard>> {
        Held::hold(self.app, self.hospital, &self.codes(resource)).await
    }

    /// Makes a change, or leaves the patient as they were.
    async fn end(
        &self,
        resource: &Value,
        held: Held,
        has_changed: bool,
        told: fn(Uuid, i32) -> Event,
    ) -> anyhow::Result<()> {
        match has_changed {
            true => {
                let place = self.place(resource);
                held.end(self.app, (&place, resource), told).await
            }
            false => Ok(held.conn.rollback().await?),
        }
    }
}

/// Exclusions that are no allergy of the patient. A group that they are allergic to has its
/// species.
fn exclusions(held: &Held, wants: &Order) -> Refused {
    let known: BTreeSet<_> = held
        .before
        .allergies
        .iter()
        .map(|(allergen, _)| *allergen)
        .collect();
    let is_unknown =
        |allergen: &&_| !known.contains(allergen) && !known.contains(&allergen.group());
    let unknown = wants.without.iter().filter(is_unknown);
    let refused = unknown.map(|allergen| Unheard {
        path: "excludeFoodModifier".to_owned(),
        value: format!("{allergen:?}"),
        why: "is kept from a patient only by an allergy: send an AllergyIntolerance too",
    });
    refused.collect()
}
