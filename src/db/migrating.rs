//! What `migration` runs on: it brings its own statements, which sea-orm always prepares.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbErr};

/// The pool; or a transaction, which is all or nothing and one connection.
pub enum Migrating<'a> {
    Pool(&'a DatabaseConnection),
    /// On SQLite: a connection that another one migrates under may later say of a table that
    /// there is none.
    Whole(DatabaseTransaction),
    /// Where nothing may stay prepared: forgets what it prepared.
    Forgetting(DatabaseTransaction),
}

impl Migrating<'_> {
    /// One that failed cannot forget: what it left on the server is taken away before the next.
    pub async fn forgetting(transaction: DatabaseTransaction) -> Result<Self, DbErr> {
        transaction.execute_unprepared(FORGET).await?;
        Ok(Self::Forgetting(transaction))
    }

    pub fn executor(&self) -> DatabaseExecutor<'_> {
        match self {
            Self::Pool(pool) => (*pool).into(),
            Self::Whole(transaction) | Self::Forgetting(transaction) => transaction.into(),
        }
    }

    pub async fn end(self) -> Result<(), DbErr> {
        match self {
            Self::Pool(_) => Ok(()),
            Self::Whole(transaction) => transaction.commit().await,
            Self::Forgetting(transaction) => {
                transaction.execute_unprepared(FORGET).await?;
                transaction.commit().await
            }
        }
    }
}

const FORGET: &str = "DEALLOCATE ALL";
