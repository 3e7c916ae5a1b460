//! What became of the orders of a ward that were sent together.

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
        run(manager, "DROP TABLE ward_order;").await
    }
}

// For who sends them again: the same answer, with the problems as they were. It goes when its
// idempotency key does, because problems tell what somebody must not eat.
const UP: &str = r#"
CREATE TABLE ward_order (
    batch_id {uuid} NOT NULL,
    position {smallint} NOT NULL CHECK (position >= 0),
    patient_id {uuid} NOT NULL,
    order_id {uuid},
    problems text NOT NULL,
    created_at {timestamp} NOT NULL,
    PRIMARY KEY (batch_id, position)
);
CREATE INDEX ward_order_by_age ON ward_order (created_at);
"#;
