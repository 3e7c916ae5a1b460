//! Which database it is: installations may share a Redis, and must not read each other's answers.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::{Db, Meter};

const POSTGRES: &str = "SELECT concat_ws('-',
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// The file.
const SQLITE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";

impl Db {
    /// A name that no other database has, and that all who use this one find, by whatever address.
    pub async fn identity(&self) -> Result<Arc<str>, DbErr> {
        let sql = match self.backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        let reader = self.reader(&Meter::new("start"));
        let row = reader.query_one_raw(Statement::from_string(self.backend(), sql));
        let row = row
            .await?
            .ok_or_else(|| DbErr::Custom("no identity".into()))?;
        Ok(row.try_get_by_index::<String>(0)?.into())
    }
}
