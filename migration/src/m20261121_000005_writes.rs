//! What changes need: versions, the keys under which changes were sent, and the outbox.

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
            "DROP TABLE outbox; DROP TABLE idempotency_key;
             ALTER TABLE availability DROP COLUMN version;
             ALTER TABLE menu_item_price DROP COLUMN version;",
        )
        .await
    }
}

// Price and availability are live, and so are their versions: a version on `menu_item` would
// make a cached item wrong with every change of its price.
//
// An availability of version 0 was never set: orders count there what they take of an item whose
// portions are not known.
//
// A key is taken again when it is older than 48 hours, whether it was removed or not; whoever
// removes old keys finds them by `idempotency_key_by_age`.
//
// Who publishes takes rows of `outbox` in the order of `outbox_unpublished`. Rows of one topic
// are written under a lock, so that the order of their ids is that of their commits.
const UP: &str = r#"
ALTER TABLE menu_item_price ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE availability ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 0);

CREATE TABLE idempotency_key (
    viewer text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint text NOT NULL CHECK (length(fingerprint) = 64),
    thing {uuid} NOT NULL,
    created_at {timestamp} NOT NULL,
    PRIMARY KEY (viewer, key)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);

CREATE TABLE outbox (
    id {uuid} NOT NULL PRIMARY KEY,
    topic text NOT NULL CHECK (topic <> ''),
    name text NOT NULL CHECK (name <> ''),
    payload text NOT NULL,
    created_at {timestamp} NOT NULL,
    published_at {timestamp}
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
"#;
