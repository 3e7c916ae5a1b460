//! The token of the administrator: never printed, and compared in constant time.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::value::Value;

#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    /// The token, if it may be one.
    pub fn new(text: &str) -> Option<Self> {
        let is_token =
            (16..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(text.to_owned()))
    }

    /// Whether `token` is this one. The time that it takes says nothing of where they differ,
    /// nor of their lengths.
    pub fn is(&self, token: &[u8]) -> bool {
        let own: [u8; 32] = Sha256::digest(&self.0).into();
        let other: [u8; 32] = Sha256::digest(token).into();
        own.ct_eq(&other).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Value for Option<AdminToken> {
    const ALLOWED: &'static str = "16 to 512 visible ASCII characters or empty";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(None),
            _ => AdminToken::new(text).map(Some),
        }
    }

    fn shown(text: &str) -> String {
        if text.is_empty() { "" } else { "***" }.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Option<AdminToken>> {
        Value::parse(text)
    }

    #[test]
    fn is_itself_and_nothing_else() {
        let token = parse("0123456789abcdef").unwrap().unwrap();
        assert!(token.is(b"0123456789abcdef"));
        for other in [
            "",
            "0123456789abcdeF",
            "0123456789abcde",
            "0123456789abcdef0",
        ] {
            assert!(!token.is(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_short_or_unsendable_one_is_refused() {
        assert!(parse("").unwrap().is_none());
        for text in ["0123456789abcde", "0123456789 abcdef", "0123456789abcdefé"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn is_never_shown() {
        let token = parse("0123456789abcdef").unwrap();
        assert_eq!(format!("{token:?}"), "Some(***)");
        assert_eq!(
            <Option<AdminToken> as Value>::shown("0123456789abcdef"),
            "***"
        );
    }
}
