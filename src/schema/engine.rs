//! How an operation runs: parsed, measured, executed with loaders of its own, and answered.

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};

use super::{
    Answer, Operation, Public, Refusal, Schema, Trace, build, fragments, limits,
    operation::refused, parsed::ParsedDocuments, sdl, shape::Shape, types::Types, variables,
};
use crate::{
    app::App,
    auth::Jar,
    cache::{Layer, Touched},
    db::{Meter, Position},
    graph::{Reads, read::Now},
    load::{Loaders, drive},
};

/// How many faults of a document are told.
const MOST_ERRORS: usize = 20;

/// The schema with everything that it borrows.
#[derive(Clone)]
pub struct Engine {
    schema: Schema,
    types: Arc<Types>,
    documents: ParsedDocuments,
    app: App,
}

impl Engine {
    pub fn new(app: App) -> anyhow::Result<Self> {
        Ok(Self {
            schema: build(&app),
            types: Arc::new(Types::read(&sdl())?),
            documents: ParsedDocuments::new(),
            app,
        })
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    pub async fn execute(&self, operation: Operation) -> Answer {
        let request_id = operation.request_id.clone();
        let mut answer = match self.prepare(operation) {
            Ok(prepared) => self.run(prepared).await,
            Err(answer) => *answer,
        };
        for error in &mut answer.response.errors {
            let extensions = error.extensions.get_or_insert_default();
            if extensions.get("code").is_none() {
                // What has a code got it where it arose; the rest is async-graphql's: wrong
                // documents, or arguments that are not of their type.
                let is_request = answer.refusal.is_some();
                extensions.set(
                    "code",
                    if is_request {
                        "GRAPHQL_VALIDATION_FAILED"
                    } else {
                        "BAD_USER_INPUT"
                    },
                );
            }
            extensions.set("requestId", &*request_id);
        }
        answer
    }

    fn prepare(&self, mut operation: Operation) -> Result<Prepared, Box<Answer>> {
        let config = &self.app.config;
        let parsed = self.documents.parse(&operation.query, config);
        let mut document = parsed.map_err(|(message, at)| {
            refused(Refusal::Invalid, "GRAPHQL_PARSE_FAILED", message, at)
        })?;
        let invalid =
            |message: String| refused(Refusal::Invalid, "GRAPHQL_VALIDATION_FAILED", message, None);
        let name = operation.operation_name.as_deref();
        let mut definition = select(&document, name).map_err(invalid)?;
        if operation.only_queries && definition.ty != OperationType::Query {
            let message = "Only queries can be sent with GET; send this operation with POST.";
            return Err(refused(
                Refusal::NotAQuery,
                "BAD_USER_INPUT",
                message.into(),
                None,
            ));
        }
        fragments::check(&document).map_err(invalid)?;
        variables::fill(definition, &mut operation.variables);
        let unset = variables::unset(definition, &operation.variables).map_err(invalid)?;
        if !unset.is_empty() {
            variables::take_out(Arc::make_mut(&mut document), &unset);
            definition = select(&document, name).map_err(invalid)?;
        }
        let shape = Shape::of(&self.types, &document, definition, &operation.variables);
        limits::check_shape(&shape, config).map_err(invalid)?;
        let available = config.query_cost / operation.batched.max(1);
        if shape.cost > available {
            let message = format!(
                "The operation costs {}; at most {available} is allowed{}. Ask for smaller pages \
                 or fewer levels.",
                shape.cost,
                match operation.batched {
                    0 | 1 => String::new(),
                    many => format!(" in a batch of {many}"),
                }
            );
            return Err(refused(Refusal::Invalid, "COST_EXCEEDED", message, None));
        }
        Ok(Prepared {
            available,
            kind: definition.ty,
            operation,
            document,
            shape: Arc::new(shape),
        })
    }

    async fn run(&self, prepared: Prepared) -> Answer {
        let Prepared {
            operation,
            document,
            kind,
            shape,
            available,
        } = prepared;
        let meter = match operation.trace {
            Trace::Statements => Meter::keeping(operation.request_id.clone()),
            Trace::Nothing | Trace::Batches => Meter::new(operation.request_id.clone()),
        };
        // What a mutation shows is as new as what it decides on.
        let needed = match kind {
            OperationType::Mutation => Position::LATEST,
            _ => operation.needed,
        };
        let touched = Touched::default();
        let reads = Reads::new(
            &self.app,
            &meter,
            (operation.viewer, needed),
            shape.clone(),
            &touched,
        );
        let loaders = Loaders::new(reads);
        let mut request = Request::new(operation.query)
            .variables(operation.variables)
            .data(loaders.clone())
            .data(meter.clone())
            .data(operation.viewer)
            .data(operation.address)
            .data(Now::new(self.app.clock.now(), &touched));
        let jar = operation.takes_cookies.then(Jar::default);
        if let Some(jar) = &jar {
            request = request.data(jar.clone());
        }
        let may_share = operation.is_shareable && operation.trace == Trace::Nothing;
        request.operation_name = operation.operation_name;
        request.set_parsed_query(Arc::unwrap_or_clone(document));

        let mut response = drive(&loaders, self.schema.execute(request)).await;
        // An error of the request has no path: it arose before the first field.
        let is_refused = !response.errors.is_empty()
            && response.errors.iter().all(|error| error.path.is_empty());
        if is_refused {
            // async-graphql finds them in no order, and there can be one for every word.
            let place =
                |error: &ServerError| error.locations.first().map(|at| (at.line, at.column));
            response.errors.sort_by_key(place);
            response.errors.truncate(MOST_ERRORS);
            return Answer {
                refusal: Some(Refusal::Invalid),
                kind: Some(kind),
                wrote: None,
                cookie: None,
                response,
                public: None,
            };
        }
        order_root(&mut response, &shape);
        let public = match may_share && response.errors.is_empty() {
            true => self.public(&shape, &touched),
            false => None,
        };
        // What all share has cost nobody in particular.
        let actual = if public.is_some() { 0 } else { meter.rows() };
        response.extensions.insert(
            "cost".into(),
            async_graphql::value!({
                "requested": shape.cost,
                "actual": actual,
                "available": available,
            }),
        );
        if operation.trace != Trace::Nothing {
            response
                .extensions
                .insert("trace".into(), trace(&loaders, &meter));
        }
        Answer {
            refusal: None,
            kind: Some(kind),
            wrote: meter.wrote(),
            cookie: jar.and_then(|jar| jar.take()),
            response,
            public,
        }
    }

    /// What makes an answer public: every field of it, and everything that it was read from, as
    /// long as nothing of that has changed meanwhile.
    fn public(&self, shape: &Shape, touched: &Touched) -> Option<Public> {
        let public = Public {
            max_age: shape.max_age?,
            generations: touched.snapshot()?,
        };
        let generations = self.app.cache.generations();
        generations.are(&public.generations).then_some(public)
    }
}

/// An operation that may run.
struct Prepared {
    operation: Operation,
    document: Arc<ExecutableDocument>,
    kind: OperationType,
    shape: Arc<Shape>,
    /// The cost that it may have.
    available: u64,
}

/// The operation that is to run.
fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, String> {
    match (&document.operations, name.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(name)) => Err(format!(
            "The document has no operation \"{name}\"; its only one has no name."
        )),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            let operation = operations.get(name).map(|operation| &operation.node);
            operation.ok_or_else(|| format!("The document has no operation \"{name}\"."))
        }
        (DocumentOperations::Multiple(operations), None) => {
            match operations.values().next().filter(|_| operations.len() == 1) {
                Some(operation) => Ok(&operation.node),
                None => Err("The document has several operations; say which with \
                             `operationName`."
                    .to_owned()),
            }
        }
    }
}

/// async-graphql lists the fields of the root as they end and leaves out those that failed:
/// puts them into the order of the query, and null where null is allowed.
fn order_root(response: &mut Response, shape: &Shape) {
    // Null stands for no field that succeeded.
    let mut fields = match std::mem::take(&mut response.data) {
        Value::Object(fields) => fields,
        _ => IndexMap::new(),
    };
    let mut ordered = IndexMap::with_capacity(fields.len());
    for (key, is_nullable) in &shape.root {
        match fields.swap_remove(key) {
            Some(value) => ordered.insert(key.clone(), value),
            None if *is_nullable => ordered.insert(key.clone(), Value::Null),
            None => return,
        };
    }
    response.data = Value::Object(ordered);
}

fn trace(loaders: &Loaders<Reads>, meter: &Meter) -> Value {
    let batches = loaders.trace();
    let asked: u64 = batches.iter().map(|batch| batch.keys as u64).sum();
    let (memory, redis) = (meter.found_in(Layer::Memory), meter.found_in(Layer::Redis));
    let database = asked.saturating_sub(memory + redis);
    let batches = async_graphql::to_value(&batches).unwrap_or_default();
    async_graphql::value!({
        "sqlStatements": meter.statements(),
        "rowsRead": meter.rows(),
        "batches": batches,
        "cache": { "memory": memory, "redis": redis, "database": database },
    })
}
