//! Accounts: who can sign in, what shows that they did, and what they are where.
//!
//! A file for each change. What a viewer may do with all that is in `auth`.

use async_graphql::{ID, MergedObject, Object};
use entity::account;

mod edges;
mod email;
mod entered;
mod entrance;
mod grant_role;
mod lists;
mod membership;
mod place;
mod problem;
mod refresh_session;
mod revoke_role;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
mod viewer;

pub use edges::AccountById;
pub use email::EmailAddress;
pub use entrance::Entrance;
pub use grant_role::GrantRole;
pub use membership::{Membership, MembershipById};
pub use refresh_session::RefreshSession;
pub use revoke_role::RevokeRole;
pub use sign_in::SignIn;
pub use sign_out::SignOut;
pub use sign_up::SignUp;
pub use viewer::AccountQuery;

use crate::{
    app::App,
    graph::{Writes, id::Kind},
};

/// The changes of accounts, of sessions, and of what persons are.
#[derive(Default, MergedObject)]
pub struct AccountMutation(
    SignUp,
    SignIn,
    RefreshSession,
    SignOut,
    GrantRole,
    RevokeRole,
);

impl AccountMutation {
    pub fn new(app: &App) -> Self {
        Self(
            SignUp::new(Entrance::new(app)),
            SignIn::new(Entrance::new(app)),
            RefreshSession::new(Entrance::new(app)),
            SignOut::new(Entrance::new(app)),
            GrantRole::new(Writes::new(app)),
            RevokeRole::new(Writes::new(app)),
        )
    }
}

/// A person who can sign in.
pub struct Account(pub account::Model);

/// A person who can sign in. Shown to that person and to administrators.
#[Object]
impl Account {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Account.id(self.0.id)
    }

    /// The e-mail address with which they sign in.
    async fn email(&self) -> EmailAddress {
        EmailAddress(self.0.email.clone())
    }

    /// Their name, as they wrote it.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
