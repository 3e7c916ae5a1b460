//! Who asks, and what they are where.
//!
//! A request says who it is ([`Viewer`]); what that person may do is read from the database when
//! it matters ([`Scope`]), and then is a part of the queries that it bounds.

use uuid::Uuid;

mod scope;
mod token;

use crate::{
    app::App,
    error::{Error, Result},
};
pub use scope::{Place, Scope};
pub use token::Tokens;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Sent nothing that says who.
    #[default]
    Anonymous,
    /// Sent something that is nobody's: may read like anyone, and is told when it matters.
    Unknown,
    /// Has the token of the settings.
    Administrator,
    /// Is signed in.
    Account(Uuid),
}

impl Viewer {
    /// Who sends this `Authorization` header.
    pub fn of(authorization: Option<&[u8]>, app: &App) -> Self {
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
        let account = app.tokens.read(sent, app.clock.now());
        account.map_or(Self::Unknown, Self::Account)
    }

    pub fn is_administrator(self) -> bool {
        self == Self::Administrator
    }

    /// The name under which the changes of a known viewer are kept; an error for everybody else.
    pub fn known(self) -> Result<String> {
        match self {
            Self::Administrator => Ok("administrator".to_owned()),
            Self::Account(account) => Ok(account.to_string()),
            Self::Anonymous => Err(Error::Unauthenticated(
                "Changes need to know who you are: send `Authorization: Bearer TOKEN`.",
            )),
            Self::Unknown => Err(Error::Unauthenticated(
                "What `Authorization` has is no bearer token that is good now.",
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
