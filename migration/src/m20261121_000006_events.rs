//! Versions of dishes and menus, and the ways to the rows of the outbox.

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
            "DROP INDEX outbox_published; DROP INDEX outbox_unpublished_of_topic;
             ALTER TABLE menu DROP COLUMN version;
             ALTER TABLE dish DROP COLUMN version;",
        )
        .await
    }
}

// Who publishes an event publishes those of its topic first that are still to be told
// (`outbox_unpublished_of_topic`); who removes told ones finds them by `outbox_published`.
const UP: &str = r#"
ALTER TABLE dish ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE menu ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);
CREATE INDEX outbox_unpublished_of_topic ON outbox (topic, id) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
"#;
