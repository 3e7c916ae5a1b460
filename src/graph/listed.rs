//! How a list is resolved: every item begins at once, and what is ready needs no future of its
//! own.
//!
//! async-graphql's own list makes a future for each item and, above 30, a task; and it gives an
//! error of a field below the path of the item.

use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    ops::Deref,
    pin::Pin,
    task::Poll,
};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

use super::row::poll_all;

/// A list of the graph: a `Vec`, a slice, or a shared slice.
pub struct Listed<L>(pub L);

impl<L, T> OutputType for Listed<L>
where
    L: Deref<Target = [T]> + Send + Sync,
    T: OutputType,
{
    fn type_name() -> Cow<'static, str> {
        format!("[{}]", T::qualified_type_name()).into()
    }

    fn qualified_type_name() -> String {
        format!("[{}]!", T::qualified_type_name())
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let resolve = |index: usize, item| async move {
            let ctx = ctx.with_index(index);
            let resolved = T::resolve(item, &ctx, field).await;
            // What failed below knows its own path.
            resolved.map_err(|error| match error.path.is_empty() {
                true => ctx.set_error_path(error),
                false => error,
            })
        };
        let mut values = Vec::with_capacity(self.0.len());
        let mut waiting = Vec::new();
        poll_fn(|task| {
            // An item that is ready leaves its place in memory to the next.
            let mut free = None;
            for (index, item) in self.0.iter().enumerate().skip(values.len()) {
                let mut future = put(free.take(), resolve(index, item));
                values.push(match future.as_mut().poll(task) {
                    Poll::Ready(value) => {
                        free = Some(future);
                        value?
                    }
                    Poll::Pending => {
                        waiting.push((index, future));
                        Value::Null
                    }
                });
            }
            Poll::Ready(ServerResult::Ok(()))
        })
        .await?;
        if !waiting.is_empty() {
            poll_fn(|task| poll_all(&mut waiting, task, |index, value| values[index] = value))
                .await?;
        }
        Ok(Value::List(values))
    }
}

fn put<F: Future>(free: Option<Pin<Box<F>>>, future: F) -> Pin<Box<F>> {
    match free {
        Some(mut place) => {
            place.set(future);
            place
        }
        None => Box::pin(future),
    }
}
