//! How orders get into their tables. On PostgreSQL months that are empty are loaded as tables of
//! their own, which get their indexes when they are whole, and then become partitions.

use std::collections::BTreeMap;

use entity::{menu, order, order_event, order_line, patient, position::ByPosition};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::{
    copied::{Copied, Rows},
    made::Made,
};
use crate::{
    command::import::bulk,
    db::Transaction,
    ordering::{Month, TABLES, month_is_there as is_there},
};

/// Where orders go while they are made.
pub struct Loading {
    backend: DbBackend,
    /// The months that are loaded as tables of their own.
    apart: Vec<Month>,
}

/// The rows of a month.
#[derive(Default)]
struct OfMonth {
    orders: Rows,
    lines: Rows,
    events: Rows,
}

impl Loading {
    /// Makes tables for the months between these two that have no orders.
    pub async fn begin(
        transaction: &Transaction,
        (first, last): (Month, Month),
    ) -> Result<Self, DbErr> {
        let backend = transaction.get_database_backend();
        let mut apart = Vec::new();
        if backend == DbBackend::Postgres {
            // A month takes longer than any request may.
            transaction
                .execute_unprepared("SET LOCAL statement_timeout = 0")
                .await?;
            let mut month = first;
            while month <= last {
                if !has_orders(transaction, month).await? {
                    make(transaction, month).await?;
                    apart.push(month);
                }
                month = month.after(1);
            }
        }
        Ok(Self { backend, apart })
    }

    pub async fn write(&self, transaction: &Transaction, made: &mut Made) -> Result<(), DbErr> {
        if self.backend == DbBackend::Postgres {
            let patients = Rows::of(&std::mem::take(&mut made.patients));
            copy::<patient::Model>(transaction, None, "patient", patients).await?;
            let menus = Rows::of(&std::mem::take(&mut made.menus));
            copy::<menu::Model>(transaction, None, "menu", menus).await?;
        }
        made.write_others(transaction).await?;
        let orders = std::mem::take(&mut made.orders);
        let lines = std::mem::take(&mut made.lines);
        let events = std::mem::take(&mut made.events);
        if self.backend != DbBackend::Postgres {
            bulk::insert::<order::Entity, _>(transaction, orders).await?;
            bulk::insert::<order_line::Entity, _>(transaction, lines).await?;
            return bulk::insert::<order_event::Entity, _>(transaction, events).await;
        }
        let mut months: BTreeMap<Option<Month>, OfMonth> = BTreeMap::new();
        for order in &orders {
            months
                .entry(self.month(order.id))
                .or_default()
                .orders
                .add(order);
        }
        for line in &lines {
            months
                .entry(self.month(line.order_id))
                .or_default()
                .lines
                .add(line);
        }
        for event in &events {
            months
                .entry(self.month(event.order_id))
                .or_default()
                .events
                .add(event);
        }
        for (month, rows) in months {
            copy::<order::Model>(transaction, month, "orders", rows.orders).await?;
            copy::<order_line::Model>(transaction, month, "order_line", rows.lines).await?;
            copy::<order_event::Model>(transaction, month, "order_event", rows.events).await?;
        }
        Ok(())
    }

    /// The month of an order, where it is loaded as a table of its own.
    fn month(&self, id: Uuid) -> Option<Month> {
        Month::of_id(id).filter(|month| self.apart.contains(month))
    }

    /// Makes partitions of the tables.
    pub async fn end(self, transaction: &Transaction) -> Result<(), DbErr> {
        for month in self.apart {
            if is_there(transaction, month).await? {
                remove(transaction, month).await?;
            }
            for table in TABLES {
                let (loaded, partition) = (loaded(month, table), month.partition(table));
                let rename = format!("ALTER TABLE {loaded} RENAME TO {partition}");
                transaction.execute_unprepared(&rename).await?;
                transaction.execute_unprepared(&month.attach(table)).await?;
                let analyze = format!("ANALYZE {partition}");
                transaction.execute_unprepared(&analyze).await?;
            }
        }
        Ok(())
    }
}

fn loaded(month: Month, table: &str) -> String {
    format!("{}_loaded", month.partition(table))
}

/// Empty partitions of the month make room; what refers to others goes first.
async fn remove(transaction: &Transaction, month: Month) -> Result<(), DbErr> {
    for table in TABLES.iter().rev() {
        let partition = month.partition(table);
        let detach = format!("ALTER TABLE {table} DETACH PARTITION {partition}");
        transaction.execute_unprepared(&detach).await?;
        let drop = format!("DROP TABLE {partition}");
        transaction.execute_unprepared(&drop).await?;
    }
    Ok(())
}

async fn has_orders(transaction: &Transaction, month: Month) -> Result<bool, DbErr> {
    if !is_there(transaction, month).await? {
        return Ok(false);
    }
    let first = format!("SELECT 1 FROM {} LIMIT 1", month.partition(TABLES[0]));
    let first = Statement::from_string(DbBackend::Postgres, first);
    Ok(transaction.query_one_raw(first).await?.is_some())
}

async fn make(transaction: &Transaction, month: Month) -> Result<(), DbErr> {
    for table in TABLES {
        let make = format!(
            "CREATE TABLE {} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
            loaded(month, table)
        );
        transaction.execute_unprepared(&make).await?;
    }
    Ok(())
}

async fn copy<M: Copied>(
    transaction: &Transaction,
    month: Option<Month>,
    table: &str,
    mut rows: Rows,
) -> Result<(), DbErr> {
    let Some(bytes) = rows.take() else {
        return Ok(());
    };
    let into = month.map_or_else(|| table.to_owned(), |month| loaded(month, table));
    let columns = <M as ByPosition>::COLUMNS.join(", ");
    let copy = format!("COPY {into} ({columns}) FROM STDIN (FORMAT binary)");
    transaction.copy(&copy, bytes).await.map(|_| ())
}
