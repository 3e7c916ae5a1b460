//! The measurements of orders run. Their figures say nothing here: they are of programs built for
//! tests, on a machine that runs other tests.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the failure")]

use std::{path::Path, process::Command};

/// Name, bound, and whether a value keeps to it.
type Figure = (&'static str, &'static str, fn(f64) -> bool);

#[test]
fn placing_is_judged_beside_pgbench() {
    let ran = run("place", &[("BENCH_ROUNDS", "1"), ("BENCH_ORDERS", "160")]);
    ran.judges(&[("place-order-of-pgbench", ">=0.60", |value| value >= 0.6)]);
}

/// Also the way of orders that were made before: making so many takes too long for a test.
#[test]
fn pages_are_compared() {
    let settings = [
        ("BENCH_ROUNDS", "1"),
        ("BENCH_SECONDS", "0.2"),
        ("BENCH_DEPTH", "20"),
        ("BENCH_MANY", "1000"),
    ];
    let ran = run("pages", &settings);
    ran.judges(&[
        ("order-page-of-many-of-ten-thousand", "<=1.30", |value| {
            value <= 1.3
        }),
        ("order-page-ten-thousand-of-one", "<=1.30", |value| {
            value <= 1.3
        }),
        ("foreign-order-of-missing-one", "<=1.10", |value| {
            value <= 1.1
        }),
    ]);
}

struct Ran {
    lines: Vec<String>,
    is_success: bool,
    all: String,
}

fn run(what: &str, settings: &[(&str, &str)]) -> Ran {
    let bench = Path::new(env!("CARGO_BIN_EXE_thali-bench"));
    let thali = bench.with_file_name("thali");
    assert!(thali.exists(), "run the tests of the whole workspace");
    let mut command = Command::new(bench);
    command.arg(what).arg(thali).envs(settings.iter().copied());
    if let Ok(programs) = std::env::var("POSTGRES_BIN") {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{programs}:{path}"));
    }
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    Ran {
        lines: printed.lines().map(str::to_owned).collect(),
        is_success: output.status.success(),
        all: format!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

impl Ran {
    /// The last lines are verdicts of these names, true to their values, and so is the exit code.
    fn judges(&self, expected: &[Figure]) {
        assert!(self.lines.len() > expected.len(), "{}", self.all);
        let lines = &self.lines[self.lines.len() - expected.len()..];
        let mut are_all_kept = true;
        for (line, (name, bound, is_kept)) in lines.iter().zip(expected) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [found, value, found_bound, verdict] = words[..] else {
                panic!("{}", self.all);
            };
            assert_eq!((found, found_bound), (*name, *bound));
            let value: f64 = value.parse().unwrap();
            assert!(value > 0.0, "{}", self.all);
            // It is printed with two digits: at the bound either may be true.
            let is_near = is_kept(value - 0.006) != is_kept(value + 0.006);
            assert!(is_near || is_kept(value) == (verdict == "ok"), "{line}");
            are_all_kept &= verdict == "ok";
        }
        assert_eq!(self.is_success, are_all_kept, "{}", self.all);
    }
}
