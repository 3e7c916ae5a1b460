//! The common shapes of a batch: one row for a key, or many.

use sea_orm::{
    EntityTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, QueryResult,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::error::Result;

/// The columns of `E`; those in `left_out`, which must be nullable, are read as NULL, so that
/// the database neither fetches nor sends them and a row is still a whole model.
pub fn columns<E: EntityTrait>(left_out: &[E::Column]) -> Vec<(Expr, &'static str)> {
    let table = E::default();
    E::Column::iter()
        .map(|column| {
            let name = column.as_str();
            let is_left_out = left_out.iter().any(|left| left.as_str() == name);
            let expr = match is_left_out {
                true => Expr::cust("NULL"),
                false => Expr::col((table.table_name().to_owned(), column)),
            };
            (expr, name)
        })
        .collect()
}

/// SELECT the columns of `E` FROM its table.
pub fn select<E: EntityTrait>(left_out: &[E::Column]) -> SelectStatement {
    let mut select = Query::select();
    for (expr, name) in columns::<E>(left_out) {
        select.expr_as(expr, name);
    }
    select.from(E::default().table_ref());
    select
}

/// Reads rows as models.
pub fn models<M: ModelTrait + FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<M>> {
    rows.iter()
        .map(|row| Ok(M::from_query_result(row, "")?))
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
