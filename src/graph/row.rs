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
    ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerResult, Value,
    indexmap::{IndexMap, map::Entry},
    parser::types::{Field, Selection},
    registry::Registry,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

impl<T: Serialize> Serialize for Row<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
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

/// An object of the graph that belongs to one place: small, and made as it is shown. Without it
/// async-graphql answers null for an object of which every field is skipped.
pub struct Plain<T>(pub T);

impl<T: ObjectType> OutputType for Plain<T> {
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
        resolve(ctx, &self.0).await
    }
}

type Edge<'a> = Pin<Box<dyn Future<Output = ServerResult<Value>> + Send + 'a>>;

/// The fields of one object while it is resolved.
struct Fields<'a> {
    object: IndexMap<Name, Value>,
    edges: Vec<Edge<'a>>,
    /// For each edge, in the order of the query.
    answers: Vec<Answer>,
}

struct Answer {
    /// The index of the field.
    place: usize,
    /// Whether the field was selected before.
    is_more: bool,
    value: Value,
}

async fn resolve<T: ObjectType>(ctx: &ContextSelectionSet<'_>, object: &T) -> ServerResult<Value> {
    let mut fields = Fields {
        object: IndexMap::with_capacity(ctx.item.node.items.len()),
        edges: Vec::new(),
        answers: Vec::new(),
    };
    fields.collect(ctx, object)?;
    let Fields {
        mut object,
        edges,
        mut answers,
    } = fields;
    if !edges.is_empty() {
        let mut edges: Vec<_> = edges.into_iter().enumerate().collect();
        poll_fn(|task| {
            poll_all(&mut edges, task, |index, value| {
                answers[index].value = value
            })
        })
        .await?;
    }
    for answer in answers {
        let place = &mut object[answer.place];
        match answer.is_more {
            true => unite(place, answer.value),
            false => *place = answer.value,
        }
    }
    Ok(Value::Object(object))
}

/// Polls all that waits: a batch wakes all of its loads at once, so there is nothing to gain
/// from knowing which.
pub(super) fn poll_all<F>(
    waiting: &mut Vec<(usize, Pin<Box<F>>)>,
    task: &mut Task<'_>,
    mut answer: impl FnMut(usize, Value),
) -> Poll<ServerResult<()>>
where
    F: Future<Output = ServerResult<Value>> + ?Sized,
{
    let mut failed = None;
    waiting.retain_mut(|(index, future)| match future.as_mut().poll(task) {
        Poll::Pending => true,
        Poll::Ready(Ok(value)) => {
            answer(*index, value);
            false
        }
        Poll::Ready(Err(error)) => {
            failed.get_or_insert(error);
            false
        }
    });
    match failed {
        Some(error) => Poll::Ready(Err(error)),
        None if waiting.is_empty() => Poll::Ready(Ok(())),
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
        let name = &field.node.response_key().node;
        let is_leaf = field.node.selection_set.node.items.is_empty();
        let (place, is_more) = match self.object.entry(name.clone()) {
            // A leaf that is selected twice; validation saw that both are the same.
            Entry::Occupied(_) if is_leaf => return Ok(()),
            Entry::Occupied(known) => (known.index(), true),
            Entry::Vacant(new) if field.node.name.node == "__typename" => {
                new.insert(Value::String(T::type_name().into_owned()));
                return Ok(());
            }
            Entry::Vacant(new) => {
                // A leaf of an object is mostly plain: a value at once.
                if is_leaf {
                    let ctx_field = ctx.with_field(field);
                    let plain = pin!(object.resolve_field(&ctx_field));
                    if let Poll::Ready(result) = plain.poll(&mut Task::from_waker(Waker::noop())) {
                        new.insert(or_null::<T>(ctx, field, result)?);
                        return Ok(());
                    }
                }
                let place = new.index();
                new.insert(Value::Null);
                (place, false)
            }
        };
        let ctx = ctx.clone();
        self.edges.push(Box::pin(async move {
            let result = object.resolve_field(&ctx.with_field(field)).await;
            or_null::<T>(&ctx, field, result)
        }));
        self.answers.push(Answer {
            place,
            is_more,
            value: Value::Null,
        });
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

/// What a field found. An error of a field that may be null is reported and nulls the field; any
/// other goes up.
fn or_null<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    result: ServerResult<Option<Value>>,
) -> ServerResult<Value> {
    let ty = || ctx.schema_env.registry.types.get(&*T::type_name());
    let meta = || ty()?.field_by_name(&field.node.name.node);
    match result {
        // An item that cannot be null, and is, is an object of which every field is skipped: of an
        // interface async-graphql answers null then.
        Ok(Some(Value::List(mut items))) if items.contains(&Value::Null) => {
            if meta().is_some_and(|meta| meta.ty.contains("!]")) {
                let null = items.iter_mut().filter(|item| **item == Value::Null);
                null.for_each(|item| *item = Value::Object(IndexMap::new()));
            }
            Ok(Value::List(items))
        }
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(error) if meta().is_some_and(|meta| !meta.ty.ends_with('!')) => {
            ctx.add_error(error);
            Ok(Value::Null)
        }
        Err(error) => Err(error),
    }
}

/// Makes one value of what two selections of the same field found; null if either failed.
fn unite(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                match known.entry(name) {
                    Entry::Occupied(mut known) => unite(known.get_mut(), value),
                    Entry::Vacant(new) => {
                        new.insert(value);
                    }
                }
            }
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
