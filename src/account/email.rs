//! E-mail addresses.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// Where somebody gets e-mail, and the name with which they sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(pub String);

/// RFC 5321, 4.5.3.1: what a server has to take, of the part before the @ and of a path.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

impl EmailAddress {
    /// The same for two ways to write one address: nobody tells persons apart by capital letters.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    fn is_address(text: &str) -> bool {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return false;
        };
        let is_shown = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
        let is_label = |label: &str| {
            let is_letter = |c: char| c.is_alphanumeric() || c == '-';
            !label.is_empty() && label.chars().all(is_letter)
        };
        text.len() <= LONGEST
            && (1..=LONGEST_LOCAL).contains(&local.len())
            && local.chars().all(is_shown)
            && domain.contains('.')
            && domain.split('.').all(is_label)
    }
}

/// An e-mail address (RFC 5321) such as nurse@hospital.example. Capital letters make no
/// difference.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc5321#section-4.1.2")]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if Self::is_address(&text) => Ok(Self(text)),
            Value::String(text) => Err(InputValueError::custom(format!(
                "\"{text}\" is not an e-mail address such as nurse@hospital.example"
            ))),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_domain() {
        for right in [
            "nurse@hospital.example",
            "Nurse.O'Neil+ward-7@mail.hospital.example",
            "pflege@krankenhaus-münchen.example",
        ] {
            assert!(EmailAddress::is_address(right), "{right}");
        }
        let long = format!("{}@hospital.example", "n".repeat(65));
        for wrong in [
            "",
            "nurse",
            "nurse@",
            "@hospital.example",
            "nurse@hospital",
            "nurse@hospital..example",
            "nurse@.example",
            "a nurse@hospital.example",
            "a@b@hospital.example",
            "nurse@hospital.example\0",
            "nurse\n@hospital.example",
            " nurse@hospital.example",
            &long,
        ] {
            assert!(!EmailAddress::is_address(wrong), "{wrong:?}");
        }
    }
}
