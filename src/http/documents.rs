//! Where the document of an operation comes from: the request itself, the list of persisted
//! operations, or the automatic persisted queries.

use super::{
    answer::Problem,
    operations::Operations,
    persisted::{Hash, PersistedQueries, hash_of},
};
use crate::app::App;
use axum::http::StatusCode;

pub struct Documents {
    listed: Operations,
    automatic: PersistedQueries,
    /// Whether only what is listed may run.
    only_listed: bool,
}

/// A document that may run.
pub struct Document {
    pub text: String,
    /// The hash under which it is to be kept once it proved valid.
    pub new: Option<Hash>,
}

impl Documents {
    pub fn new(app: &App) -> anyhow::Result<Self> {
        Ok(Self {
            listed: Operations::load(&app.config)?,
            automatic: PersistedQueries::new(app),
            only_listed: app.config.operations_only,
        })
    }

    /// The document that a request sends or names; nothing when it names one that is not known.
    pub async fn find(
        &self,
        query: Option<String>,
        id: Option<String>,
        hash: Option<Hash>,
    ) -> Result<Option<Document>, Problem> {
        let known = match (query, id, hash) {
            (Some(text), _, hash) => return self.sent(text, hash).map(Some),
            (None, Some(id), _) => self.listed.find(&id),
            (None, None, Some(hash)) => match self.listed.find_hash(&hash) {
                None if !self.only_listed => self.automatic.find(&hash).await,
                listed => listed,
            },
            (None, None, None) => return Err(Problem::bad_request("`query` is missing.")),
        };
        Ok(known.map(|text| Document {
            text: text.to_string(),
            new: None,
        }))
    }

    fn sent(&self, text: String, hash: Option<Hash>) -> Result<Document, Problem> {
        if hash.is_some_and(|hash| hash_of(&text) != hash) {
            let message = "`sha256Hash` is not the hash of `query`.";
            return Err(Problem::bad_request(message));
        }
        if !self.only_listed {
            return Ok(Document { text, new: hash });
        }
        if self.listed.find_hash(&hash_of(&text)).is_none() {
            let message = "Only listed operations may run here; this document is none of them.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
        }
        Ok(Document { text, new: None })
    }

    /// Keeps a document that proved valid.
    pub async fn keep(&self, hash: Hash, document: &str) {
        self.automatic.keep(hash, document).await;
    }
}
