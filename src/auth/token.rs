//! Access tokens: signed claims (JWT, RFC 7519) of who it is, short-lived.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::token_key;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use uuid::Uuid;

mod hmac;

use super::{SignedIn, secret};
use crate::{
    config::TokenKeys,
    db::{Db, Meter},
    error::{Error, Result},
};

/// For how long an access token is good.
pub const LIFE: TimeDelta = TimeDelta::minutes(10);
const ISSUER: &str = "thali";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The account.
    sub: Uuid,
    /// The session.
    sid: Uuid,
    iat: i64,
    exp: i64,
}

/// The keys of access tokens: those of the settings, else one that all processes find in the
/// database.
#[derive(Clone)]
pub struct Tokens {
    of_settings: Option<Arc<Keys>>,
    of_database: Arc<OnceCell<Keys>>,
}

/// Makes and reads access tokens. The first key signs; all are good to read.
pub struct Keys(Vec<Key>);

struct Key {
    id: String,
    sign: EncodingKey,
    check: DecodingKey,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    pub fn new(keys: Option<&TokenKeys>) -> Self {
        hmac::install();
        let read = |keys: &TokenKeys| {
            let keys = keys.0.iter();
            Arc::new(Keys(
                keys.map(|key| Key::new(&key.id, &key.secret)).collect(),
            ))
        };
        Self {
            of_settings: keys.map(read),
            of_database: Arc::default(),
        }
    }

    /// Whether the settings have keys.
    pub fn are_set(&self) -> bool {
        self.of_settings.is_some()
    }

    pub async fn keys(&self, db: &Db) -> Result<&Keys> {
        match &self.of_settings {
            Some(keys) => Ok(keys),
            None => self.of_database.get_or_try_init(|| kept_key(db)).await,
        }
    }
}

/// The key that the database keeps; made by the first who needs it.
async fn kept_key(db: &Db) -> Result<Keys> {
    const ID: &str = "kept";
    let conn = db.begin(&Meter::new("token key")).await?;
    let row = token_key::Model {
        id: ID.to_owned(),
        secret: secret::random()?,
    };
    token_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&conn)
        .await?;
    let kept = token_key::Entity::find_by_id(ID).one(&conn).await?;
    conn.commit().await?;
    let kept = kept.ok_or_else(|| Error::internal(anyhow::anyhow!("no key for tokens")))?;
    Ok(Keys(vec![Key::new(&kept.id, &kept.secret)]))
}

impl Key {
    fn new(id: &str, secret: &str) -> Self {
        Self {
            id: id.to_owned(),
            sign: EncodingKey::from_secret(secret.as_bytes()),
            check: DecodingKey::from_secret(secret.as_bytes()),
        }
    }
}

impl Keys {
    /// A token with which `who` is known from `now` on, and until when: `end` at the latest.
    pub fn issue(
        &self,
        who: SignedIn,
        now: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>)> {
        let until = end.min(now + LIFE);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: who.account,
            sid: who.session,
            iat: now.timestamp(),
            exp: until.timestamp(),
        };
        let none = || Error::internal(anyhow::anyhow!("no key signs tokens"));
        let key = self.0.first().ok_or_else(none)?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.id.clone());
        let token = jsonwebtoken::encode(&header, &claims, &key.sign);
        Ok((token.map_err(Error::internal)?, until))
    }

    /// Whose token it is, if it is good.
    pub fn read(&self, token: &[u8], now: DateTime<Utc>) -> Option<SignedIn> {
        let token = std::str::from_utf8(token).ok()?;
        let id = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.0.iter().find(|key| key.id == id)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "sub", "exp"]);
        // The clock is ours, not the library's.
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(token, &key.check, &validation).ok()?;
        let claims = read.claims;
        (now.timestamp() < claims.exp).then_some(SignedIn {
            account: claims.sub,
            session: claims.sid,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::config::Value;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const END: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;
    const WHO: SignedIn = SignedIn {
        account: Uuid::from_u128(7),
        session: Uuid::from_u128(8),
    };
    const ONE: &str = "one:0123456789abcdef0123456789abcdef";
    const TWO: &str = "two:fedcba9876543210fedcba9876543210";

    fn tokens(keys: &str) -> Arc<Keys> {
        let keys = <Option<TokenKeys>>::parse(keys).unwrap().unwrap();
        Tokens::new(Some(&keys)).of_settings.unwrap()
    }

    fn read(keys: &str, token: &str) -> Option<SignedIn> {
        tokens(keys).read(token.as_bytes(), NOW)
    }

    #[test]
    fn a_token_is_good_for_its_session_until_it_ends() {
        let (token, until) = tokens(ONE).issue(WHO, NOW, END).unwrap();
        assert_eq!(until, NOW + LIFE);
        assert_eq!(read(ONE, &token), Some(WHO));
        let late = tokens(ONE).read(token.as_bytes(), until);
        assert_eq!(late, None);
        assert_eq!(read(ONE, "no token"), None);
        let end = NOW + TimeDelta::seconds(7);
        assert_eq!(tokens(ONE).issue(WHO, NOW, end).unwrap().1, end);
    }

    #[test]
    fn keys_rotate_and_a_removed_one_is_good_no_longer() {
        let (old, _) = tokens(ONE).issue(WHO, NOW, END).unwrap();
        let both = format!("{TWO},{ONE}");
        assert_eq!(read(&both, &old), Some(WHO));
        let (new, _) = tokens(&both).issue(WHO, NOW, END).unwrap();
        let header = jsonwebtoken::decode_header(&new).unwrap();
        assert_eq!(header.kid.as_deref(), Some("two"));
        assert_eq!(read(TWO, &new), Some(WHO));
        assert_eq!(read(TWO, &old), None);
        // A name alone is no key.
        let (named, _) = tokens("one:another-secret-of-32-characters!")
            .issue(WHO, NOW, END)
            .unwrap();
        assert_eq!(read(ONE, &named), None);
    }

    #[test]
    fn neither_another_algorithm_nor_a_changed_claim_is_good() {
        let (token, _) = tokens(ONE).issue(WHO, NOW, END).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let with = |header: &str, claims: &str| {
            let header = URL_SAFE_NO_PAD.encode(header);
            let claims = match claims {
                "" => parts[1].to_owned(),
                claims => URL_SAFE_NO_PAD.encode(claims),
            };
            format!("{header}.{claims}.{}", parts[2])
        };
        let right = r#"{"typ":"JWT","alg":"HS256","kid":"one"}"#;
        assert_eq!(read(ONE, &with(right, "")), Some(WHO));
        for header in [
            r#"{"typ":"JWT","alg":"none","kid":"one"}"#,
            r#"{"typ":"JWT","alg":"HS512","kid":"one"}"#,
            r#"{"typ":"JWT","alg":"RS256","kid":"one"}"#,
            r#"{"typ":"JWT","alg":"HS256","kid":"two"}"#,
            r#"{"typ":"JWT","alg":"HS256"}"#,
        ] {
            assert_eq!(read(ONE, &with(header, "")), None, "{header}");
        }
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let claims = String::from_utf8(claims).unwrap().replace("600", "900");
        assert_eq!(read(ONE, &with(right, &claims)), None);
    }
}
