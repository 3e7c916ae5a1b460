//! `signUp`: somebody makes an account, and is signed in.
//!
//! No address is verified here, so who asks has to be told that no account was made, and thereby
//! that there is one. What can be avoided is: it takes one hash in each case, attempts are
//! counted as those to sign in are, and with the right password it is a sign-in, so that it can
//! be sent again when no answer came.

use async_graphql::{Context, InputObject, Object};
use entity::account;
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};
use uuid::Uuid;

use super::{
    EmailAddress, Entrance,
    entered::{Entered, entered},
    entrance::Entering,
};
use crate::{
    error::{Error, Result},
    graph::{Plain, Problem},
    text::tidy,
};

/// Who wants an account.
#[derive(InputObject)]
pub struct SignUpInput {
    /// The e-mail address with which they will sign in.
    email: EmailAddress,
    /// Their name, 1 to 200 characters.
    name: String,
    /// The password: 10 to 1,000 characters, whichever.
    password: String,
    /// Whether the session is kept in a cookie, for pages in a browser, and not shown by tokens.
    #[graphql(default = false)]
    cookie: bool,
    /// The `token` of the cart that they filled before: what is in it goes into the cart of the
    /// account, and it is gone.
    cart: Option<String>,
}

entered!(
    SignUpPayload,
    "Why there is no account: all that is to be mended. Empty where there is."
);

#[derive(Default)]
pub struct SignUp(Entrance);

impl SignUp {
    pub fn new(entrance: Entrance) -> Self {
        Self(entrance)
    }
}

#[Object]
impl SignUp {
    /// Makes an account and signs in. With the address and the password of an account that is
    /// there it signs in to that one: it can be sent again when no answer came.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants an account.")] input: SignUpInput,
    ) -> Result<Option<Plain<SignUpPayload>>> {
        let entering = self.0.enter(ctx)?;
        let entered = sign_up(&entering, input).await?;
        Ok(Some(Plain(SignUpPayload(entered))))
    }
}

async fn sign_up(entering: &Entering<'_>, input: SignUpInput) -> Result<Entered> {
    entering.check_cookie(input.cookie)?;
    let name = tidy(&input.name);
    let problems = check(&name, &input.password);
    if !problems.is_empty() {
        return Ok(Entered::refused(problems));
    }
    let cart = input.cart.as_deref();
    let bounds = entering.attempt(&input.email).await?;
    let passwords = &entering.app.passwords;
    let account = match entering.find(&input.email).await? {
        Some(known) => {
            let hash = Some(known.password_hash.as_str());
            if !passwords.is(input.password, hash).await? {
                return Ok(Entered::refused(vec![Problem::email_taken()]));
            }
            entering.forgive(&bounds).await;
            let conn = entering.begin().await?;
            return entering.open(conn, known, input.cookie, cart).await;
        }
        None => {
            entering.attempt_new().await?;
            account::Model {
                id: Uuid::now_v7(),
                email_key: input.email.key(),
                email: input.email.0,
                name,
                password_hash: passwords.hash(input.password).await?,
                created_at: entering.now,
                updated_at: entering.now,
            }
        }
    };
    entering.forgive(&bounds).await;
    let conn = entering.begin().await?;
    let made = account::Entity::insert(account.clone().into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&conn)
        .await?;
    if made == 0 {
        // Somebody made it meanwhile, most likely by sending this twice: sent again, it is seen.
        conn.rollback().await?;
        return Err(Error::Unavailable);
    }
    entering.open(conn, account, input.cookie, cart).await
}

/// NIST SP 800-63B, 3.1.1.2: length counts, and no rules of composition.
fn check(name: &str, password: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let is_shown = !name.contains(char::is_control);
    if !is_shown || !(1..=200).contains(&name.chars().count()) {
        problems.push(Problem::invalid(&["name"], name, "1 to 200 characters"));
    }
    if !(10..=1000).contains(&password.chars().count()) {
        problems.push(Problem::password_unfit("10 to 1000 characters"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_may_be_anything() {
        let wrong = |name: &str, password: &str| check(name, password).len();
        for right in ["1234567890", "a b c d e f", "päßwörter!", &"x".repeat(1000)] {
            assert_eq!(wrong("Somebody", right), 0, "{right}");
        }
        for short in ["", "123456789", "päßwörter", &"x".repeat(1001)] {
            assert_eq!(wrong("Somebody", short), 1, "{short}");
        }
        assert_eq!(wrong("", ""), 2);
        assert_eq!(wrong("Some\0body", "1234567890"), 1);
    }
}
