//! Whether a document fits the schema, found out without running it.

use std::sync::Arc;

use async_graphql::{
    Request, Response, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::{parse_query, types::DocumentOperations},
};
use futures_util::FutureExt;

use super::{Mutation, Schema, builder};

/// A schema that validates documents and executes none.
pub struct Checker(Schema);

impl Default for Checker {
    fn default() -> Self {
        Self(
            builder(Mutation::default())
                .extension(NeverExecute)
                .finish(),
        )
    }
}

impl Checker {
    /// Says what is wrong with `document` first, and where.
    pub fn check(&self, document: &str) -> Result<(), String> {
        let parsed = parse_query(document).map_err(|error| told(error.into()))?;
        let mut request = Request::new(document);
        if let DocumentOperations::Multiple(operations) = &parsed.operations
            && let Some(name) = operations.keys().next()
        {
            request = request.operation_name(name.as_str());
        }
        // Nothing is awaited before an execution.
        let response = self.0.execute(request).now_or_never();
        match response.map(|response| response.errors.into_iter().next()) {
            Some(None) => Ok(()),
            Some(Some(error)) => Err(told(error)),
            None => Err("it could not be checked".to_owned()),
        }
    }
}

fn told(error: async_graphql::ServerError) -> String {
    match error.locations.first() {
        Some(at) => format!("line {}, column {}: {}", at.line, at.column, error.message),
        None => error.message,
    }
}

struct NeverExecute;

impl ExtensionFactory for NeverExecute {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for NeverExecute {
    async fn execute(
        &self,
        _: &ExtensionContext<'_>,
        _: Option<&str>,
        _: NextExecute<'_>,
    ) -> Response {
        Response::new(Value::Null)
    }
}
