//! What was there when it was decided, and not any more when it was to be taken.

use chrono::{DateTime, Utc};

use super::{hold::Held, known::Known, place::Short, portions, tray::Tray};
use crate::{
    error::Result,
    graph::{Problem, Write, id::Kind},
};

/// Adds what was short for a tray to the problems.
pub async fn tell(
    write: &mut Write,
    (known, tray, held): (&Known, &Tray, &Held),
    short: Short,
    wanted: DateTime<Utc>,
) -> Result<()> {
    if !short.items.is_empty() {
        let left = portions::left(&write.conn, &short.items).await?;
        for (item, (_, number)) in tray.portions() {
            if short.items.contains(&item) {
                let path = tray.path(&["lines", &number.to_string(), "quantity"]);
                let left = left.get(&item).copied().unwrap_or_default();
                let held = held.portions.get(&item).copied().unwrap_or_default();
                let id = Kind::MenuItem.id(item);
                let problem = Problem::portions_exhausted(path, id, (left + held).max(0));
                write.problems.push(problem);
            }
        }
    }
    if short.slot {
        let mut open = known.open_slots(write.now, 1);
        open.retain(|open| *open != wanted);
        let problem = Problem::slot_full(vec!["slot".to_owned()], &open);
        write.problems.push(problem);
    }
    Ok(())
}
