//! What `migration` runs on: it brings its own statements, which sea-orm always prepares.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbErr};

/// The pool; or, where nothing may stay prepared, a transaction that forgets what it prepared.
pub enum Migrating<'a> {
    Pool(&'a DatabaseConnection),
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
            Self::Forgetting(transaction) => transaction.into(),
        }
    }

    pub async fn end(self) -> Result<(), DbErr> {
        match self {
            Self::Pool(_) => Ok(()),
            Self::Forgetting(transaction) => {
                transaction.execute_unprepared(FORGET).await?;
                transaction.commit().await
            }
        }
    }
}

const FORGET: &str = "DEALLOCATE ALL";
