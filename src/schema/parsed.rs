//! ParsedDocuments that were parsed before. Clients send the same few texts all day: a known one is
//! neither counted nor parsed again.

use std::sync::Arc;

use async_graphql::{
    Pos,
    parser::{parse_query, types::ExecutableDocument},
};
use moka::sync::Cache;

use super::limits;
use crate::config::Config;

/// Bytes of text that are kept. What they are parsed into takes about thirty times the room.
const MOST_KEPT: u64 = 512 * 1024;

#[derive(Clone)]
pub struct ParsedDocuments {
    kept: Cache<Arc<str>, Arc<ExecutableDocument>>,
}

/// Why a text is not a document, and where.
pub type NoDocument = (String, Option<Pos>);

impl ParsedDocuments {
    pub fn new() -> Self {
        let kept = Cache::builder()
            .weigher(|text: &Arc<str>, _| text.len().try_into().unwrap_or(u32::MAX))
            .max_capacity(MOST_KEPT)
            .build();
        Self { kept }
    }

    pub fn parse(
        &self,
        text: &str,
        config: &Config,
    ) -> Result<Arc<ExecutableDocument>, NoDocument> {
        if let Some(document) = self.kept.get(text) {
            return Ok(document);
        }
        limits::check_tokens(text, config).map_err(|message| (message, None))?;
        let document = parse_query(text)
            .map_err(|error| (error.to_string(), error.positions().next()))?
            .into();
        self.kept.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(
        documents: &ParsedDocuments,
        text: &str,
    ) -> Result<Arc<ExecutableDocument>, NoDocument> {
        documents.parse(text, &Config::defaults())
    }

    #[test]
    fn a_known_document_is_not_parsed_again() {
        let documents = ParsedDocuments::new();
        let first = parse(&documents, "{ serverTime }").unwrap();
        let second = parse(&documents, "{ serverTime }").unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn what_is_wrong_is_not_kept() {
        let documents = ParsedDocuments::new();
        for _ in 0..2 {
            let (message, at) = parse(&documents, "{ serverTime").unwrap_err();
            assert!(message.contains("expected"), "{message}");
            assert!(at.is_some());
        }
        documents.kept.run_pending_tasks();
        assert_eq!(documents.kept.entry_count(), 0);
    }

    #[test]
    fn the_room_is_bounded() {
        let documents = ParsedDocuments::new();
        let padding = " ".repeat(MOST_KEPT as usize / 10);
        for number in 0..40 {
            parse(&documents, &format!("{{ a{number}: serverTime }}{padding}")).unwrap();
        }
        documents.kept.run_pending_tasks();
        assert!(documents.kept.weighted_size() <= MOST_KEPT);
    }
}
