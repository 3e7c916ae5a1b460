//! Places in PostgreSQL's log, by which it is known what a replica has seen.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A place in the log of the primary. Who has replayed the log up to it sees every change that
/// was committed before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub(super) u64);

/// Where the primary is.
pub(super) const ASK: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

/// The first byte of a token.
const VERSION: u8 = 1;

impl Position {
    /// Behind everything that will ever be written: only the primary has it.
    pub const LATEST: Self = Self(u64::MAX);

    /// What a client gets, to send back with what it asks later.
    pub fn token(self) -> String {
        let mut bytes = [VERSION; 9];
        bytes[1..].copy_from_slice(&self.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token; nothing when it is none. One of a later version, which a newer instance
    /// has given out, is not understood but believed: the primary has whatever it stands for.
    pub fn read(token: &str) -> Option<Self> {
        // Later ones may be longer, not without bound.
        if token.len() > 64 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        match bytes.split_first()? {
            (&VERSION, position) => Some(Self(u64::from_be_bytes(position.try_into().ok()?))),
            (&version, _) => (version > VERSION).then_some(Self::LATEST),
        }
    }

    /// In bytes since the log's beginning.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// From the bytes since the log's beginning, as PostgreSQL counts them.
    pub(super) fn from_bytes(bytes: i64) -> Self {
        Self(bytes.unsigned_abs())
    }
}

/// As PostgreSQL writes it, so that a log line can be compared with its views.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_its_position() {
        for position in [0, 1, 0x16_B374_D848, u64::MAX].map(Position) {
            assert_eq!(Position::read(&position.token()), Some(position));
        }
        assert_eq!(Position(0x16_B374_D848).token(), "AQAAABazdNhI");
        assert_eq!(Position(0x16_B374_D848).to_string(), "16/B374D848");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for wrong in [
            "",
            "0",
            "AQ",
            "AQAAABazdNhIAA",
            "AAAAABazdNhI",
            "AQAAABazdNh!",
            "16/B374D848",
        ] {
            assert_eq!(Position::read(wrong), None, "{wrong}");
        }
        assert_eq!(Position::read(&"A".repeat(65)), None);
    }

    #[test]
    fn a_token_of_a_later_version_needs_the_primary() {
        assert_eq!(Position::read("AgAA"), Some(Position::LATEST));
    }
}
