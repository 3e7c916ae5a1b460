//! Scalars with a meaning.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A moment (RFC 3339). Answers are in UTC: 2026-11-23T10:30:00Z.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        let moment = chrono::DateTime::parse_from_rfc3339(&text);
        moment.map(|moment| Self(moment.to_utc())).map_err(|_| {
            InputValueError::custom(format!(
                "\"{text}\" is not a moment such as 2026-11-23T10:30:00Z"
            ))
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

/// A day of the calendar, as `YYYY-MM-DD`: 2026-11-23.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        // Exactly ten characters: chrono also reads 2026-1-3, and years that no index holds.
        let day = (text.len() == 10).then(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok());
        day.flatten().map(Self).ok_or_else(|| {
            InputValueError::custom(format!("\"{text}\" is not a day such as 2026-11-23"))
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

fn text<T: ScalarType + InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        value => Err(InputValueError::expected_type(value)),
    }
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime(pub NaiveTime);

/// A time of day without a date or a time zone, as `HH:MM`: 11:30 is half past eleven.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        let time = NaiveTime::parse_from_str(&text, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(&text, "%H:%M"));
        time.map(Self).map_err(|_| {
            InputValueError::custom(format!("\"{text}\" is not a time of day such as 11:30"))
        })
    }

    fn to_value(&self) -> Value {
        let has_seconds = chrono::Timelike::second(&self.0) != 0;
        let format = if has_seconds { "%H:%M:%S" } else { "%H:%M" };
        Value::String(self.0.format(format).to_string())
    }
}

/// Where something is on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

/// A URL (RFC 3986).
#[Scalar(
    name = "URL",
    specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3986"
)]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.contains(':') => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
