//! Orders, their lines and events; the slots that they take; what was decided about them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => run(manager, DEFAULT_PARTITIONS).await,
            _ => Ok(()),
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            "DROP TABLE audit_entry; DROP TABLE slot_load; DROP TABLE order_number;
             DROP TABLE order_event; DROP TABLE order_line; DROP TABLE orders;",
        )
        .await
    }
}

// Open orders (status 1 to 5) are few at any time, and so are those that were given back (7 and 8)
// or flagged: each has a small index of its own. Delivered ones are nearly all that there are, so that
// the index over all is theirs too. No list is read in the order of a status.
//
// The id of an order is a UUIDv7, which begins with its time: it is the only key, and on PostgreSQL
// what the months are told apart by. `order_number` keeps a number for one order of a hospital and
// a day, which an index over partitions cannot.
const UP: &str = r#"
CREATE TABLE orders (
    id {uuid} NOT NULL PRIMARY KEY,
    hospital_id {uuid} NOT NULL REFERENCES hospital (id),
    kitchen_id {uuid} NOT NULL REFERENCES kitchen (id),
    ward_id {uuid} REFERENCES ward (id),
    patient_id {uuid} REFERENCES patient (id),
    placed_by {uuid} REFERENCES account (id),
    menu_id {uuid} NOT NULL REFERENCES menu (id),
    slot_id {uuid} REFERENCES delivery_slot (id),
    number text NOT NULL CHECK (number <> ''),
    date {date} NOT NULL,
    meal {smallint} NOT NULL CHECK (meal BETWEEN 1 AND 3),
    audience {smallint} NOT NULL CHECK (audience BETWEEN 1 AND 3),
    status {smallint} NOT NULL CHECK (status BETWEEN 1 AND 8),
    is_late boolean NOT NULL,
    delivery_at {timestamp} NOT NULL,
    bed text CHECK (bed <> ''),
    currency text NOT NULL CHECK (length(currency) = 3),
    total_minor {bigint} NOT NULL CHECK (total_minor >= 0),
    flagged_at {timestamp},
    placed_at {timestamp} NOT NULL,
    updated_at {timestamp} NOT NULL,
    version integer NOT NULL CHECK (version > 0)
) {by_month_of_id};
CREATE INDEX orders_of_hospital ON orders (hospital_id, delivery_at, id);
CREATE INDEX orders_placed_at_hospital ON orders (hospital_id, id);
CREATE INDEX orders_open_at_hospital ON orders (hospital_id, delivery_at, id) WHERE status < 6;
CREATE INDEX orders_given_back_at_hospital ON orders (hospital_id, delivery_at, id)
    WHERE status > 6;
CREATE INDEX orders_flagged_at_hospital ON orders (hospital_id, delivery_at, id)
    WHERE flagged_at IS NOT NULL;
CREATE INDEX orders_of_kitchen ON orders (kitchen_id, delivery_at, id);
CREATE INDEX orders_placed_at_kitchen ON orders (kitchen_id, id);
CREATE INDEX orders_open_at_kitchen ON orders (kitchen_id, delivery_at, id) WHERE status < 6;
CREATE INDEX orders_given_back_at_kitchen ON orders (kitchen_id, delivery_at, id) WHERE status > 6;
CREATE INDEX orders_flagged_at_kitchen ON orders (kitchen_id, delivery_at, id)
    WHERE flagged_at IS NOT NULL;
CREATE INDEX orders_of_ward ON orders (ward_id, delivery_at, id);
CREATE INDEX orders_of_patient ON orders (patient_id, delivery_at, id);
CREATE INDEX orders_of_account ON orders (placed_by, delivery_at, id);
CREATE INDEX orders_placed_by_account ON orders (placed_by, id);
CREATE INDEX orders_open_of_account ON orders (placed_by, delivery_at, id) WHERE status < 6;

CREATE TABLE order_line (
    order_id {uuid} NOT NULL REFERENCES orders (id),
    position {smallint} NOT NULL CHECK (position > 0),
    menu_item_id {uuid} REFERENCES menu_item (id) ON DELETE SET NULL,
    dish_id {uuid} NOT NULL REFERENCES dish (id),
    dish_name text NOT NULL CHECK (dish_name <> ''),
    unit_price_minor {bigint} NOT NULL CHECK (unit_price_minor >= 0),
    quantity {smallint} NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, position)
) {by_month_of_order};
CREATE INDEX order_line_of_item ON order_line (menu_item_id, order_id);

CREATE TABLE order_event (
    order_id {uuid} NOT NULL REFERENCES orders (id),
    version integer NOT NULL CHECK (version > 0),
    status {smallint} NOT NULL CHECK (status BETWEEN 1 AND 8),
    kind {smallint} NOT NULL CHECK (kind BETWEEN 1 AND 4),
    account_id {uuid} REFERENCES account (id),
    role {smallint} CHECK (role BETWEEN 1 AND 7),
    reason text CHECK (reason <> ''),
    at {timestamp} NOT NULL,
    PRIMARY KEY (order_id, version)
) {by_month_of_order};

CREATE TABLE order_number (
    hospital_id {uuid} NOT NULL,
    date {date} NOT NULL,
    number text {C} NOT NULL,
    order_id {uuid} NOT NULL,
    PRIMARY KEY (hospital_id, date, number)
);

CREATE TABLE slot_load (
    slot_id {uuid} NOT NULL REFERENCES delivery_slot (id) ON DELETE CASCADE,
    date {date} NOT NULL,
    taken integer NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (slot_id, date)
);

CREATE TABLE audit_entry (
    id {uuid} NOT NULL PRIMARY KEY,
    at {timestamp} NOT NULL,
    account_id {uuid} REFERENCES account (id),
    role {smallint} NOT NULL CHECK (role BETWEEN 1 AND 7),
    action text NOT NULL CHECK (action <> ''),
    subject_id {uuid} NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    details text NOT NULL
);
CREATE INDEX audit_entry_of_subject ON audit_entry (subject_id, id);
"#;

const DEFAULT_PARTITIONS: &str = "
CREATE TABLE orders_default PARTITION OF orders DEFAULT;
CREATE TABLE order_line_default PARTITION OF order_line DEFAULT;
CREATE TABLE order_event_default PARTITION OF order_event DEFAULT;
";
