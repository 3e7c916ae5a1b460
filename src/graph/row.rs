//! How an object is resolved: plain fields at once, edges together.
//!
//! async-graphql's own container boxes a future for every field, lists fields in the order in
//! which they end, and leaves out a field that failed even where the schema says it cannot be
//! null. Here a plain field is a value at once; only edges wait, all of them at the same time;
//! fields keep the order of the query; and an error nulls the nearest field that may be null.

use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    ops::Deref,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context as Task, Poll, Waker},
};

use async_graphql::{
    ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerError, ServerResult,
    Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection},
    registry::Registry,
};

/// An object of the graph, shared by all places of a request that show it.
pub struct Row<T>(Arc<T>);

impl<T> Row<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Row<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ObjectType> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve(ctx, &*self.0).await
    }
}

type Edge<'a> = Pin<Box<dyn Future<Output = ServerResult<Value>> + Send + 'a>>;

/// The fields of one object while it is resolved.
struct Fields<'a> {
    names: Vec<Name>,
    values: Vec<Value>,
    /// (index of the field, its edge)
    edges: Vec<(usize, Edge<'a>)>,
}

async fn resolve<T: ObjectType>(ctx: &ContextSelectionSet<'_>, object: &T) -> ServerResult<Value> {
    let capacity = ctx.item.node.items.len();
    let mut fields = Fields {
        names: Vec::with_capacity(capacity),
        values: Vec::with_capacity(capacity),
        edges: Vec::new(),
    };
    fields.collect(ctx, object)?;
    if !fields.edges.is_empty() {
        let Fields { values, edges, .. } = &mut fields;
        poll_fn(|task| poll_edges(edges, values, task)).await?;
    }
    let mut object = IndexMap::with_capacity(fields.names.len());
    for (name, value) in fields.names.into_iter().zip(fields.values) {
        merge(&mut object, name, value);
    }
    Ok(Value::Object(object))
}

/// Polls every edge that waits: a batch wakes all of its loads at once, so there is nothing to
/// gain from knowing which.
fn poll_edges(
    edges: &mut Vec<(usize, Edge<'_>)>,
    values: &mut [Value],
    task: &mut Task<'_>,
) -> Poll<ServerResult<()>> {
    let mut failed = None;
    edges.retain_mut(|(index, edge)| match edge.as_mut().poll(task) {
        Poll::Pending => true,
        Poll::Ready(Ok(value)) => {
            values[*index] = value;
            false
        }
        Poll::Ready(Err(error)) => {
            failed.get_or_insert(error);
            false
        }
    });
    match failed {
        Some(error) => Poll::Ready(Err(error)),
        None if edges.is_empty() => Poll::Ready(Ok(())),
        None => Poll::Pending,
    }
}

impl<'a> Fields<'a> {
    fn collect<T: ObjectType>(
        &mut self,
        ctx: &ContextSelectionSet<'a>,
        object: &'a T,
    ) -> ServerResult<()> {
        for selection in &ctx.item.node.items {
            match &selection.node {
                Selection::Field(field) => self.field(ctx, object, field)?,
                Selection::FragmentSpread(spread) => {
                    // Validation has refused documents with unknown fragments.
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = ctx.query_env.fragments.get(name) else {
                        continue;
                    };
                    if applies::<T>(ctx, fragment.node.type_condition.node.on.node.as_str()) {
                        let selection = &fragment.node.selection_set;
                        self.collect(&ctx.with_selection_set(selection), object)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| applies::<T>(ctx, on.node.on.node.as_str())) {
                        let selection = &fragment.node.selection_set;
                        self.collect(&ctx.with_selection_set(selection), object)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field<T: ObjectType>(
        &mut self,
        ctx: &ContextSelectionSet<'a>,
        object: &'a T,
        field: &'a Positioned<Field>,
    ) -> ServerResult<()> {
        self.names.push(field.node.response_key().node.clone());
        if field.node.name.node == "__typename" {
            self.values.push(Value::String(T::type_name().into_owned()));
            return Ok(());
        }
        // A field without a selection is a leaf, and a leaf of an object is plain.
        if field.node.selection_set.node.items.is_empty() {
            let ctx_field = ctx.with_field(field);
            let plain = pin!(object.resolve_field(&ctx_field));
            if let Poll::Ready(result) = plain.poll(&mut Task::from_waker(Waker::noop())) {
                self.values.push(or_null::<T>(ctx, field, result)?);
                return Ok(());
            }
        }
        let ctx = ctx.clone();
        let edge: Edge<'a> = Box::pin(async move {
            let result = object.resolve_field(&ctx.with_field(field)).await;
            or_null::<T>(&ctx, field, result)
        });
        self.edges.push((self.values.len(), edge));
        self.values.push(Value::Null);
        Ok(())
    }
}

/// Whether a fragment on `condition` applies to objects of `T`.
fn applies<T: ObjectType>(ctx: &ContextSelectionSet<'_>, condition: &str) -> bool {
    let name = T::type_name();
    name == condition
        || ctx
            .schema_env
            .registry
            .implements
            .get(&*name)
            .is_some_and(|interfaces| interfaces.contains(condition))
}

/// An error of a field that may be null is reported and nulls the field; any other goes up.
fn or_null<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    result: ServerResult<Option<Value>>,
) -> ServerResult<Value> {
    let error: ServerError = match result {
        Ok(value) => return Ok(value.unwrap_or_default()),
        Err(error) => error,
    };
    let types = &ctx.schema_env.registry.types;
    let meta = types
        .get(&*T::type_name())
        .and_then(|ty| ty.field_by_name(&field.node.name.node));
    if meta.is_some_and(|meta| !meta.ty.ends_with('!')) {
        ctx.add_error(error);
        return Ok(Value::Null);
    }
    Err(error)
}

/// Puts a field into its object; a field that was selected twice becomes one.
fn merge(object: &mut IndexMap<Name, Value>, name: Name, value: Value) {
    match object.get_mut(&name) {
        None => {
            object.insert(name, value);
        }
        Some(known) => unite(known, value),
    }
}

/// Makes one value of what two selections of the same field found; null if either failed.
fn unite(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            more.into_iter()
                .for_each(|(name, value)| merge(known, name, value));
        }
        (Value::List(known), Value::List(more)) => {
            known
                .iter_mut()
                .zip(more)
                .for_each(|(known, more)| unite(known, more));
        }
        (known, Value::Null) => *known = Value::Null,
        _ => {}
    }
}
