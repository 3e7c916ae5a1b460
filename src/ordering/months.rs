//! The months by which PostgreSQL keeps orders, their lines and their events apart. SQLite has
//! one table for each, and nothing to do here.
//!
//! The id of an order begins with its time, so a month is a range of ids. Months are made ahead.
//! What belongs to none is not lost but in the default partitions, and moves when its month is
//! made; but nobody should have to wait for that.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
};

use anyhow::Context;
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use uuid::Uuid;

use crate::{
    app::App,
    db::{Meter, Transaction},
};

/// How many months are there beyond the present one.
const AHEAD: u32 = 3;

/// What is kept by months. The first key of each is the id of the order.
pub const TABLES: [&str; 3] = ["orders", "order_line", "order_event"];

/// Rows of a default partition that are counted at most.
const MOST_COUNTED: i64 = 1_000;

/// Months that get what was astray in one run, at most.
const MOST_MOVED: usize = 12;

/// Made by one process at a time. The relay of the outbox has the number before.
const LOCK: i64 = 0x7468_616c_6902;

/// A month of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

impl Month {
    pub fn of(moment: DateTime<Utc>) -> Self {
        let day = moment.date_naive();
        Self(day.with_day(1).unwrap_or(day))
    }

    /// The month in which an order was placed.
    pub fn of_id(id: Uuid) -> Option<Self> {
        let millis = i64::try_from(id.as_u128() >> 80).ok()?;
        DateTime::from_timestamp_millis(millis).map(Self::of)
    }

    pub fn after(self, months: u32) -> Self {
        let after = self.0.checked_add_months(Months::new(months));
        Self(after.unwrap_or(NaiveDate::MAX))
    }

    /// When it begins.
    pub fn begins(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc()
    }

    /// Below every UUIDv7 that was made in this month, and above those of the month before: its
    /// first 48 bits are the milliseconds (RFC 9562, 5.7).
    fn least_id(self) -> Uuid {
        let millis = self.begins().timestamp_millis();
        Uuid::from_u128(u128::from(millis.unsigned_abs()) << 80)
    }

    /// Makes a partition of `table` of what has its name.
    pub fn attach(self, table: &str) -> String {
        let (partition, values) = (self.partition(table), self.values());
        format!("ALTER TABLE {table} ATTACH PARTITION {partition} {values}")
    }

    fn values(self) -> String {
        let (from, to) = (self.least_id(), self.after(1).least_id());
        format!("FOR VALUES FROM ('{from}') TO ('{to}')")
    }

    /// The partition of `table` for this month.
    pub fn partition(self, table: &str) -> String {
        format!("{table}_{}", self.0.format("%Y_%m"))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// What the default partitions held when somebody looked last.
#[derive(Debug, Default)]
pub struct MonthsSeen {
    astray: AtomicI64,
}

impl MonthsSeen {
    /// Rows in the default partitions, of each at most a thousand.
    pub fn astray(&self) -> i64 {
        self.astray.load(Ordering::Relaxed)
    }
}

/// Makes the months from the present one on that are not there, and those of rows that are in a
/// default partition, which move there. Says of which tables it was used, and by how many rows.
pub async fn make_months(app: &App) -> anyhow::Result<Vec<(&'static str, i64)>> {
    if app.db.backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    let astray = astray(app).await?;
    let rows = astray.iter().map(|(_, rows)| rows).sum();
    app.months.astray.store(rows, Ordering::Relaxed);
    let now = Month::of(app.clock.now());
    for month in (0..=AHEAD).map(|ahead| now.after(ahead)) {
        let made = make_month(app, month).await;
        made.with_context(|| format!("cannot make the partitions of {month}"))?;
    }
    for _ in 0..MOST_MOVED {
        let Some(month) = first_astray(app).await? else {
            break;
        };
        let made = make_month(app, month).await;
        made.with_context(|| format!("cannot move what was ordered in {month}"))?;
    }
    Ok(astray)
}

/// Makes the partitions of a month where they are not there.
async fn make_month(app: &App, month: Month) -> Result<(), DbErr> {
    let meter = Meter::new("make months");
    if is_there(&app.db.reader(&meter), month).await? {
        return Ok(());
    }
    let transaction = app.db.begin(&meter).await?;
    // Who waits for a table keeps everybody waiting who comes later: better to try again. What was
    // astray may take longer to move than a request may.
    transaction
        .execute_unprepared("SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0")
        .await?;
    let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
    transaction.execute_unprepared(&lock).await?;
    if !is_there(&transaction, month).await? {
        make(&transaction, month).await?;
        tracing::info!(%month, "made the partitions of a month");
    }
    transaction.commit().await
}

/// Whether a month has its partitions.
pub async fn is_there(conn: &impl ConnectionTrait, month: Month) -> Result<bool, DbErr> {
    let ask = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_class WHERE oid = to_regclass($1)",
        [month.partition(TABLES[0]).into()],
    );
    Ok(conn.query_one_raw(ask).await?.is_some())
}

async fn make(transaction: &Transaction, month: Month) -> Result<(), DbErr> {
    let run = async |sql: String| transaction.execute_unprepared(&sql).await.map(|_| ());
    let defaults = TABLES.map(|table| format!("{table}_default")).join(", ");
    run(format!("LOCK TABLE {defaults} IN ACCESS EXCLUSIVE MODE")).await?;
    let (from, to) = (month.least_id(), month.after(1).least_id());
    let astray = |table| {
        let key = if table == TABLES[0] { "id" } else { "order_id" };
        format!("FROM {table}_default WHERE {key} >= '{from}' AND {key} < '{to}'")
    };
    for table in TABLES {
        let partition = month.partition(table);
        run(format!(
            "CREATE TABLE {partition} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        ))
        .await?;
        run(format!(
            "INSERT INTO {partition} SELECT * {}",
            astray(table)
        ))
        .await?;
    }
    // What refers to orders goes before them, and comes after them.
    for table in TABLES.into_iter().rev() {
        run(format!("DELETE {}", astray(table))).await?;
    }
    for table in TABLES {
        run(month.attach(table)).await?;
    }
    Ok(())
}

/// The month of the oldest order that is in none.
async fn first_astray(app: &App) -> Result<Option<Month>, DbErr> {
    let first = "SELECT id FROM orders_default ORDER BY id LIMIT 1";
    let first = Statement::from_string(DbBackend::Postgres, first);
    let reader = app.db.reader(&Meter::new("look for orders astray"));
    let row = reader.query_one_raw(first).await?;
    let id: Option<Uuid> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(id.and_then(Month::of_id))
}

/// The tables whose default partition has rows, with their number.
async fn astray(app: &App) -> Result<Vec<(&'static str, i64)>, DbErr> {
    let reader = app.db.reader(&Meter::new("look for orders astray"));
    let mut astray = Vec::new();
    for table in TABLES {
        let count = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table}_default LIMIT {MOST_COUNTED}) AS rows"
        );
        let ask = Statement::from_string(DbBackend::Postgres, count);
        let row = reader.query_one_raw(ask).await?;
        let rows = row.map(|row| row.try_get_by_index(0)).transpose()?;
        if let Some(rows @ 1..) = rows {
            astray.push((table, rows));
        }
    }
    Ok(astray)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_holds_the_ids_of_its_time() {
        let month = Month::of("2026-11-21T10:00:00Z".parse().unwrap());
        assert_eq!(month.partition("orders"), "orders_2026_11");
        let id = |moment: &str| {
            let moment: DateTime<Utc> = moment.parse().unwrap();
            let millis = moment.timestamp_millis().unsigned_abs();
            [[0; 10], [0xff; 10]]
                .map(|rest| uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
        };
        let holds = |id: Uuid| (month.least_id()..month.after(1).least_id()).contains(&id);
        for inside in ["2026-11-01T00:00:00Z", "2026-11-30T23:59:59.999Z"] {
            assert!(id(inside).into_iter().all(holds), "{inside}");
        }
        for outside in ["2026-10-31T23:59:59.999Z", "2026-12-01T00:00:00Z"] {
            assert!(!id(outside).into_iter().any(holds), "{outside}");
        }
    }

    #[test]
    fn december_is_followed_by_january() {
        let december = Month::of("2026-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(december.after(1).partition("orders"), "orders_2027_01");
    }
}
