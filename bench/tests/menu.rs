//! The measurement of the menu runs. Its figures say nothing here: they are of programs built for
//! tests, on a machine that runs other tests.

use std::{path::Path, process::Command};

#[test]
fn it_judges_each_of_its_figures() {
    let bench = Path::new(env!("CARGO_BIN_EXE_thali-bench"));
    let thali = bench.with_file_name("thali");
    assert!(thali.exists(), "run the tests of the whole workspace");
    let output = Command::new(bench)
        .arg("menu")
        .arg(thali)
        .env("BENCH_ROUNDS", "1")
        .env("BENCH_SECONDS", "0.2")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = printed.lines().collect();
    let judged = lines.iter().rev().take(2).rev();
    let verdicts: Vec<bool> = judged
        .zip(["menu-warm-of-bare-handler", "menu-warm-get-of-bare-handler"])
        .map(|(line, name)| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [found, value, ">=0.80", verdict] = words[..] else {
                panic!("{printed}{error}");
            };
            assert_eq!(found, name);
            let value: f64 = value.parse().unwrap();
            assert!(value > 0.0, "{printed}");
            assert_eq!(verdict == "ok", value >= 0.8, "{printed}");
            verdict == "ok"
        })
        .collect();
    assert_eq!(verdicts.len(), 2, "{printed}{error}");
    assert_eq!(output.status.success(), verdicts == [true, true]);
}
