//! Who asks. Until there are accounts it is the administrator, who has the token of the settings,
//! or somebody who may read.

use crate::{
    config::Config,
    error::{Error, Result},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Sent nothing that says who.
    #[default]
    Anonymous,
    /// Sent something that is nobody's: may read like anyone, and is told when it matters.
    Unknown,
    Administrator,
}

impl Viewer {
    /// Who sends this `Authorization` header.
    pub fn of(authorization: Option<&[u8]>, config: &Config) -> Self {
        let Some(authorization) = authorization else {
            return Self::Anonymous;
        };
        let token = config.admin_token.as_ref().zip(bearer(authorization));
        match token.is_some_and(|(token, sent)| token.is(sent)) {
            true => Self::Administrator,
            false => Self::Unknown,
        }
    }

    pub fn is_administrator(self) -> bool {
        self == Self::Administrator
    }

    /// The name under which an administrator's changes are kept; an error for everybody else.
    pub fn administrator(self) -> Result<&'static str> {
        match self {
            Self::Administrator => Ok("administrator"),
            Self::Anonymous => Err(Error::Unauthenticated(
                "Changes need an administrator's token: send `Authorization: Bearer TOKEN`.",
            )),
            Self::Unknown => Err(Error::Unauthenticated(
                "What `Authorization` has is not the bearer token of an administrator.",
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
    use crate::config::AdminToken;

    #[test]
    fn only_the_token_makes_an_administrator() {
        let token = "0123456789abcdef";
        let config = Config {
            admin_token: AdminToken::new(token),
            ..Config::defaults()
        };
        let of = |sent: &str| Viewer::of(Some(sent.as_bytes()), &config);
        assert_eq!(of("Bearer 0123456789abcdef"), Viewer::Administrator);
        assert_eq!(of("bearer  0123456789abcdef "), Viewer::Administrator);
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Basic 0123456789abcdef",
            token,
            "Bearer 0",
        ] {
            assert_eq!(of(wrong), Viewer::Unknown, "{wrong}");
        }
        assert_eq!(Viewer::of(None, &config), Viewer::Anonymous);
    }

    #[test]
    fn without_a_token_in_the_settings_nobody_is_one() {
        let config = Config::defaults();
        for sent in ["Bearer ", "Bearer", "Bearer 0123456789abcdef"] {
            assert_eq!(Viewer::of(Some(sent.as_bytes()), &config), Viewer::Unknown);
        }
    }
}
