//! What PostgreSQL and SQLite say differently in a query. A list of keys is one parameter in
//! both, so that a statement has one text whatever the size of its batch.

use sea_orm::{
    DbBackend, Value,
    sea_query::{Alias, ArrayType, Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

/// `column` is one of `keys`.
pub fn is_any_of(column: Expr, keys: &[Uuid], backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => any(column, uuid_array(keys)),
        _ => column.in_subquery(json_keys(keys)),
    }
}

/// `column` is one of the texts `keys`.
pub fn is_any_text(column: Expr, keys: &[String], backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => {
            // PostgreSQL has no text with a NUL, so no row has it either.
            let values = keys
                .iter()
                .filter(|key| !key.contains('\0'))
                .map(|key| Value::from(key.as_str()))
                .collect();
            any(
                column,
                Value::Array(ArrayType::String, Some(Box::new(values))),
            )
        }
        _ => {
            let json = serde_json::Value::from(keys.to_vec()).to_string();
            let values = Query::select()
                .column("value")
                .from_function(Func::cust("json_each").arg(json), "j")
                .take();
            column.in_subquery(values)
        }
    }
}

/// Puts `keys` into the FROM of `select`, as the table `k` with the column `k`.
pub fn from_keys(select: &mut SelectStatement, keys: &[Uuid], backend: DbBackend) {
    match backend {
        DbBackend::Postgres => {
            select.from_function(Func::cust("unnest").arg(uuid_array(keys)), "k");
        }
        _ => {
            select.from_subquery(json_keys(keys), "k");
        }
    }
}

/// Pairs of numbers as the table `name` with the columns `low` and `high`.
pub fn ranges(pairs: &[(i64, i64)], backend: DbBackend) -> SelectStatement {
    match backend {
        DbBackend::Postgres => {
            let array = |values: Vec<i64>| {
                let values = values.into_iter().map(Value::from).collect();
                Value::Array(ArrayType::BigInt, Some(Box::new(values)))
            };
            let (low, high) = pairs.iter().copied().unzip();
            Query::select()
                .expr_as(Func::cust("unnest").arg(array(low)), "low")
                .expr_as(Func::cust("unnest").arg(array(high)), "high")
                .take()
        }
        _ => {
            let json = serde_json::json!(pairs).to_string();
            Query::select()
                .expr_as(Expr::cust("value ->> 0"), "low")
                .expr_as(Expr::cust("value ->> 1"), "high")
                .from_function(Func::cust("json_each").arg(json), "j")
                .take()
        }
    }
}

fn any(column: Expr, array: Value) -> Expr {
    column.eq(Func::cust("ANY").arg(array))
}

fn uuid_array(keys: &[Uuid]) -> Value {
    let values = keys.iter().map(|key| Value::from(*key)).collect();
    Value::Array(ArrayType::Uuid, Some(Box::new(values)))
}

// SQLite stores a UUID as its 16 bytes; JSON carries them as hexadecimal digits.
fn json_keys(keys: &[Uuid]) -> SelectStatement {
    let mut json = String::with_capacity(2 + keys.len() * 35);
    for key in keys {
        json.push_str(if json.is_empty() { "[\"" } else { ",\"" });
        json.push_str(key.simple().encode_lower(&mut Uuid::encode_buffer()));
        json.push('"');
    }
    json.push_str(if json.is_empty() { "[]" } else { "]" });
    Query::select()
        .expr_as(Func::cust("unhex").arg(Expr::col("value")), Alias::new("k"))
        .from_function(Func::cust("json_each").arg(json), "j")
        .take()
}
