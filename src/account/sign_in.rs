//! `signIn`: somebody proves who they are.

use async_graphql::{Context, InputObject, Object};

use super::{
    EmailAddress, Entrance,
    entered::{Entered, entered},
    entrance::Entering,
};
use crate::{
    error::Result,
    graph::{Plain, Problem},
};

/// Who wants in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The e-mail address of the account.
    email: EmailAddress,
    /// The password.
    password: String,
    /// Whether the session is kept in a cookie, for pages in a browser, and not shown by tokens.
    #[graphql(default = false)]
    cookie: bool,
    /// The `token` of the cart that they filled before: what is in it goes into the cart of the
    /// account, and it is gone.
    cart: Option<String>,
}

entered!(
    SignInPayload,
    "Why nobody is signed in. Empty where somebody is."
);

#[derive(Default)]
pub struct SignIn(Entrance);

impl SignIn {
    pub fn new(entrance: Entrance) -> Self {
        Self(entrance)
    }
}

#[Object]
impl SignIn {
    /// Signs in. Whether the address or the password is wrong is not told, and too many attempts
    /// are refused with `RATE_LIMITED`.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants in.")] input: SignInInput,
    ) -> Result<Option<Plain<SignInPayload>>> {
        let entering = self.0.enter(ctx)?;
        let entered = sign_in(&entering, input).await?;
        Ok(Some(Plain(SignInPayload(entered))))
    }
}

async fn sign_in(entering: &Entering<'_>, input: SignInInput) -> Result<Entered> {
    entering.check_cookie(input.cookie)?;
    let bounds = entering.attempt(&input.email).await?;
    let account = entering.find(&input.email).await?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.as_str());
    // Also where there is no account: how long it takes says nothing.
    let is_right = entering.app.passwords.is(input.password, hash).await?;
    let Some(account) = account.filter(|_| is_right) else {
        return Ok(Entered::refused(vec![Problem::wrong_credentials()]));
    };
    entering.forgive(&bounds).await;
    let conn = entering.begin().await?;
    let cart = input.cart.as_deref();
    entering.open(conn, account, input.cookie, cart).await
}
