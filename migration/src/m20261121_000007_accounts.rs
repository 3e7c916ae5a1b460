//! Accounts: who can sign in.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP TABLE account;").await
    }
}

const UP: &str = r#"
CREATE TABLE account (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL,
    email_key text {C} NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    password_hash text NOT NULL,
    created_at {timestamp} NOT NULL,
    updated_at {timestamp} NOT NULL
);
"#;
