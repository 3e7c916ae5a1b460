//! `pgbench`, which replays what was recorded: the same statements with the same values, prepared,
//! each order in a transaction of its own.
//!
//! It fetches the values of an order with one more statement, which reads a row by its key.

use std::{fmt::Write, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::process::Command;

use super::recorded::{Recorded, Sent};

pub const CLIENTS: usize = 16;

/// Puts the values of these orders into a table, a row for each client and turn; how many orders a
/// client places.
pub async fn load(database: &DatabaseConnection, orders: &[Vec<Sent>]) -> anyhow::Result<usize> {
    let turns = orders.len() / CLIENTS;
    let first = orders.first().filter(|_| turns > 0);
    let columns = 0..first.context("too few orders")?.len();
    let columns = columns.map(|n| format!("v{n} text")).collect::<Vec<_>>();
    let make = format!(
        "DROP TABLE IF EXISTS bench_value;
         CREATE TABLE bench_value (client int, turn int, {}, PRIMARY KEY (client, turn))",
        columns.join(", ")
    );
    database.execute_unprepared(&make).await?;
    for (n, order) in orders.iter().take(turns * CLIENTS).enumerate() {
        let place = [n % CLIENTS, n / CLIENTS];
        let place = place.into_iter().map(|number| (number as i32).into());
        let texts = order
            .iter()
            .map(|sent| sent.text.clone().unwrap_or_default());
        let values: Vec<sea_orm::Value> = place.chain(texts.map(Into::into)).collect();
        let numbers: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
        let insert = format!("INSERT INTO bench_value VALUES ({})", numbers.join(", "));
        let insert = Statement::from_sql_and_values(DbBackend::Postgres, insert, values);
        database.execute_raw(insert).await?;
    }
    database
        .execute_unprepared("VACUUM ANALYZE bench_value")
        .await?;
    Ok(turns)
}

/// The script of one order.
pub fn script(recorded: &Recorded) -> anyhow::Result<String> {
    let first = recorded.values.first().context("nothing was recorded")?;
    let is_null: Vec<bool> = first.iter().map(|sent| sent.text.is_none()).collect();
    for values in &recorded.values {
        let same = values
            .iter()
            .map(|sent| sent.text.is_none())
            .eq(is_null.iter().copied());
        ensure!(same, "a value is NULL in some orders and not in others");
    }
    let mut script = "\\set turn :turn + 1
        SELECT * FROM bench_value WHERE client = :client_id AND turn = :turn \\gset
        BEGIN;\n"
        .to_owned();
    let (mut of_order, mut next) = (first.iter(), 0);
    for text in &recorded.texts {
        let count = parameters(text);
        let values: Vec<&Sent> = of_order.by_ref().take(count).collect();
        writeln!(script, "{};", replayed(text, &values, next))?;
        next += count;
    }
    Ok(script + "COMMIT;\n")
}

/// How many parameters a statement has.
fn parameters(text: &str) -> usize {
    let numbers = text.split('$').skip(1).map(number);
    numbers.max().unwrap_or_default()
}

/// The number with which `text` begins, or 0.
fn number(text: &str) -> usize {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().unwrap_or_default()
}

/// The text with variables for its parameters: of the same types, which `pgbench` does not tell.
fn replayed(text: &str, values: &[&Sent], from: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.split('$');
    let mut replayed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = number(part);
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let _ = match values.get(number.wrapping_sub(1)) {
            Some(Sent { ty, text: None }) => write!(replayed, "NULL::{ty}{rest}"),
            Some(Sent { ty, .. }) => write!(replayed, ":v{}::{ty}{rest}", from + number - 1),
            None => write!(replayed, "${part}"),
        };
    }
    replayed
}

/// Orders that were placed in a second.
pub async fn run(url: &str, script: &Path, turns: usize) -> anyhow::Result<f64> {
    let mut command = Command::new("pgbench");
    command
        .args([
            "--no-vacuum",
            "--protocol=prepared",
            "--jobs=2",
            "--define=turn=-1",
        ])
        .arg(format!("--client={CLIENTS}"))
        .arg(format!("--transactions={turns}"))
        .arg("--file")
        .arg(script)
        .arg(url)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(600), command.output());
    let output = output
        .await?
        .context("pgbench cannot be run; it comes with PostgreSQL")?;
    let told = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && told.contains("number of failed transactions: 0 "),
        "pgbench: {told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate.and_then(|rate| rate.split_whitespace().next());
    let rate: f64 = rate
        .with_context(|| format!("pgbench told no rate: {told}"))?
        .parse()?;
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_variables_of_their_types() {
        let uuid = Sent {
            ty: "uuid",
            text: Some("a".to_owned()),
        };
        let none = Sent {
            ty: "text",
            text: None,
        };
        let text = "SELECT $2,\n  $1 FROM t WHERE a = $1 AND '$' <> b";
        assert_eq!(parameters(text), 2);
        assert_eq!(
            replayed(text, &[&uuid, &none], 7),
            "SELECT NULL::text, :v7::uuid FROM t WHERE a = :v7::uuid AND '$' <> b"
        );
    }
}
