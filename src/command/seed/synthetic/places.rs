//! Synthetic hospitals with their wards, and kitchens, around real cities.

use chrono::NaiveTime;
use entity::{kitchen, kitchen_hours, ward};
use uuid::Uuid;

use super::{Group, Maker};
use crate::{
    command::import::hospitals::{
        self,
        record::{Record, slugify},
        vector,
        windows::DEFAULTS,
    },
    geo::Point,
    text,
};

#[derive(Clone, Copy)]
pub struct City {
    pub name: &'static str,
    latitude: f64,
    longitude: f64,
    time_zone: &'static str,
    pub currency: &'static str,
    /// Minor units of the currency for a cent of a euro, roughly.
    pub rate: f64,
}

const fn city(
    name: &'static str,
    (latitude, longitude): (f64, f64),
    time_zone: &'static str,
    (currency, rate): (&'static str, f64),
) -> City {
    City {
        name,
        latitude,
        longitude,
        time_zone,
        currency,
        rate,
    }
}

const EUR: (&str, f64) = ("EUR", 1.0);
const GBP: (&str, f64) = ("GBP", 0.85);

#[rustfmt::skip]
pub const CITIES: [City; 20] = [
    city("London", (51.51, -0.13), "Europe/London", GBP),
    city("Manchester", (53.48, -2.24), "Europe/London", GBP),
    city("Edinburgh", (55.95, -3.19), "Europe/London", GBP),
    city("Dublin", (53.35, -6.26), "Europe/Dublin", EUR),
    city("Paris", (48.86, 2.35), "Europe/Paris", EUR),
    city("Lyon", (45.76, 4.84), "Europe/Paris", EUR),
    city("Madrid", (40.42, -3.70), "Europe/Madrid", EUR),
    city("Milan", (45.46, 9.19), "Europe/Rome", EUR),
    city("Vienna", (48.21, 16.37), "Europe/Vienna", EUR),
    city("Munich", (48.14, 11.58), "Europe/Berlin", EUR),
    city("Hamburg", (53.55, 9.99), "Europe/Berlin", EUR),
    city("Zurich", (47.38, 8.54), "Europe/Zurich", ("CHF", 0.95)),
    city("Warsaw", (52.23, 21.01), "Europe/Warsaw", ("PLN", 4.3)),
    city("Stockholm", (59.33, 18.07), "Europe/Stockholm", ("SEK", 11.2)),
    city("New York", (40.71, -74.01), "America/New_York", ("USD", 1.1)),
    city("Toronto", (43.65, -79.38), "America/Toronto", ("CAD", 1.5)),
    city("Mumbai", (19.08, 72.88), "Asia/Kolkata", ("INR", 95.0)),
    city("Singapore", (1.35, 103.82), "Asia/Singapore", ("SGD", 1.45)),
    city("Osaka", (34.69, 135.50), "Asia/Tokyo", ("JPY", 1.6)),
    city("Melbourne", (-37.81, 144.96), "Australia/Melbourne", ("AUD", 1.65)),
];

const PATRONS: [&str; 12] = [
    "Alder Park",
    "Bridgefoot",
    "Canal Street",
    "Elm Hill",
    "Foundry Lane",
    "Greenfield",
    "Harbour View",
    "Lindenhof",
    "Mill Road",
    "Northgate",
    "Orchard",
    "St Anselm",
];

const KINDS: [&str; 6] = [
    "General Hospital",
    "University Hospital",
    "Infirmary",
    "Children's Hospital",
    "Heart Centre",
    "Rehabilitation Hospital",
];

const WARDS: [&str; 16] = [
    "Acute Medicine",
    "Cardiology",
    "Children",
    "Day Surgery",
    "Gastroenterology",
    "Geriatrics",
    "Gynaecology",
    "Haematology",
    "Maternity",
    "Neurology",
    "Oncology",
    "Orthopaedics",
    "Renal",
    "Respiratory",
    "Stroke",
    "Surgery",
];

/// Degrees by which places lie around the middle of their city.
const SPREAD: f64 = 0.3;

/// The code of a synthetic hospital.
pub fn code(seed: u64, number: u32) -> String {
    format!("SIM{seed}-{number:05}")
}

impl Maker {
    pub(super) fn hospital(&mut self, group: &mut Group, city: &City, number: u32) -> Uuid {
        let name = format!(
            "{} {}",
            self.dice.one_of(&PATRONS),
            self.dice.one_of(&KINDS)
        );
        let record = Record {
            code: code(self.seed, number),
            name: format!("{name} {}", city.name),
            slug: None,
            address: Some(format!("{} Hospital Road", self.dice.between(1, 200))),
            city: Some(city.name.to_owned()),
            postcode: None,
            time_zone: city.time_zone.to_owned(),
            currency: city.currency.to_owned(),
            point: self.point(city),
            wards: Vec::new(),
        };
        let mut row = hospitals::row(&record, None, self.made_at);
        row.id = self.dice.id();
        let id = row.id;
        group.hospitals.push(row);
        let mut names = WARDS;
        self.dice.shuffle(&mut names);
        let count = 6 + self.dice.below(7);
        for name in names.into_iter().take(count) {
            group.wards.push(ward::Model {
                id: self.dice.id(),
                hospital_id: id,
                name: name.to_owned(),
                name_key: text::fold(name),
                beds: self.dice.between(12, 32),
            });
        }
        for times in &DEFAULTS {
            group.windows.add(id, times, || self.dice.id());
        }
        id
    }

    pub(super) fn kitchen(&mut self, group: &mut Group, city: &City, first: u32) -> Uuid {
        let name = format!("{} Kitchen {}", self.dice.one_of(&PATRONS), city.name);
        let point = self.point(city);
        let [geo_x, geo_y, geo_z] = vector(point);
        let id = self.dice.id();
        group.kitchens.push(kitchen::Model {
            id,
            slug: slugify(&format!("{name} {}", code(self.seed, first))),
            name_key: text::fold(&name),
            name,
            address: Some(format!("{} Depot Road", self.dice.between(1, 200))),
            time_zone: city.time_zone.to_owned(),
            currency: city.currency.to_owned(),
            latitude: point.map(|point| point.latitude),
            longitude: point.map(|point| point.longitude),
            geo_cell: point.map(Point::cell),
            geo_x,
            geo_y,
            geo_z,
            created_at: self.made_at,
            updated_at: self.made_at,
        });
        let hours = NaiveTime::from_hms_opt(5, 30, 0).zip(NaiveTime::from_hms_opt(20, 0, 0));
        if let Some((opens_at, closes_at)) = hours {
            group
                .hours
                .extend((1..=7).map(|weekday| kitchen_hours::Model {
                    kitchen_id: id,
                    weekday,
                    opens_at,
                    closes_at,
                }));
        }
        id
    }

    fn point(&mut self, city: &City) -> Option<Point> {
        let (north, east) = (self.dice.offset(), self.dice.offset());
        Point::new(
            city.latitude + SPREAD * north,
            city.longitude + SPREAD * east,
        )
    }
}
