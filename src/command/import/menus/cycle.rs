//! Menu cycles: plans of a week each, that follow one another and begin anew.
//!
//! They are laid over the calendar from last week to three weeks ahead, so that an import on
//! a later day extends the menus.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value;

use super::{
    json,
    week::{Day, Line, Sheet, read_lines},
};
use crate::command::import::report::{Problem, Read};

const WEEKS_BACK: u64 = 1;
const WEEKS_AHEAD: u64 = 3;

/// Weeks over which a cycle is laid.
pub const WEEKS: u64 = WEEKS_BACK + 1 + WEEKS_AHEAD;

/// What a kitchen serves on a weekday (1 is Monday).
pub struct PlannedDay {
    weekday: u32,
    lines: Vec<Line>,
}

/// Reads a file of a cycle.
pub fn read(file: &str, bytes: &[u8]) -> Read<PlannedDay> {
    let mut read = Read::default();
    let days = serde_json::from_slice::<Value>(bytes).map_err(|error| error.to_string());
    let days = days.and_then(|value| {
        let days = value.get("days").and_then(Value::as_array);
        days.cloned().ok_or_else(|| "days: is no list".to_owned())
    });
    let days = match days {
        Ok(days) => days,
        Err(reason) => {
            read.problems.push(Problem::new(file, reason));
            return read;
        }
    };
    for (index, day) in days.iter().enumerate() {
        match json::number_in::<u32>(day, "weekday", 1..=7) {
            Ok(Some(weekday)) => {
                let place = format!("{file}: weekday {weekday}");
                let lines = read_lines(&place, day, &mut read);
                let planned = lines.map(|lines| PlannedDay { weekday, lines });
                read.good.extend(planned);
            }
            Ok(None) => read.problems.push(Problem::new(
                format!("{file}: day {}", index + 1),
                "weekday: is missing",
            )),
            Err(reason) => read
                .problems
                .push(Problem::new(format!("{file}: day {}", index + 1), reason)),
        }
    }
    read
}

/// The plan of each week around `today`: the number of the ISO week, modulo the number of
/// plans, picks it.
pub fn lay(plans: &[(String, Vec<PlannedDay>)], today: NaiveDate) -> Vec<Sheet> {
    let back = u64::from(today.weekday().num_days_from_monday()) + 7 * WEEKS_BACK;
    let mondays = (0..WEEKS).filter_map(|week| {
        today
            .checked_sub_days(Days::new(back))?
            .checked_add_days(Days::new(7 * week))
    });
    let mut sheets = Vec::new();
    for monday in mondays {
        let week = monday.iso_week();
        let Some((file, days)) = plans.get(week.week() as usize % plans.len().max(1)) else {
            continue;
        };
        let days = days.iter().filter_map(|day| {
            Some(Day {
                date: monday.checked_add_days(Days::new(u64::from(day.weekday) - 1))?,
                lines: day.lines.clone(),
            })
        });
        sheets.push(Sheet {
            name: format!("{file}, week {}-W{:02}", week.year(), week.week()),
            days: days.collect(),
        });
    }
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_take_turns_from_last_week_to_three_weeks_ahead() {
        let plan = |name: &str| {
            let file = r#"{"days": [{"weekday": 3, "dishes": []}]}"#;
            (name.to_owned(), read(name, file.as_bytes()).good)
        };
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let sheets = lay(&[plan("1"), plan("2")], today);
        let laid: Vec<_> = sheets
            .iter()
            .map(|sheet| (sheet.name.as_str(), sheet.days[0].date.to_string()))
            .collect();
        assert_eq!(
            laid,
            [
                ("1, week 2026-W46", "2026-11-11".to_owned()),
                ("2, week 2026-W47", "2026-11-18".to_owned()),
                ("1, week 2026-W48", "2026-11-25".to_owned()),
                ("2, week 2026-W49", "2026-12-02".to_owned()),
                ("1, week 2026-W50", "2026-12-09".to_owned()),
            ]
        );
    }
}
