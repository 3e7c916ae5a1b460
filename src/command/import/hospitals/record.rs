//! One hospital as the list states it, checked.

use std::fmt::Display;

use chrono_tz::Tz;

use super::table::{Row, Table};
use crate::{geo::Point, text};

/// Columns without which there is no hospital.
pub const REQUIRED: [&str; 2] = ["OrganisationCode", "OrganisationName"];

/// What the list says of a hospital. Texts are tidy.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub code: String,
    pub name: String,
    pub slug: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub time_zone: String,
    pub currency: String,
    pub point: Option<Point>,
    pub wards: Vec<Ward>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ward {
    pub name: String,
    pub beds: i32,
}

impl Record {
    /// Reads a row; the reason when it cannot be taken names the field.
    pub fn read(table: &Table, row: &Row) -> Result<Self, String> {
        if row.width() != table.width {
            let (has, wants) = (row.width(), table.width);
            return Err(format!("fields: {has}, but the header has {wants}"));
        }
        let cell = |column| table.cell(row, column).map(text::tidy);
        let required = |column| cell(column).ok_or_else(|| wrong(column, "is empty"));
        Ok(Self {
            code: required("OrganisationCode")?,
            name: required("OrganisationName")?,
            slug: cell("Slug").map(slug).transpose()?,
            address: cell("Address1"),
            city: cell("City"),
            postcode: cell("Postcode"),
            time_zone: time_zone("TimeZone", cell("TimeZone"), "Europe/London")?,
            currency: currency("Currency", cell("Currency"), "GBP")?,
            point: point(cell("Latitude"), cell("Longitude"))?,
            wards: wards(cell("Wards").as_deref().unwrap_or_default())?,
        })
    }

    /// The slug when the list gives none: readable, and unique because the code is.
    pub fn slug(&self) -> String {
        match &self.slug {
            Some(slug) => slug.clone(),
            None => slugify(&format!("{} {}", self.name, self.code)),
        }
    }

    pub fn search_text(&self) -> String {
        let rest = [&self.city, &self.postcode];
        let parts = [Some(&self.name), rest[0].as_ref(), rest[1].as_ref()];
        let mut parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.push(&self.code);
        text::words(&parts.join(" "))
    }
}

/// A known time zone of the IANA database.
pub fn time_zone(field: &str, value: Option<String>, default: &str) -> Result<String, String> {
    let zone = value.unwrap_or_else(|| default.to_owned());
    match zone.parse::<Tz>() {
        Ok(_) => Ok(zone),
        Err(_) => Err(wrong(field, format!("\"{zone}\" is no known time zone"))),
    }
}

/// A currency as ISO 4217 writes it: three upper-case letters.
pub fn currency(field: &str, value: Option<String>, default: &str) -> Result<String, String> {
    let code = value.unwrap_or_else(|| default.to_owned());
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(code);
    }
    let reason = format!("\"{code}\" is not three upper-case letters");
    Err(wrong(field, reason))
}

fn point(latitude: Option<String>, longitude: Option<String>) -> Result<Option<Point>, String> {
    let (latitude, longitude) = match (latitude, longitude) {
        (None, None) => return Ok(None),
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (None, _) => return Err(wrong("Latitude", "is empty, but Longitude is not")),
        (_, None) => return Err(wrong("Longitude", "is empty, but Latitude is not")),
    };
    let number = |field, text: &str| {
        text.parse::<f64>()
            .map_err(|_| wrong(field, format!("\"{text}\" is not a number")))
    };
    let (north, east) = (
        number("Latitude", &latitude)?,
        number("Longitude", &longitude)?,
    );
    match Point::new(north, east) {
        Some(point) => Ok(Some(point)),
        None if (-90.0..=90.0).contains(&north) => {
            let reason = format!("\"{longitude}\" is not within -180 to 180");
            Err(wrong("Longitude", reason))
        }
        None => {
            let reason = format!("\"{latitude}\" is not within -90 to 90");
            Err(wrong("Latitude", reason))
        }
    }
}

/// Reads `Cardiology:24|Maternity:18`.
fn wards(cell: &str) -> Result<Vec<Ward>, String> {
    let mut wards: Vec<Ward> = Vec::new();
    for part in cell
        .split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let ward = part.rsplit_once(':').and_then(|(name, beds)| {
            let beds = beds.trim().parse().ok().filter(|beds| *beds >= 0)?;
            let name = text::tidy(name);
            (!name.is_empty()).then_some(Ward { name, beds })
        });
        let ward = ward.ok_or_else(|| wrong("Wards", format!("\"{part}\" is not NAME:BEDS")))?;
        if wards
            .iter()
            .any(|other| text::fold(&other.name) == text::fold(&ward.name))
        {
            return Err(wrong("Wards", format!("\"{}\" comes twice", ward.name)));
        }
        wards.push(ward);
    }
    Ok(wards)
}

fn slug(text: String) -> Result<String, String> {
    if slugify(&text) == text {
        return Ok(text);
    }
    let reason = format!("\"{text}\" is not lower-case letters and digits joined by hyphens");
    Err(wrong("Slug", reason))
}

/// Lower-case letters and digits, everything between them a hyphen.
pub fn slugify(text: &str) -> String {
    let folded: String = text::fold(text)
        .chars()
        .filter(|c| !matches!(c, '\'' | '’'))
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join("-")
}

fn wrong(field: &str, reason: impl Display) -> String {
    format!("{field}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str) -> Result<Record, String> {
        let table = Table::read(table.as_bytes()).unwrap();
        Record::read(&table, &table.rows[0])
    }

    #[test]
    fn columns_that_are_missing_have_defaults() {
        let record =
            read("OrganisationName,OrganisationCode\n St  Mary's Infirmary ,5MV02").unwrap();
        assert_eq!(record.slug(), "st-marys-infirmary-5mv02");
        assert_eq!(record.search_text(), "st marys infirmary 5mv02");
        assert_eq!(
            (record.time_zone.as_str(), record.currency.as_str()),
            ("Europe/London", "GBP")
        );
        assert_eq!((record.point, record.wards), (None, vec![]));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field() {
        let header =
            "OrganisationCode,OrganisationName,Latitude,Longitude,Slug,TimeZone,Currency,Wards\n";
        for (row, reason) in [
            (",A,,,,,,", "OrganisationCode: is empty"),
            ("X,A,,", "fields: 4, but the header has 8"),
            ("X,A,91,0,,,,", "Latitude: \"91\" is not within -90 to 90"),
            (
                "X,A,9,200,,,,",
                "Longitude: \"200\" is not within -180 to 180",
            ),
            ("X,A,9,,,,,", "Longitude: is empty, but Latitude is not"),
            ("X,A,NaN,0,,,,", "Latitude: \"NaN\" is not within -90 to 90"),
            (
                "X,A,,,A b,,,",
                "Slug: \"A b\" is not lower-case letters and digits joined by hyphens",
            ),
            (
                "X,A,,,,Europe/Londn,,",
                "TimeZone: \"Europe/Londn\" is no known time zone",
            ),
            (
                "X,A,,,,,gbp,",
                "Currency: \"gbp\" is not three upper-case letters",
            ),
            ("X,A,,,,,,ICU:x", "Wards: \"ICU:x\" is not NAME:BEDS"),
            ("X,A,,,,,,ICU:1|icu:2", "Wards: \"icu\" comes twice"),
        ] {
            assert_eq!(read(&format!("{header}{row}")).unwrap_err(), reason);
        }
    }
}
