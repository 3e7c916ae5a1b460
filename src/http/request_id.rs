//! The id of a request, under which the log and the caller find it again.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Builder;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The caller's if it sent a proper one: up to 128 visible characters of ASCII.
#[derive(Clone, Debug)]
pub struct RequestId(HeaderValue);

impl RequestId {
    pub fn of(headers: &HeaderMap) -> Self {
        let is_proper = |id: &&HeaderValue| {
            (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
        };
        match headers.get(REQUEST_ID).filter(is_proper) {
            Some(id) => Self(id.clone()),
            None => Self::new(),
        }
    }

    /// A UUIDv7. Nobody has to be kept from guessing it, so it needs no random bytes of the
    /// kernel's: asking for those takes as long as finding an answer that is kept.
    fn new() -> Self {
        let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed();
        let millis = since_1970.unwrap_or_default().as_millis() as u64;
        let mut random = [0; 10];
        fastrand::fill(&mut random);
        let uuid = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        let mut digits = [0; 32];
        let digits = uuid.simple().encode_lower(&mut digits);
        // Digits can always be written.
        Self(HeaderValue::from_str(digits).unwrap_or(HeaderValue::from_static("0")))
    }

    pub fn as_str(&self) -> &str {
        // It is ASCII.
        self.0.to_str().unwrap_or_default()
    }

    pub fn into_header(self) -> HeaderValue {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use uuid::{Uuid, Variant};

    use super::*;

    #[test]
    fn what_is_made_is_a_uuid_of_version_7_and_no_other_is_the_same() {
        let made = || RequestId::of(&HeaderMap::new());
        let before = Uuid::now_v7().get_timestamp().unwrap().to_unix().0;
        let id: Uuid = made().as_str().parse().unwrap();
        assert_eq!(
            (id.get_version_num(), id.get_variant()),
            (7, Variant::RFC4122)
        );
        let at = id.get_timestamp().unwrap().to_unix().0;
        assert!((before..before + 60).contains(&at), "{before} {at}");
        assert_ne!(made().as_str(), made().as_str());
    }
}
