//! Operations as they are sent, and their answers.

use std::sync::Arc;

use async_graphql::{Pos, Response, ServerError, Variables, parser::types::OperationType};

use crate::{
    auth::{Address, CookieChange, Viewer},
    cache::Snapshot,
    db::Position,
};

/// One operation as a client sent it.
#[derive(Debug, Default)]
pub struct Operation {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: Variables,
    /// Whether only queries may run, as over GET.
    pub only_queries: bool,
    /// Whether the answer can set a cookie.
    pub takes_cookies: bool,
    pub trace: Trace,
    pub viewer: Viewer,
    pub address: Address,
    /// What the client wrote last: a query is not to be answered from before.
    pub needed: Position,
    /// Whether the answer may be kept for others, if it turns out to be the same for all.
    pub is_shareable: bool,
    /// How many operations share the request, and the cost that a request may have.
    pub batched: u64,
    pub request_id: Arc<str>,
}

/// How much an answer shows of what the loaders did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    #[default]
    Nothing,
    Batches,
    /// The batches with the text of their statements.
    Statements,
}

/// Why an operation did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The document or the variables are wrong.
    Invalid,
    /// A mutation came by a way that is for queries only.
    NotAQuery,
}

/// The answer to an operation. Without a refusal it ran, and `data` is there, if only as null.
#[derive(Debug)]
pub struct Answer {
    pub refusal: Option<Refusal>,
    /// What kind of operation ran; nothing when it was refused before that was known.
    pub kind: Option<OperationType>,
    /// What a client that wants to see what was written here has to need next.
    pub wrote: Option<Position>,
    /// What becomes of the sender's cookie.
    pub cookie: Option<CookieChange>,
    pub response: Response,
    /// Whether it is the same for everybody who sends the operation, and for how long.
    pub public: Option<Public>,
}

/// An answer that is the same for everybody.
#[derive(Clone, Debug)]
pub struct Public {
    /// Seconds for which a copy may be shown that is out of our reach.
    pub max_age: u32,
    /// It is true while these are the generations.
    pub generations: Snapshot,
}

impl Answer {
    /// The client is to send the document with its hash.
    pub fn persisted_query_not_found(request_id: &str) -> Self {
        let message = "PersistedQueryNotFound".to_owned();
        let mut answer = refused(Refusal::Invalid, "PERSISTED_QUERY_NOT_FOUND", message, None);
        for error in &mut answer.response.errors {
            error
                .extensions
                .get_or_insert_default()
                .set("requestId", request_id);
        }
        *answer
    }
}

/// The answer to an operation that does not run.
pub fn refused(
    refusal: Refusal,
    code: &'static str,
    message: String,
    pos: Option<Pos>,
) -> Box<Answer> {
    let mut error = ServerError::new(message, pos);
    error.extensions.get_or_insert_default().set("code", code);
    Box::new(Answer {
        refusal: Some(refusal),
        kind: None,
        wrote: None,
        cookie: None,
        response: Response::from_errors(vec![error]),
        public: None,
    })
}
