//! Access tokens: signed claims (JWT, RFC 7519) of who it is, short-lived.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// For how long an access token is good.
const LIFE: TimeDelta = TimeDelta::minutes(10);

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    exp: i64,
}

/// Makes and reads access tokens.
#[derive(Clone)]
pub struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    pub fn new(secret: &[u8]) -> Self {
        Self {
            sign: EncodingKey::from_secret(secret),
            check: DecodingKey::from_secret(secret),
        }
    }

    /// A token with which `account` is known from `now` on.
    pub fn issue(&self, account: Uuid, now: DateTime<Utc>) -> anyhow::Result<String> {
        let claims = Claims {
            sub: account,
            exp: (now + LIFE).timestamp(),
        };
        let header = Header::new(Algorithm::HS256);
        Ok(jsonwebtoken::encode(&header, &claims, &self.sign)?)
    }

    /// Whose token it is, if it is good.
    pub fn read(&self, token: &[u8], now: DateTime<Utc>) -> Option<Uuid> {
        let token = std::str::from_utf8(token).ok()?;
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is ours, not the library's.
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(token, &self.check, &validation).ok()?;
        (now.timestamp() < read.claims.exp).then_some(read.claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_account_until_it_ends() {
        let tokens = Tokens::new(b"one");
        let (account, now) = (Uuid::from_u128(7), DateTime::UNIX_EPOCH);
        let token = tokens.issue(account, now).unwrap();
        let read = |tokens: &Tokens, at| tokens.read(token.as_bytes(), at);
        assert_eq!(read(&tokens, now), Some(account));
        assert_eq!(read(&tokens, now + LIFE), None);
        assert_eq!(read(&Tokens::new(b"other"), now), None);
        assert_eq!(tokens.read(b"no token", now), None);
    }
}
