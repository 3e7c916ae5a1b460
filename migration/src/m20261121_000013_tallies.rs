//! What orders come to: portions of dishes by ward, and what became of the orders of a slot.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        run(manager, COUNT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP TABLE order_tally; DROP TABLE portion_tally;").await
    }
}

// Written by the transaction that changes an order (`src/ordering/tally.rs`), and always what a
// recount of the orders gives; hence no foreign keys: the orders have them. No order is without a
// line, and its first one counts it: so `trays` add up to the trays of a kitchen, and need no row
// for which all its orders would wait.
//
// A key has no NULL, which no two databases compare alike: no ward, and no slot, is the nil UUID.
// Nothing is checked of the figures, because what is given back is sent as a negative row, and a
// row is checked before it meets the one that it is added to.
const UP: &str = r#"
CREATE TABLE portion_tally (
    kitchen_id {uuid} NOT NULL,
    date {date} NOT NULL,
    meal {smallint} NOT NULL CHECK (meal BETWEEN 1 AND 3),
    dish_id {uuid} NOT NULL,
    hospital_id {uuid} NOT NULL,
    ward_id {uuid} NOT NULL,
    portions integer NOT NULL,
    trays integer NOT NULL,
    PRIMARY KEY (kitchen_id, date, meal, dish_id, hospital_id, ward_id)
);

CREATE TABLE order_tally (
    hospital_id {uuid} NOT NULL,
    date {date} NOT NULL,
    meal {smallint} NOT NULL CHECK (meal BETWEEN 1 AND 3),
    slot_id {uuid} NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    placed integer NOT NULL,
    delivered integer NOT NULL,
    rejected integer NOT NULL,
    cancelled integer NOT NULL,
    late integer NOT NULL,
    portions integer NOT NULL,
    total_minor {bigint} NOT NULL,
    PRIMARY KEY (hospital_id, date, meal, slot_id, currency)
);
"#;

// The orders that are there already. 6 is delivered, 7 rejected, 8 cancelled.
const COUNT: &str = "
INSERT INTO portion_tally
SELECT orders.kitchen_id, orders.date, orders.meal, order_line.dish_id, orders.hospital_id,
    COALESCE(orders.ward_id, {nil}), SUM(order_line.quantity),
    COUNT(*) FILTER (WHERE order_line.position = 1)
FROM orders JOIN order_line ON order_line.order_id = orders.id
WHERE orders.status < 7
GROUP BY orders.kitchen_id, orders.date, orders.meal, order_line.dish_id, orders.hospital_id,
    orders.ward_id;

INSERT INTO order_tally
SELECT orders.hospital_id, orders.date, orders.meal, COALESCE(orders.slot_id, {nil}),
    orders.currency,
    COUNT(*) FILTER (WHERE order_line.position = 1),
    COUNT(*) FILTER (WHERE order_line.position = 1 AND orders.status = 6),
    COUNT(*) FILTER (WHERE order_line.position = 1 AND orders.status = 7),
    COUNT(*) FILTER (WHERE order_line.position = 1 AND orders.status = 8),
    COUNT(*) FILTER (WHERE order_line.position = 1 AND orders.status < 7 AND orders.is_late),
    COALESCE(SUM(order_line.quantity) FILTER (WHERE orders.status < 7), 0),
    COALESCE(SUM(orders.total_minor)
        FILTER (WHERE order_line.position = 1 AND orders.status < 7), 0)
FROM orders JOIN order_line ON order_line.order_id = orders.id
GROUP BY orders.hospital_id, orders.date, orders.meal, orders.slot_id, orders.currency;
";
