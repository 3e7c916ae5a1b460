//! Cursors: where an item stands in the order of a list. Opaque outside; inside a version, the
//! fingerprint of list, ordering and filter, the values of the ordering, and the id.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};

const VERSION: u8 = 1;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cursor {
    /// The values by which the list is ordered, none of them NULL.
    pub keys: Vec<Value>,
    pub id: Uuid,
}

// Kept without the fingerprint of a list: its page has it.
impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.encode(0)
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        Self::decode(&text, 0).map_err(|_| "no cursor")
    }
}

impl Cursor {
    pub fn encode(&self, fingerprint: u32) -> String {
        let mut bytes = Vec::with_capacity(40);
        bytes.push(VERSION);
        bytes.extend(fingerprint.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        for key in &self.keys {
            match key {
                Value::BigInt(Some(number)) => {
                    bytes.push(b'i');
                    bytes.extend(number.to_be_bytes());
                }
                Value::Double(Some(number)) => {
                    bytes.push(b'f');
                    bytes.extend(number.to_be_bytes());
                }
                Value::String(Some(text)) => {
                    bytes.push(b's');
                    bytes.extend((text.len() as u32).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
                Value::ChronoDate(Some(date)) => {
                    bytes.push(b'd');
                    bytes.extend(chrono::Datelike::num_days_from_ce(date).to_be_bytes());
                }
                Value::ChronoDateTimeUtc(Some(moment)) => {
                    bytes.push(b't');
                    bytes.extend(moment.timestamp_micros().to_be_bytes());
                }
                // `statement::KeyType` makes no other.
                other => unreachable!("{other:?} orders no list"),
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the cursor of a list with `fingerprint`.
    pub fn decode(text: &str, fingerprint: u32) -> Result<Self> {
        let unknown = || {
            Error::bad_input(format!(
                "\"{}\" is not a cursor; use `cursor`, `startCursor` or `endCursor` of a page.",
                text.chars().take(80).collect::<String>()
            ))
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
        let mut bytes = Bytes(&bytes);
        if bytes.take::<1>().ok_or_else(unknown)? != [VERSION] {
            return Err(unknown());
        }
        if u32::from_be_bytes(bytes.take().ok_or_else(unknown)?) != fingerprint {
            return Err(Error::bad_input(
                "The cursor belongs to another list, ordering or filter; start again without it.",
            ));
        }
        let id = Uuid::from_bytes(bytes.take().ok_or_else(unknown)?);
        let mut keys = Vec::new();
        while !bytes.0.is_empty() {
            keys.push(bytes.value().ok_or_else(unknown)?);
        }
        Ok(Self { keys, id })
    }
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn value(&mut self) -> Option<Value> {
        let value = match self.take::<1>()? {
            [b'i'] => i64::from_be_bytes(self.take()?).into(),
            [b'f'] => Some(f64::from_be_bytes(self.take()?))
                .filter(|f| f.is_finite())?
                .into(),
            [b's'] => {
                let length = u32::from_be_bytes(self.take()?) as usize;
                let (text, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                // PostgreSQL has no text with a NUL.
                std::str::from_utf8(text)
                    .ok()
                    .filter(|text| !text.contains('\0'))?
                    .into()
            }
            [b'd'] => {
                let days = i32::from_be_bytes(self.take()?);
                chrono::NaiveDate::from_num_days_from_ce_opt(days)?.into()
            }
            [b't'] => {
                let micros = i64::from_be_bytes(self.take()?);
                // Years that every index holds.
                chrono::DateTime::from_timestamp_micros(micros)
                    .filter(|moment| (1..10_000).contains(&chrono::Datelike::year(moment)))?
                    .into()
            }
            _ => return None,
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(
            number: i64, double in -1e300..1e300f64, text in "[^\0]*", days in 1..3_000_000,
            micros in 0..253_402_300_799_000_000i64, id: u128,
        ) {
            let date = chrono::NaiveDate::from_num_days_from_ce_opt(days);
            let moment = chrono::DateTime::from_timestamp_micros(micros);
            let keys = vec![number.into(), double.into(), text.into(), date.into(), moment.into()];
            let cursor = Cursor { keys, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::decode(&cursor.encode(7), 7).unwrap(), cursor.clone());
            let foreign = Cursor::decode(&cursor.encode(7), 8).unwrap_err();
            prop_assert!(foreign.message().starts_with("The cursor belongs to another list"));
        }

        #[test]
        fn nonsense_is_refused(text: String, bytes: Vec<u8>) {
            prop_assert!(Cursor::decode(&text, 7).is_err());
            prop_assert!(Cursor::decode(&URL_SAFE_NO_PAD.encode(bytes), 7).is_err());
        }
    }
}
