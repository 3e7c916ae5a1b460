//! Problems of accounts. None of them says a password.

use crate::graph::{
    Problem,
    problem::{EmailTaken, InvalidValue, NotFound, ProblemCode, WrongCredentials, path},
};

impl Problem {
    pub fn wrong_credentials() -> Self {
        Self::WrongCredentials(WrongCredentials {
            code: ProblemCode::WrongCredentials,
            message: "There is no account with this e-mail address and this password.".to_owned(),
            path: path(&["password"]),
        })
    }

    pub fn email_taken() -> Self {
        Self::EmailTaken(EmailTaken {
            code: ProblemCode::EmailTaken,
            message: "`email` has an account already, with another password: sign in.".to_owned(),
            path: path(&["email"]),
        })
    }

    pub fn password_unfit(allowed: &str) -> Self {
        Self::InvalidValue(InvalidValue {
            code: ProblemCode::InvalidValue,
            message: format!("`password` must be {allowed}."),
            path: path(&["password"]),
            value: "***".to_owned(),
            allowed: allowed.to_owned(),
        })
    }

    pub fn no_account(email: &str) -> Self {
        Self::NotFound(NotFound {
            code: ProblemCode::NotFound,
            message: format!("`email` is \"{email}\"; nobody has signed up with it."),
            path: path(&["email"]),
        })
    }

    pub fn no_such_role(email: &str) -> Self {
        Self::NotFound(NotFound {
            code: ProblemCode::NotFound,
            message: format!("`role` is not one that \"{email}\" has there."),
            path: path(&["role"]),
        })
    }
}
