//! What PostgreSQL and SQLite call differently.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{SchemaManager, prelude::*};

/// (placeholder, PostgreSQL, SQLite)
///
/// `{id}` is the key of a searched table: beside it SQLite's full-text tables need
/// a row number that `VACUUM` keeps.
/// `{C}` sorts bytes, as SQLite does, so that both list names in one order.
const WORDS: [(&str, &str, &str); 12] = [
    ("{uuid}", "uuid", "blob"),
    ("{timestamp}", "timestamptz", "text"),
    ("{date}", "date", "text"),
    ("{time}", "time", "text"),
    ("{double}", "double precision", "real"),
    ("{bigint}", "bigint", "integer"),
    ("{smallint}", "smallint", "integer"),
    ("{by_month_of_id}", "PARTITION BY RANGE (id)", ""),
    ("{by_month_of_order}", "PARTITION BY RANGE (order_id)", ""),
    (
        "{nil}",
        "'00000000-0000-0000-0000-000000000000'::uuid",
        "zeroblob(16)",
    ),
    ("{C}", "COLLATE \"C\"", ""),
    (
        "{id}",
        "id uuid NOT NULL PRIMARY KEY",
        "rownum integer PRIMARY KEY, id blob NOT NULL UNIQUE",
    ),
];

/// Runs `sql` in the words of the connected database.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let sql = WORDS.iter().fold(sql.to_owned(), |sql, (word, pg, lite)| {
        sql.replace(word, if postgres { pg } else { lite })
    });
    manager
        .get_connection()
        .execute_unprepared(&sql)
        .await
        .map(|_| ())
}
