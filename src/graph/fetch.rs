//! The common shapes of a batch: one row for a key, or many.

use entity::position::{ByPosition, Cells};
use sea_orm::{
    EntityTrait, IdenStatic, Iterable, QueryResult,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::error::Result;

/// The columns of a model that a statement reads.
#[derive(Clone, Debug)]
pub struct Columns {
    /// (expression, name)
    pub read: Vec<(Expr, &'static str)>,
    /// The bits of those that it leaves out.
    pub left_out: u64,
}

/// The columns of `E` without those in `left_out`, which must be nullable: they are None in a
/// model, which so stays whole.
pub fn columns<E: EntityTrait>(left_out: &[E::Column]) -> Columns {
    let table = E::default();
    let is_left_out = |column: &E::Column| {
        let mut names = left_out.iter().map(|left| left.as_str());
        names.any(|name| name == column.as_str())
    };
    let read = E::Column::iter().filter(|column| !is_left_out(column));
    Columns {
        read: read
            .map(|column| {
                (
                    Expr::col((table.table_name().to_owned(), column)),
                    column.as_str(),
                )
            })
            .collect(),
        left_out: E::Column::iter()
            .enumerate()
            .filter(|(_, column)| is_left_out(column))
            .fold(0, |bits, (index, _)| bits | 1 << index),
    }
}

/// SELECT the columns of `E` FROM its table.
pub fn select<E: EntityTrait>(left_out: &[E::Column]) -> SelectStatement {
    let mut select = Query::select();
    for (expr, name) in columns::<E>(left_out).read {
        select.expr_as(expr, name);
    }
    select.from(E::default().table_ref());
    select
}

/// Reads the rows of a `select` that left out nothing.
pub fn models<M: ByPosition>(rows: &[QueryResult]) -> Result<Vec<M>> {
    models_of(rows, 0)
}

/// Reads the rows of a `select` that left out these columns.
pub fn models_without<E: EntityTrait>(
    rows: &[QueryResult],
    left_out: &[E::Column],
) -> Result<Vec<E::Model>>
where
    E::Model: ByPosition,
{
    models_of(rows, columns::<E>(left_out).left_out)
}

fn models_of<M: ByPosition>(rows: &[QueryResult], left_out: u64) -> Result<Vec<M>> {
    rows.iter()
        .map(|row| Ok(M::read(&mut Cells::new(row, 0, left_out))?))
        .collect()
}

/// For each key, the value whose key it is.
pub fn one_each<K: Ord, V>(
    keys: &[K],
    values: impl IntoIterator<Item = V>,
    key_of: impl Fn(&V) -> K,
) -> Vec<Result<Option<V>>> {
    let mut answers: Vec<Result<Option<V>>> = keys.iter().map(|_| Ok(None)).collect();
    for value in values {
        if let Ok(index) = keys.binary_search(&key_of(&value)) {
            answers[index] = Ok(Some(value));
        }
    }
    answers
}

/// For each key, the values whose key it is, in the order in which they came.
pub fn many_each<K: Ord, V>(
    keys: &[K],
    values: impl IntoIterator<Item = V>,
    key_of: impl Fn(&V) -> K,
) -> Vec<Vec<V>> {
    let mut answers: Vec<Vec<V>> = keys.iter().map(|_| Vec::new()).collect();
    for value in values {
        if let Ok(index) = keys.binary_search(&key_of(&value)) {
            answers[index].push(value);
        }
    }
    answers
}
