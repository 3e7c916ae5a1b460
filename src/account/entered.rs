//! What a mutation answers that lets somebody in: who they are, and what shows it.

use entity::account;

use super::{Account, session::SessionTokens};
use crate::graph::{Problem, Row};

/// What became of somebody who wanted in.
#[derive(Default)]
pub struct Entered {
    pub account: Option<Row<Account>>,
    pub tokens: Option<SessionTokens>,
    pub problems: Vec<Problem>,
}

impl Entered {
    pub fn known(account: account::Model, tokens: Option<SessionTokens>) -> Self {
        Self {
            account: Some(Row::new(Account(account))),
            tokens,
            problems: Vec::new(),
        }
    }

    pub fn refused(problems: Vec<Problem>) -> Self {
        Self {
            problems,
            ..Self::default()
        }
    }
}

/// Declares the payload of a mutation that lets somebody in.
macro_rules! entered {
    ($name:ident, $about_problems:literal) => {
        /// Who is signed in, and what shows it.
        pub struct $name($crate::account::entered::Entered);

        /// Who is signed in, and what shows it.
        #[async_graphql::Object]
        impl $name {
            /// Who is signed in; null where there are problems. This answer shows it, the next
            /// request is known: ask it for the `viewer`.
            async fn account(&self) -> Option<&$crate::graph::Row<$crate::account::Account>> {
                self.0.account.as_ref()
            }

            /// What shows it from now on; null where a cookie does, or where there are problems.
            async fn tokens(
                &self,
            ) -> Option<$crate::graph::Plain<&$crate::account::session::SessionTokens>> {
                self.0.tokens.as_ref().map($crate::graph::Plain)
            }

            #[doc = $about_problems]
            async fn problems(&self) -> &[$crate::graph::Problem] {
                &self.0.problems
            }
        }
    };
}

pub(super) use entered;
