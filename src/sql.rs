//! What PostgreSQL and SQLite say differently in a query. A list of keys is one parameter in
//! both, so that a statement has one text whatever the size of its batch.

use chrono::NaiveDate;
use sea_orm::{
    DbBackend, Value,
    sea_query::{Alias, ArrayType, Expr, ExprTrait, Func, InsertStatement, Query, SelectStatement},
};
use uuid::Uuid;

use crate::error::{Error, Result};

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
            // No text in PostgreSQL has a NUL, and none may be sent.
            let keys = keys.iter().filter(|key| !key.contains('\0'));
            let values = keys.map(|key| Value::from(key.as_str())).collect();
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

/// `keys` with a day each, as a table with the columns `k` and `since`.
pub fn keys_since(keys: &[Uuid], since: &[NaiveDate], backend: DbBackend) -> SelectStatement {
    match backend {
        DbBackend::Postgres => {
            let since = since.iter().map(|day| Value::from(*day)).collect();
            let since = Value::Array(ArrayType::ChronoDate, Some(Box::new(since)));
            Query::select()
                .expr_as(Func::cust("unnest").arg(uuid_array(keys)), "k")
                .expr_as(Func::cust("unnest").arg(since), "since")
                .take()
        }
        _ => {
            let keys = keys.iter().map(|key| key.simple().to_string());
            let pairs: Vec<_> = keys.zip(since).collect();
            let json = serde_json::json!(pairs).to_string();
            Query::select()
                .expr_as(Expr::cust("unhex(value ->> 0)"), "k")
                .expr_as(Expr::cust("value ->> 1"), "since")
                .from_function(Func::cust("json_each").arg(json), "j")
                .take()
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

/// What a column of [`sent`] holds.
#[derive(Clone, Copy, Debug)]
pub enum Sent {
    Id,
    Number,
    Date,
    Text,
}

/// Rows that are sent, each a JSON array, as a table with these columns: one parameter, whatever
/// their number. Ids are as [`sent_id`] writes them; null is NULL.
pub fn sent(
    rows: &serde_json::Value,
    columns: &[(&'static str, Sent)],
    backend: DbBackend,
) -> SelectStatement {
    let mut select = Query::select();
    for (place, (name, holds)) in columns.iter().enumerate() {
        let cell = match (backend, holds) {
            (DbBackend::Postgres, Sent::Id) => format!("(value ->> {place})::uuid"),
            (DbBackend::Postgres, Sent::Number) => format!("(value ->> {place})::bigint"),
            (DbBackend::Postgres, Sent::Date) => format!("(value ->> {place})::date"),
            (_, Sent::Id) => format!("unhex(value ->> {place})"),
            (_, Sent::Number | Sent::Date | Sent::Text) => format!("value ->> {place}"),
        };
        select.expr_as(Expr::cust(cell), *name);
    }
    let json = Expr::val(rows.to_string());
    match backend {
        DbBackend::Postgres => {
            let rows = Func::cust("jsonb_array_elements").arg(json.cast_as("jsonb"));
            select.from_function(rows, "j");
        }
        _ => {
            select.from_function(Func::cust("json_each").arg(json), "j");
        }
    }
    select
}

/// INSERT the rows of `select`, whose columns are named so, into `table`.
pub fn insert_from(
    table: &'static str,
    columns: &[&'static str],
    mut select: SelectStatement,
) -> Result<InsertStatement> {
    // Without a condition SQLite takes the ON of an ON CONFLICT for that of a join.
    select.and_where(Expr::value(true));
    let mut insert = Query::insert();
    insert
        .into_table(table)
        .columns(columns.iter().copied())
        .select_from(select)
        .map_err(|error| Error::internal(anyhow::anyhow!("{table}: {error}")))?;
    Ok(insert)
}

/// An id as a cell of [`sent`].
pub fn sent_id(id: Uuid) -> serde_json::Value {
    id.simple().to_string().into()
}

/// The type with which a parameter is sent to PostgreSQL; none where no statement sends such.
pub fn parameter_type(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bool(_) => "boolean",
        Value::SmallInt(_) => "smallint",
        Value::Int(_) => "integer",
        Value::BigInt(_) | Value::BigUnsigned(_) => "bigint",
        Value::Double(_) => "double precision",
        Value::String(_) => "text",
        Value::Uuid(_) => "uuid",
        Value::ChronoDate(_) => "date",
        Value::ChronoTime(_) => "time",
        Value::ChronoDateTimeUtc(_) => "timestamptz",
        Value::Json(_) => "jsonb",
        Value::Array(ArrayType::Uuid, _) => "uuid[]",
        Value::Array(ArrayType::Int, _) => "integer[]",
        Value::Array(ArrayType::ChronoDate, _) => "date[]",
        Value::Array(ArrayType::SmallInt, _) => "smallint[]",
        Value::Array(ArrayType::BigInt, _) => "bigint[]",
        Value::Array(ArrayType::String, _) => "text[]",
        _ => return None,
    })
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
