//! What `migration` runs on: it brings its own statements, which sea-orm always prepares.

use sea_orm::{ConnectionTrait, DatabaseExecutor, DatabaseTransaction, DbErr};

/// A transaction, which is all or nothing and one connection.
pub enum Migrating {
    /// On SQLite a connection that another one migrates under may later say of a table that
    /// there is none.
    Whole(DatabaseTransaction),
    /// Where nothing may stay prepared: forgets what it prepared.
    Forgetting(DatabaseTransaction),
}

impl Migrating {
    /// Gives statements the time that they take: what is large is not changed in seconds.
    pub async fn patient(transaction: DatabaseTransaction) -> Result<Self, DbErr> {
        transaction.execute_unprepared(PATIENT).await?;
        Ok(Self::Whole(transaction))
    }

    /// One that failed cannot forget: what it left on the server is taken away before the next.
    pub async fn forgetting(transaction: DatabaseTransaction) -> Result<Self, DbErr> {
        transaction.execute_unprepared(FORGET).await?;
        transaction.execute_unprepared(PATIENT).await?;
        Ok(Self::Forgetting(transaction))
    }

    pub fn executor(&self) -> DatabaseExecutor<'_> {
        match self {
            Self::Whole(transaction) | Self::Forgetting(transaction) => transaction.into(),
        }
    }

    pub async fn end(self) -> Result<(), DbErr> {
        match self {
            Self::Whole(transaction) => transaction.commit().await,
            Self::Forgetting(transaction) => {
                transaction.execute_unprepared(FORGET).await?;
                transaction.commit().await
            }
        }
    }
}

const FORGET: &str = "DEALLOCATE ALL";
const PATIENT: &str = "SET LOCAL statement_timeout = 0";
