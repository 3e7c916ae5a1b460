//! Rows by the million: PostgreSQL's `COPY`.

use sea_orm::DbErr;

use super::Transaction;

impl Transaction {
    /// Runs a `COPY … FROM STDIN` with all of `rows`; how many there were.
    pub async fn copy(&self, statement: &str, rows: Vec<u8>) -> Result<u64, DbErr> {
        let copy = self.inner.copy(statement, rows);
        self.run(statement, copy, |rows| *rows).await
    }
}
