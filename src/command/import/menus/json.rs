//! Fields of JSON records, each with an error that names it.

use async_graphql::resolver_utils::EnumType;
use serde::Deserialize;
use serde_json::Value;

use crate::text;

/// The field, or nothing when it is missing or null.
pub fn optional<'a, T: Deserialize<'a>>(
    record: &'a Value,
    field: &str,
) -> Result<Option<T>, String> {
    match record.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::deserialize(value)
            .map(Some)
            .map_err(|error| format!("{field}: {error}")),
    }
}

pub fn required<'a, T: Deserialize<'a>>(record: &'a Value, field: &str) -> Result<T, String> {
    optional(record, field)?.ok_or_else(|| format!("{field}: is missing"))
}

/// A tidy text; nothing when there is none or only white space.
pub fn text(record: &Value, field: &str) -> Result<Option<String>, String> {
    let text = optional::<&str>(record, field)?.map(text::tidy);
    Ok(text.filter(|text| !text.is_empty()))
}

pub fn required_text(record: &Value, field: &str) -> Result<String, String> {
    text(record, field)?.ok_or_else(|| format!("{field}: is empty or missing"))
}

/// A word of a closed vocabulary, by its name in the API.
pub fn word<T: EnumType + Copy + 'static>(
    record: &Value,
    field: &str,
) -> Result<Option<T>, String> {
    match optional::<&str>(record, field)? {
        Some(name) => named(name)
            .map(Some)
            .map_err(|why| format!("{field}: {why}")),
        None => Ok(None),
    }
}

pub fn named<T: EnumType + Copy + 'static>(name: &str) -> Result<T, String> {
    let item = T::items().iter().find(|item| item.name == name);
    item.map(|item| item.value).ok_or_else(|| {
        let names: Vec<&str> = T::items().iter().map(|item| item.name).collect();
        format!("\"{name}\" is none of {}", names.join(", "))
    })
}

/// A number within a range that its column allows.
pub fn number_in<T>(
    record: &Value,
    field: &str,
    range: impl std::ops::RangeBounds<T> + std::fmt::Debug,
) -> Result<Option<T>, String>
where
    T: for<'a> Deserialize<'a> + PartialOrd + std::fmt::Display,
{
    match optional::<T>(record, field)? {
        Some(number) if !range.contains(&number) => {
            Err(format!("{field}: {number} is not within {range:?}"))
        }
        number => Ok(number),
    }
}
