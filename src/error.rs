//! What a caller is told when a request cannot be answered, and what only the log is told.

use std::sync::Arc;

use async_graphql::ErrorExtensions;
use sea_orm::DbErr;

/// An error of the whole request or of one field. Cheap to clone: a batch hands the same one
/// to every key that it failed.
///
/// It has no `Display`: async-graphql turns whatever has one into an error without a code, and
/// shows its text to the caller.
#[derive(Clone, Debug)]
pub enum Error {
    /// The caller can mend it; the message says how.
    BadUserInput(String),
    /// The database or another service does not answer now; the caller may try again.
    Unavailable(Arc<DbErr>),
    /// A fault of ours. The cause goes to the log and never to the caller.
    Internal(Arc<anyhow::Error>),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadUserInput(message.into())
    }

    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(cause.into()))
    }

    /// What the caller reads.
    pub fn message(&self) -> &str {
        match self {
            Self::BadUserInput(message) => message,
            Self::Unavailable(_) => "The service is busy. Try again in a moment.",
            Self::Internal(_) => {
                "Something went wrong on our side. Quote the request id when you report it."
            }
        }
    }

    /// The value of `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadUserInput(_) => "BAD_USER_INPUT",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(Arc::new(error)),
            error => Self::internal(error),
        }
    }
}

// The one place in which an error becomes a GraphQL error: message and code for the caller,
// the cause for the log.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        match &error {
            Error::BadUserInput(_) => {}
            Error::Unavailable(cause) => tracing::warn!(%cause, "unavailable"),
            Error::Internal(cause) => tracing::error!(cause = format!("{cause:#}"), "internal"),
        }
        let code = error.code();
        Self::new(error.message()).extend_with(|_, extensions| extensions.set("code", code))
    }
}
