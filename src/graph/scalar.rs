//! Scalars with a meaning.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveTime;

/// A time of day without a date or a time zone, as `HH:MM` or `HH:MM:SS`: 11:30 is half past eleven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime(pub NaiveTime);

#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let time = NaiveTime::parse_from_str(text, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"));
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

/// A URL (RFC 3986).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

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
