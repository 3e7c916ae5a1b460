//! Lists of orders by the time of placing, each with an index that nothing else looks like.

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
        run(manager, DOWN).await
    }
}

// In the order of ids alone the primary key is an index too: where there are few hospitals it was
// taken for the cheaper one, and for one of them that has hardly any orders all were looked
// through.
const UP: &str = "
DROP INDEX orders_placed_at_hospital;
DROP INDEX orders_placed_at_kitchen;
DROP INDEX orders_placed_by_account;
CREATE INDEX orders_placed_at_hospital ON orders (hospital_id, placed_at, id);
CREATE INDEX orders_placed_at_kitchen ON orders (kitchen_id, placed_at, id);
CREATE INDEX orders_placed_by_account ON orders (placed_by, placed_at, id);
";

const DOWN: &str = "
DROP INDEX orders_placed_at_hospital;
DROP INDEX orders_placed_at_kitchen;
DROP INDEX orders_placed_by_account;
CREATE INDEX orders_placed_at_hospital ON orders (hospital_id, id);
CREATE INDEX orders_placed_at_kitchen ON orders (kitchen_id, id);
CREATE INDEX orders_placed_by_account ON orders (placed_by, id);
";
