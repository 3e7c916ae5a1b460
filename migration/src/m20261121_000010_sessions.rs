//! Sessions: who has signed in, and what shows it.

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
        run(
            manager,
            "DROP TABLE token_key; DROP TABLE refresh_token; DROP TABLE session;",
        )
        .await
    }
}

// A session is shown by a cookie or by refresh tokens; of both only the SHA-256 is kept. Used
// refresh tokens stay until the session goes, so that one that comes again is known for what it
// is. `token_key` has the key that signs access tokens where the settings have none.
const UP: &str = r#"
CREATE TABLE session (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    cookie_hash text {C} UNIQUE,
    created_at {timestamp} NOT NULL,
    expires_at {timestamp} NOT NULL,
    ended_at {timestamp}
);
CREATE INDEX session_of_account ON session (account_id, id);
CREATE INDEX session_by_end ON session (expires_at, id);

CREATE TABLE refresh_token (
    hash text {C} NOT NULL PRIMARY KEY,
    session_id {uuid} NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    created_at {timestamp} NOT NULL,
    used_at {timestamp}
);
CREATE INDEX refresh_token_of_session ON refresh_token (session_id, hash);

CREATE TABLE token_key (
    id text {C} NOT NULL PRIMARY KEY,
    secret text NOT NULL
);
"#;
