//! Who asks, and what they are where.
//!
//! A request says who it is ([`Viewer`]); what that person may do is read from the database when
//! it matters ([`Scope`]), and then is a part of the queries that it bounds.

use std::net::IpAddr;

use uuid::Uuid;

mod cookie;
mod password;
mod scope;
pub mod secret;
mod throttle;
mod token;

use crate::{
    app::App,
    error::{Error, Result},
};
pub use cookie::{CookieChange, Cookies, Jar};
pub use password::Passwords;
pub use scope::{Place, Scope};
pub use throttle::{Bound, Throttle};
pub use token::{Keys, Tokens};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Sent nothing that says who.
    #[default]
    Anonymous,
    /// Sent something that is nobody's: may read like anyone, and is told when it matters.
    Unknown,
    /// Sent a cookie, and nobody can say now whose it is: the same, but it is told to try again.
    Unclear,
    /// Has the token of the settings.
    Administrator,
    /// Has what shows a session, which may be over by now.
    Account(SignedIn),
}

/// Who signed in, and by which session they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub account: Uuid,
    pub session: Uuid,
}

/// The address that a request came from, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl Address {
    /// What one subscriber has: an address, or of version 6 a network of 64 bits.
    pub fn network(self) -> String {
        let network = self.0.map(|address| match address.to_canonical() {
            IpAddr::V6(v6) => {
                let mut octets = v6.octets();
                octets[8..].fill(0);
                IpAddr::V6(octets.into())
            }
            v4 => v4,
        });
        network.map_or("nowhere".to_owned(), |network| network.to_string())
    }
}

impl Viewer {
    /// Who sends this `Authorization` header.
    pub async fn of(authorization: Option<&[u8]>, app: &App) -> Self {
        let Some(authorization) = authorization else {
            return Self::Anonymous;
        };
        let Some(sent) = bearer(authorization) else {
            return Self::Unknown;
        };
        let token = app.config.admin_token.as_ref();
        if token.is_some_and(|token| token.is(sent)) {
            return Self::Administrator;
        }
        // Boxed: who sends no token is not to carry the room for it around.
        let keys = Box::pin(app.tokens.keys(&app.db)).await.ok();
        let signed_in = keys.and_then(|keys| keys.read(sent, app.clock.now()));
        signed_in.map_or(Self::Unknown, Self::Account)
    }

    /// Who sends this cookie.
    pub async fn of_cookie(cookie: &str, app: &App) -> Self {
        let found = app.cookies.find(cookie, &app.db, app.clock.now()).await;
        match found {
            Ok(Some(signed_in)) => Self::Account(signed_in),
            Ok(None) => Self::Unknown,
            Err(_) => Self::Unclear,
        }
    }

    pub fn is_administrator(self) -> bool {
        self == Self::Administrator
    }

    /// The name under which the changes of a known viewer are kept; an error for everybody else.
    pub fn known(self) -> Result<String> {
        match self {
            Self::Administrator => Ok("administrator".to_owned()),
            Self::Account(signed_in) => Ok(signed_in.account.to_string()),
            Self::Anonymous => Err(Error::Unauthenticated(
                "Changes need to know who you are: send `Authorization: Bearer TOKEN`.",
            )),
            Self::Unclear => Err(Error::Unavailable),
            Self::Unknown => Err(Error::Unauthenticated(
                "Neither `Authorization` nor a cookie has what is good now: refresh the session, \
                 or sign in.",
            )),
        }
    }
}

/// The token of `Bearer TOKEN` (RFC 6750, 2.1).
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = authorization.split_at_checked(7)?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer ");
    is_bearer.then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_counts_as_one() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            let address = Address(Some(address.parse().unwrap()));
            assert_eq!(address.network(), network);
        }
        assert_eq!(Address(None).network(), "nowhere");
    }

    #[test]
    fn a_bearer_token_is_what_follows_the_scheme() {
        for (sent, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer ", Some("")),
            ("Bearer", None),
            ("Basic abc", None),
            ("", None),
        ] {
            assert_eq!(
                bearer(sent.as_bytes()),
                token.map(str::as_bytes),
                "{sent:?}"
            );
        }
    }
}
