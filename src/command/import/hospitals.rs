//! `thali import hospitals`: a list of hospitals, recognised by their codes.
//!
//! A hospital that is there is brought up to date and otherwise left alone: its meal
//! windows, and wards that the list does not name, belong to those who plan them.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use entity::{hospital, meal_window, vocabulary::Meal, ward};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{
    bulk,
    report::{Kind, Problem, Summary},
};
use crate::{app::App, db::Meter, event::Event, geo::Point, outbox, text};

pub mod record;
mod table;
pub mod windows;

use record::{REQUIRED, Record};
use table::Table;
use windows::{DEFAULTS, Windows};

/// Reads the list `bytes`, called `file` in reports, in one transaction. With `strict` a
/// single bad record refuses it whole.
pub async fn import(app: &App, file: &str, bytes: &[u8], strict: bool) -> anyhow::Result<Summary> {
    let table = Table::read(bytes).with_context(|| file.to_owned())?;
    if let Some(column) = REQUIRED.into_iter().find(|column| !table.has(column)) {
        bail!("{file}:1: the column {column} is missing");
    }
    let mut summary = Summary {
        files: 1,
        records: table.rows.len() as u64,
        ..Summary::default()
    };
    let records = read(file, &table, &mut summary.problems);
    let transaction = app.db.begin(&Meter::new("import hospitals")).await?;
    let known = Known::load(&transaction).await?;
    let mut changes = Changes::default();
    for (place, record) in records {
        changes.decide(&known, record, app.clock.now(), place, &mut summary);
    }
    if strict && !summary.problems.is_empty() {
        transaction.rollback().await?;
        return Ok(Summary {
            files: 1,
            refused: 1,
            records: summary.records,
            problems: summary.problems,
            ..Summary::default()
        });
    }
    changes.write(&transaction).await?;
    outbox::record(&transaction, vec![Event::DataImported {}], app.clock.now()).await?;
    transaction.commit().await?;
    Ok(summary)
}

/// The records in order of their codes. The public list repeats a hospital for each of its
/// telephone numbers: records that agree on everything we keep are one.
fn read(file: &str, table: &Table, problems: &mut Vec<Problem>) -> Vec<(String, Record)> {
    let mut records: BTreeMap<String, (String, Record)> = BTreeMap::new();
    for row in &table.rows {
        let place = format!("{file}:{}", row.line);
        match Record::read(table, row) {
            Err(reason) => problems.push(Problem::new(place, reason)),
            Ok(record) => match records.get(&record.code) {
                Some((_, first)) if *first == record => {}
                Some((first, _)) => {
                    let code = &record.code;
                    let reason =
                        format!("OrganisationCode: \"{code}\" says something else {first}");
                    problems.push(Problem::new(place, reason));
                }
                None => {
                    records.insert(record.code.clone(), (place, record));
                }
            },
        }
    }
    records.into_values().collect()
}

/// What is in the database already.
struct Known {
    hospitals: HashMap<String, hospital::Model>,
    slugs: HashMap<String, String>,
    wards: HashMap<(Uuid, String), ward::Model>,
    windows: HashSet<(Uuid, Meal)>,
}

impl Known {
    async fn load(db: &impl ConnectionTrait) -> anyhow::Result<Self> {
        let hospitals = hospital::Entity::find().all(db).await?;
        let wards = ward::Entity::find().all(db).await?;
        let windows: Vec<(Uuid, Meal)> = meal_window::Entity::find()
            .select_only()
            .columns([meal_window::Column::HospitalId, meal_window::Column::Meal])
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            slugs: hospitals
                .iter()
                .map(|row| (row.slug.clone(), row.code.clone()))
                .collect(),
            hospitals: hospitals
                .into_iter()
                .map(|row| (row.code.clone(), row))
                .collect(),
            wards: wards
                .into_iter()
                .map(|row| ((row.hospital_id, row.name_key.clone()), row))
                .collect(),
            windows: windows.into_iter().collect(),
        })
    }
}

/// What has to be written.
#[derive(Default)]
struct Changes {
    new: Vec<hospital::Model>,
    changed: Vec<hospital::Model>,
    new_wards: Vec<ward::Model>,
    changed_wards: Vec<ward::Model>,
    windows: Windows,
    slugs: HashSet<String>,
}

impl Changes {
    fn decide(
        &mut self,
        known: &Known,
        record: Record,
        now: DateTime<Utc>,
        place: String,
        summary: &mut Summary,
    ) {
        let old = known.hospitals.get(&record.code);
        let row = row(&record, old, now);
        let owner = known.slugs.get(&row.slug);
        if owner.is_some_and(|code| *code != record.code) || !self.slugs.insert(row.slug.clone()) {
            let reason = format!("Slug: \"{}\" belongs to another hospital", row.slug);
            summary.problems.push(Problem::new(place, reason));
            return;
        }
        self.wards(known, row.id, &record, summary);
        for times in &DEFAULTS {
            if !known.windows.contains(&(row.id, times.meal)) {
                self.windows.add(row.id, times, Uuid::now_v7);
            }
        }
        let count = summary.count(Kind::Hospitals);
        match old {
            None => {
                count.new += 1;
                self.new.push(row);
            }
            Some(old) if *old == row => count.unchanged += 1,
            Some(_) => {
                count.changed += 1;
                self.changed.push(hospital::Model {
                    updated_at: now,
                    ..row
                });
            }
        }
    }

    fn wards(&mut self, known: &Known, hospital: Uuid, record: &Record, summary: &mut Summary) {
        for ward in &record.wards {
            let count = summary.count(Kind::Wards);
            let name_key = text::fold(&ward.name);
            let old = known.wards.get(&(hospital, name_key.clone()));
            let row = ward::Model {
                id: old.map_or_else(Uuid::now_v7, |old| old.id),
                hospital_id: hospital,
                name: ward.name.clone(),
                name_key,
                beds: ward.beds,
            };
            match old {
                None => {
                    count.new += 1;
                    self.new_wards.push(row);
                }
                Some(old) if *old == row => count.unchanged += 1,
                Some(_) => {
                    count.changed += 1;
                    self.changed_wards.push(row);
                }
            }
        }
    }

    async fn write(self, db: &impl ConnectionTrait) -> anyhow::Result<()> {
        bulk::insert::<hospital::Entity, _>(db, self.new).await?;
        for row in self.changed {
            bulk::update::<hospital::Entity, _>(db, row).await?;
        }
        bulk::insert::<ward::Entity, _>(db, self.new_wards).await?;
        for row in self.changed_wards {
            bulk::update::<ward::Entity, _>(db, row).await?;
        }
        self.windows.write(db).await?;
        Ok(())
    }
}

/// The row of a hospital: equal to `old` when nothing that the list says has changed.
pub fn row(record: &Record, old: Option<&hospital::Model>, now: DateTime<Utc>) -> hospital::Model {
    let kept = old.map(|old| (old.id, old.created_at, old.updated_at));
    let (id, created_at, updated_at) = kept.unwrap_or_else(|| (Uuid::now_v7(), now, now));
    let slug = match (&record.slug, old) {
        // A slug is in links: a new name alone does not move it.
        (None, Some(old)) => old.slug.clone(),
        _ => record.slug(),
    };
    let mut row = hospital::Model {
        id,
        code: record.code.clone(),
        slug,
        name_key: text::fold(&record.name),
        name: record.name.clone(),
        search_text: record.search_text(),
        address: record.address.clone(),
        city: record.city.clone(),
        postcode: record.postcode.clone(),
        time_zone: record.time_zone.clone(),
        currency: record.currency.clone(),
        latitude: record.point.map(|point| point.latitude),
        longitude: record.point.map(|point| point.longitude),
        geo_cell: record.point.map(Point::cell),
        geo_x: None,
        geo_y: None,
        geo_z: None,
        created_at,
        updated_at,
    };
    [row.geo_x, row.geo_y, row.geo_z] = vector(record.point);
    row
}

/// The columns of a point's vector.
pub fn vector(point: Option<Point>) -> [Option<f64>; 3] {
    point.map_or([None; 3], |point| point.vector().map(Some))
}
