//! What a caller is told when a request cannot be answered, and what only the log is told.

use async_graphql::ErrorExtensions;
use sea_orm::{DbErr, RuntimeErr};

/// An error of the whole request or of one field. Cheap to clone: a batch hands the same one
/// to every key that it failed.
///
/// It has no `Display`: async-graphql turns whatever has one into an error without a code, and
/// shows its text to the caller.
#[derive(Clone, Debug)]
pub enum Error {
    /// The caller can mend it; the message says how.
    BadUserInput(String),
    /// Only who is known may do it; the message says what to send.
    Unauthenticated(&'static str),
    /// Who is known may not do it; the message says who may.
    Forbidden(&'static str),
    /// It was tried too often; the caller may try again after so many seconds.
    RateLimited { seconds: u64 },
    /// The database or another service does not answer now; the caller may try again.
    Unavailable,
    /// A fault of ours. The cause goes to the log and never to the caller.
    Internal,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadUserInput(message.into())
    }

    /// Logs the cause, once for all who are told of the error.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let cause = cause.into();
        tracing::error!(cause = format!("{cause:#}"), "internal");
        Self::Internal
    }

    /// What the caller reads.
    pub fn message(&self) -> &str {
        match self {
            Self::BadUserInput(message) => message,
            Self::Unauthenticated(message) | Self::Forbidden(message) => message,
            Self::RateLimited { .. } => "Too many attempts. Try again after `retryAfterSeconds`.",
            Self::Unavailable => "The service is busy. Try again in a moment.",
            Self::Internal => {
                "Something went wrong on our side. Quote the request id when you report it."
            }
        }
    }

    /// The value of `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadUserInput(_) => "BAD_USER_INPUT",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if !is_passing(&error) {
            return Self::internal(error);
        }
        tracing::warn!(cause = %error, "unavailable");
        Self::Unavailable
    }
}

/// Whether the same statement may succeed in a moment: the connection was lost or not to be had,
/// the statement took too long, or another one held its lock.
fn is_passing(error: &DbErr) -> bool {
    use sea_orm::SqlxError;
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_));
    };
    match &**cause {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        // PostgreSQL: connection, deadlock, resources, operator intervention (57014 is the
        // time-out).
        // SQLite: busy, locked.
        SqlxError::Database(error) => error.code().is_some_and(|code| {
            ["08", "40", "53", "57"]
                .iter()
                .any(|class| code.len() == 5 && code.starts_with(class))
                || matches!(&*code, "5" | "6")
        }),
        _ => false,
    }
}

// The one place in which an error becomes a GraphQL error: its message, its code, and when to
// try again.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        Self::new(error.message()).extend_with(|_, extensions| {
            extensions.set("code", error.code());
            if let Error::RateLimited { seconds } = error {
                extensions.set("retryAfterSeconds", seconds);
            }
        })
    }
}
