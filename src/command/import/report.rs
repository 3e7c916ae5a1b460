//! What an import did: rows by kind, records that were refused, and progress while it runs.

use std::{
    collections::BTreeMap,
    fmt,
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// A record that was refused: where it is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file and the place in it, such as `hospitals.csv:12`.
    pub place: String,
    pub reason: String,
}

impl Problem {
    pub fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// What a file holds: the records that are good, how many there were, and what was bad.
pub struct Read<T> {
    pub good: Vec<T>,
    pub records: u64,
    pub problems: Vec<Problem>,
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self {
            good: Vec::new(),
            records: 0,
            problems: Vec::new(),
        }
    }
}

/// The kinds of rows that are counted, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Hospitals,
    Wards,
    Kitchens,
    Dishes,
    Menus,
    Items,
    Prices,
    Accounts,
    Patients,
    Orders,
    Lines,
    Events,
    Allergies,
    Diets,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub removed: u64,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Summary {
    pub counts: BTreeMap<Kind, Count>,
    pub files: u64,
    /// Records that were read, refused ones included.
    pub records: u64,
    /// Files of which nothing was taken.
    pub refused: u64,
    /// Records that were refused for more than one reason each, where they are counted so.
    pub refused_records: u64,
    /// Items that their sheet has no longer, and that stay, because somebody has ordered of them.
    pub promised: u64,
    pub problems: Vec<Problem>,
    pub took: Duration,
}

impl Summary {
    pub fn count(&mut self, kind: Kind) -> &mut Count {
        self.counts.entry(kind).or_default()
    }

    pub fn counted(&self, kind: Kind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Takes in what one file did.
    pub fn add(&mut self, other: Self) {
        for (kind, count) in other.counts {
            let sum = self.count(kind);
            sum.new += count.new;
            sum.changed += count.changed;
            sum.unchanged += count.unchanged;
            sum.removed += count.removed;
        }
        self.files += other.files;
        self.records += other.records;
        self.refused += other.refused;
        self.refused_records += other.refused_records;
        self.promised += other.promised;
        self.problems.extend(other.problems);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["new", "changed", "unchanged", "removed"];
        writeln!(
            f,
            "{:<10}{:>10}{:>10}{:>10}{:>10}",
            "", heads[0], heads[1], heads[2], heads[3]
        )?;
        for (kind, count) in &self.counts {
            let Count {
                new,
                changed,
                unchanged,
                removed,
            } = count;
            let kind = format!("{kind:?}").to_lowercase();
            writeln!(
                f,
                "{kind:<10}{new:>10}{changed:>10}{unchanged:>10}{removed:>10}"
            )?;
        }
        if self.promised > 0 {
            writeln!(
                f,
                "{} items stay that their sheets have no longer: somebody has ordered of them",
                self.promised
            )?;
        }
        if self.files > 0 {
            write!(
                f,
                "rejected: {} of {} records; {} of {} files refused; ",
                match self.refused_records {
                    0 => self.problems.len() as u64,
                    records => records,
                },
                self.records,
                self.refused,
                self.files
            )?;
        }
        write!(f, "{:.1} s", self.took.as_secs_f64())
    }
}

/// A bar on a terminal, a log line per step elsewhere, nothing when the caller is a server.
pub struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    begun: Instant,
}

impl Progress {
    pub fn new(unit: &str) -> Self {
        let terminal = stderr().is_terminal();
        let template = "{bar:32} {pos}/{len} UNIT, {per_sec}, {eta} left  {wide_msg}";
        let style = ProgressStyle::with_template(&template.replace("UNIT", unit));
        Self {
            bar: terminal
                .then(|| ProgressBar::new(0))
                .map(|bar| match style {
                    Ok(style) => bar.with_style(style),
                    Err(_) => bar,
                }),
            lines: !terminal,
            begun: Instant::now(),
        }
    }

    pub fn silent() -> Self {
        Self {
            bar: None,
            lines: false,
            begun: Instant::now(),
        }
    }

    /// There are so many steps more to come.
    pub fn expect(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc_length(steps);
        }
    }

    /// A step is done: `name` says which, `rows` how much it held.
    pub fn step(&self, name: &str, rows: u64) {
        if let Some(bar) = &self.bar {
            let short = name.rmatch_indices('/').nth(2);
            bar.set_message(name[short.map_or(0, |(slash, _)| slash + 1)..].to_owned());
            bar.inc(1);
        } else if self.lines {
            tracing::info!(rows, "{name}");
        }
    }

    /// So many steps are done; `name` says of what.
    pub fn steps(&self, name: &str, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
        } else if self.lines {
            tracing::info!(steps, "{name}");
        }
    }

    pub fn problem(&self, problem: &Problem) {
        match &self.bar {
            Some(bar) => bar.println(problem.to_string()),
            None if self.lines => eprintln!("{problem}"),
            None => tracing::warn!("{problem}"),
        }
    }

    pub fn warning(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(format!("warning: {text}")),
            None => tracing::warn!("{text}"),
        }
    }

    /// Ends the bar; how long it all took.
    pub fn finish(&self) -> Duration {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.begun.elapsed()
    }
}
