//! Hospitals with their wards and meal windows, kitchens with their hours.

use chrono::NaiveTime;
use entity::{
    delivery_slot, hospital, kitchen, kitchen_hospital, kitchen_hours, meal_window,
    vocabulary::Meal, ward,
};
use thali::{
    geo::Point,
    text::{fold, words},
};
use uuid::Uuid;

use super::{Data, Size};
use crate::app::monday;

/// Fewer than there are hospitals, so that names repeat: they are not unique.
const PLACES: [&str; 9] = [
    "St Mary's",
    "Élysée",
    "Überlingen",
    "Zuiderpark",
    "Ashgrove",
    "ashgrove",
    "Ørsted",
    "North Vale",
    "North Vale Children's",
];

/// At the tests' hour it is Sunday in Honolulu, and Monday in all others.
const ZONES: [(&str, &str); 5] = [
    ("Europe/London", "GBP"),
    ("Europe/Berlin", "EUR"),
    ("Pacific/Honolulu", "USD"),
    ("Asia/Kolkata", "INR"),
    ("Pacific/Auckland", "NZD"),
];

const WARDS: [&str; 5] = [
    "Stroke Unit",
    "Maternity",
    "Émile Roux",
    "renal",
    "Children",
];

pub fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

/// A hospital at `point`, with the columns that follow from the others.
pub fn hospital(id: Uuid, code: &str, name: &str, point: Option<Point>) -> hospital::Model {
    let vector = point.map(Point::vector);
    hospital::Model {
        id,
        code: code.to_owned(),
        slug: code.to_lowercase(),
        name: name.to_owned(),
        name_key: fold(name),
        search_text: words(&format!("{name} {code}")),
        address: None,
        city: None,
        postcode: None,
        time_zone: "Europe/London".to_owned(),
        currency: "GBP".to_owned(),
        latitude: point.map(|point| point.latitude),
        longitude: point.map(|point| point.longitude),
        geo_cell: point.map(Point::cell),
        geo_x: vector.map(|[x, _, _]| x),
        geo_y: vector.map(|[_, y, _]| y),
        geo_z: vector.map(|[_, _, z]| z),
        created_at: monday(),
        updated_at: monday(),
    }
}

/// A kitchen at `point`, with the columns that follow from the others.
pub fn kitchen(id: Uuid, slug: &str, name: &str, point: Option<Point>) -> kitchen::Model {
    let vector = point.map(Point::vector);
    kitchen::Model {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_key: fold(name),
        address: Some("Unit 4, Cooperage Wharf".to_owned()),
        time_zone: "Europe/London".to_owned(),
        currency: "GBP".to_owned(),
        latitude: point.map(|point| point.latitude),
        longitude: point.map(|point| point.longitude),
        geo_cell: point.map(Point::cell),
        geo_x: vector.map(|[x, _, _]| x),
        geo_y: vector.map(|[_, y, _]| y),
        geo_z: vector.map(|[_, _, z]| z),
        created_at: monday(),
        updated_at: monday(),
    }
}

/// The `n`th place of a grid over London; every seventh is not known.
fn point(n: usize) -> Option<Point> {
    let (north, east) = ((n % 10) as f64, (n / 10 % 10) as f64);
    let point = Point::new(51.50421 + north * 0.03, -0.09854 + east * 0.04)?;
    (n % 7 != 5).then_some(point)
}

impl Data {
    pub(super) fn add_hospitals(&mut self, size: &Size) {
        for n in 0..size.hospitals {
            let id = self.id();
            let place = PLACES[n % PLACES.len()];
            let mut row = match n {
                0 => hospital(id, "DEMO1", "Riverside General Hospital", point(0)),
                _ => hospital(
                    id,
                    &format!("T{n:03}"),
                    &format!("{place} Hospital"),
                    point(n),
                ),
            };
            if n == 0 {
                row.slug = "riverside-general".to_owned();
            }
            row.address = (n % 2 == 0).then(|| format!("{n} Ferrywright Walk"));
            row.city = (n % 3 == 0).then(|| "London".to_owned());
            row.postcode = (n % 4 == 0).then(|| format!("SE1 {n}VM"));
            let (zone, currency) = ZONES[n % ZONES.len()];
            (row.time_zone, row.currency) = (zone.to_owned(), currency.to_owned());
            self.hospitals.push(row);
            for w in 0..size.below(size.wards, n < 2) {
                let name = format!("{} {}", WARDS[w % WARDS.len()], 1 + w / WARDS.len());
                let ward = ward::Model {
                    id: self.id(),
                    hospital_id: id,
                    name_key: fold(&name),
                    name,
                    beds: 8 + (w % 5) as i32,
                };
                self.wards.push(ward);
            }
            for (meal, cut_off) in [(Meal::Breakfast, 6), (Meal::Lunch, 10), (Meal::Dinner, 15)] {
                self.add_window(id, meal, cut_off);
            }
        }
    }

    fn add_window(&mut self, hospital_id: Uuid, meal: Meal, cut_off: u32) {
        let id = self.id();
        self.windows.push(meal_window::Model {
            id,
            hospital_id,
            meal,
            opens_days_before: 7,
            opens_at: time(6, 0),
            cut_off_at: time(cut_off, 30),
            late_tray_until: time(cut_off + 1, 30),
            served_from: time(cut_off + 1, 0),
            served_until: time(cut_off + 3, 0),
        });
        for half in 0..3 {
            let slot = delivery_slot::Model {
                id: self.id(),
                meal_window_id: id,
                starts_at: time(cut_off + 1 + half / 2, half % 2 * 30),
                ends_at: time(cut_off + 1 + half.div_ceil(2), (half + 1) % 2 * 30),
                capacity: 60,
            };
            self.slots.push(slot);
        }
    }

    pub(super) fn add_kitchens(&mut self, size: &Size) {
        for n in 0..size.kitchens {
            let id = self.id();
            let place = PLACES[n * 2 % PLACES.len()];
            self.kitchens.push(match n {
                0 => kitchen(
                    id,
                    "thames-central-kitchen",
                    "Thames Central Kitchen",
                    point(1),
                ),
                1 => kitchen(id, "isar-kitchen", "Isar Kitchen", point(11)),
                _ => kitchen(
                    id,
                    &format!("kitchen-{n}"),
                    &format!("{place} Kitchen"),
                    point(n),
                ),
            });
            for weekday in 1..=(5 + n % 3) as i16 {
                self.hours.push(kitchen_hours::Model {
                    kitchen_id: id,
                    weekday,
                    opens_at: time(5, 30),
                    closes_at: time(20, 0),
                });
            }
            // The first kitchen serves all, the first hospital is served by all.
            for (h, hospital) in self.hospitals.iter().enumerate() {
                if n == 0 || h == 0 || h % size.kitchens == n {
                    self.serves.push(kitchen_hospital::Model {
                        kitchen_id: id,
                        hospital_id: hospital.id,
                    });
                }
            }
        }
    }
}
