//! Portions and places that are held for a while, for who is about to order.

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
        run(manager, "DROP TABLE hold_line; DROP TABLE hold;").await
    }
}

// A hold counts in `availability.reserved` and `slot_load.taken` for as long as its row is there,
// expired or not: who deletes the row gives back. An account has one.
//
// An item or a slot that goes takes what was held of it along, with its availability or load.
const UP: &str = r#"
CREATE TABLE hold (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL UNIQUE REFERENCES account (id),
    slot_id {uuid} REFERENCES delivery_slot (id) ON DELETE SET NULL,
    date {date} NOT NULL,
    delivery_at {timestamp},
    expires_at {timestamp} NOT NULL
);
CREATE INDEX hold_by_expiry ON hold (expires_at);
CREATE INDEX hold_of_slot ON hold (slot_id);

CREATE TABLE hold_line (
    hold_id {uuid} NOT NULL REFERENCES hold (id) ON DELETE CASCADE,
    position {smallint} NOT NULL CHECK (position > 0),
    menu_item_id {uuid} NOT NULL REFERENCES menu_item (id) ON DELETE CASCADE,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (hold_id, menu_item_id)
);
CREATE INDEX hold_line_of_item ON hold_line (menu_item_id);
"#;
