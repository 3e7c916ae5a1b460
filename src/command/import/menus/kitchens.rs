//! `canteens.json`: the kitchens, where they are, when they are open and whom they serve.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveTime, Utc};
use entity::{kitchen, kitchen_hours};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::json;
use crate::{
    command::import::{
        bulk,
        hospitals::{record, vector},
        report::{Kind, Problem, Read, Summary},
    },
    geo::Point,
    text,
};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The kitchens of the public data are in Bavaria and Baden-Württemberg.
const TIME_ZONE: &str = "Europe/Berlin";
const CURRENCY: &str = "EUR";

/// A kitchen as the file states it.
#[derive(Clone, Debug)]
pub struct Canteen {
    pub slug: String,
    name: String,
    address: Option<String>,
    point: Option<Point>,
    time_zone: String,
    currency: String,
    /// Opening and closing by weekday, 1 is Monday.
    hours: BTreeMap<i16, (NaiveTime, NaiveTime)>,
    /// Codes of the hospitals for which it cooks.
    pub serves: BTreeSet<String>,
    /// Whether the file lists it. One that it does not list is only made, never changed.
    pub listed: bool,
}

impl Canteen {
    /// A kitchen of which only the folder of its menus is known.
    pub fn unlisted(slug: &str) -> Self {
        let words = slug.split('-').map(|word| {
            let mut letters = word.chars();
            let first = letters
                .next()
                .map(|letter| letter.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        });
        Self {
            slug: slug.to_owned(),
            name: words.collect::<Vec<_>>().join(" "),
            address: None,
            point: None,
            time_zone: TIME_ZONE.to_owned(),
            currency: CURRENCY.to_owned(),
            hours: BTreeMap::new(),
            serves: BTreeSet::new(),
            listed: false,
        }
    }
}

pub fn read(file: &str, bytes: &[u8]) -> Read<Canteen> {
    let mut read: Read<Canteen> = Read::default();
    let canteens = match serde_json::from_slice::<Vec<Value>>(bytes) {
        Ok(canteens) => canteens,
        Err(error) => {
            read.problems.push(Problem::new(file, error.to_string()));
            return read;
        }
    };
    for (index, canteen) in canteens.iter().enumerate() {
        read.records += 1;
        let taken = read_canteen(canteen).and_then(|canteen| {
            let twice = read.good.iter().any(|other| other.slug == canteen.slug);
            match twice {
                true => Err("canteen_id: comes twice".to_owned()),
                false => Ok(canteen),
            }
        });
        match taken {
            Ok(canteen) => read.good.push(canteen),
            Err(reason) => {
                let name = canteen
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let place = format!("{file}: canteen {} \"{}\"", index + 1, text::tidy(name));
                read.problems.push(Problem::new(place, reason));
            }
        }
    }
    read
}

fn read_canteen(canteen: &Value) -> Result<Canteen, String> {
    let location = canteen.get("location").unwrap_or(&Value::Null);
    let number = |field| {
        json::optional::<f64>(location, field).map_err(|reason| format!("location.{reason}"))
    };
    let point = match (number("latitude")?, number("longitude")?) {
        (None, None) => None,
        (Some(north), Some(east)) => Some(
            Point::new(north, east)
                .ok_or(format!("location: {north}, {east} is not on the globe"))?,
        ),
        _ => return Err("location: has only one coordinate".to_owned()),
    };
    let slug = json::required_text(canteen, "canteen_id")?;
    if record::slugify(&slug) != slug {
        return Err(format!(
            "canteen_id: \"{slug}\" is not lower-case words joined by hyphens"
        ));
    }
    let serves = json::optional::<Vec<String>>(canteen, "serves")?;
    Ok(Canteen {
        slug,
        name: json::required_text(canteen, "name")?,
        address: json::text(location, "address")?,
        point,
        time_zone: record::time_zone("time_zone", json::text(canteen, "time_zone")?, TIME_ZONE)?,
        currency: record::currency("currency", json::text(canteen, "currency")?, CURRENCY)?,
        hours: hours(canteen)?,
        serves: serves.unwrap_or_default().into_iter().collect(),
        listed: true,
    })
}

fn hours(canteen: &Value) -> Result<BTreeMap<i16, (NaiveTime, NaiveTime)>, String> {
    let mut hours = BTreeMap::new();
    let open = canteen.get("open_hours").unwrap_or(&Value::Null);
    for (weekday, name) in (1..).zip(WEEKDAYS) {
        let Some(span) = open.get(name).filter(|span| !span.is_null()) else {
            continue;
        };
        let time = |field| {
            let text = json::required_text(span, field)?;
            NaiveTime::parse_from_str(&text, "%H:%M")
                .map_err(|_| format!("{field}: \"{text}\" is no time"))
        };
        let read = || {
            let (opens, closes) = (time("start")?, time("end")?);
            match opens < closes {
                true => Ok((opens, closes)),
                false => Err("end: is not after start".to_owned()),
            }
        };
        let span = read().map_err(|reason: String| format!("open_hours.{name}.{reason}"))?;
        hours.insert(weekday, span);
    }
    Ok(hours)
}

/// Writes the kitchens that are new or changed; answers all that the database has, by slug.
pub async fn write(
    db: &impl ConnectionTrait,
    canteens: &[Canteen],
    now: DateTime<Utc>,
    summary: &mut Summary,
) -> anyhow::Result<HashMap<String, kitchen::Model>> {
    let mut known: HashMap<String, kitchen::Model> = kitchen::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.slug.clone(), row))
        .collect();
    let mut known_hours: HashMap<Uuid, Vec<kitchen_hours::Model>> = HashMap::new();
    for row in kitchen_hours::Entity::find().all(db).await? {
        known_hours.entry(row.kitchen_id).or_default().push(row);
    }
    for canteen in canteens {
        let old = known.get(&canteen.slug);
        if !canteen.listed && old.is_some() {
            summary.count(Kind::Kitchens).unchanged += 1;
            continue;
        }
        let mut row = row(canteen, old, now);
        let mut old_hours = known_hours.remove(&row.id).unwrap_or_default();
        old_hours.sort_by_key(|row| row.weekday);
        let hours: Vec<_> = canteen
            .hours
            .iter()
            .map(|(weekday, (opens_at, closes_at))| kitchen_hours::Model {
                kitchen_id: row.id,
                weekday: *weekday,
                opens_at: *opens_at,
                closes_at: *closes_at,
            })
            .collect();
        let count = summary.count(Kind::Kitchens);
        match old {
            None => {
                count.new += 1;
                bulk::insert::<kitchen::Entity, _>(db, vec![row.clone()]).await?;
            }
            Some(old) if *old == row && old_hours == hours => count.unchanged += 1,
            Some(_) => {
                count.changed += 1;
                row.updated_at = now;
                bulk::update::<kitchen::Entity, _>(db, row.clone()).await?;
            }
        }
        if old_hours != hours {
            kitchen_hours::Entity::delete_many()
                .filter(kitchen_hours::Column::KitchenId.eq(row.id))
                .exec(db)
                .await?;
            bulk::insert::<kitchen_hours::Entity, _>(db, hours).await?;
        }
        known.insert(canteen.slug.clone(), row);
    }
    Ok(known)
}

/// The row of a kitchen: equal to `old` when nothing that the file says has changed.
fn row(canteen: &Canteen, old: Option<&kitchen::Model>, now: DateTime<Utc>) -> kitchen::Model {
    let kept = old.map(|old| (old.id, old.created_at, old.updated_at));
    let (id, created_at, updated_at) = kept.unwrap_or_else(|| (Uuid::now_v7(), now, now));
    let [geo_x, geo_y, geo_z] = vector(canteen.point);
    kitchen::Model {
        id,
        slug: canteen.slug.clone(),
        name_key: text::fold(&canteen.name),
        name: canteen.name.clone(),
        address: canteen.address.clone(),
        time_zone: canteen.time_zone.clone(),
        currency: canteen.currency.clone(),
        latitude: canteen.point.map(|point| point.latitude),
        longitude: canteen.point.map(|point| point.longitude),
        geo_cell: canteen.point.map(Point::cell),
        geo_x,
        geo_y,
        geo_z,
        created_at,
        updated_at,
    }
}
