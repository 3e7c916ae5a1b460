//! The commands as a user runs them: what they print and how they exit.

use std::process::{Command, Output};

use crate::files::Files;

fn thali(data: &Files, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thali"))
        .args(arguments)
        .env_clear()
        .env("THALI_DATA_DIR", data.0.path())
        .output()
        .unwrap()
}

#[test]
fn a_bad_record_fails_the_command_only_when_it_is_strict() {
    let files = Files::new();
    files.write(
        "list.csv",
        "OrganisationCode,OrganisationName\nA1,Aspen House\nA2,\n",
    );
    files.write(
        "menus/k/2024/19.json",
        r#"{"days": [{"date": "2024-05-06", "dishes": [{"name": "Rice"}]}]}"#,
    );
    let (list, menus) = (files.shown("list.csv"), files.shown("menus"));
    for (what, path, problem) in [
        (
            "hospitals",
            &list,
            format!("{list}:3: OrganisationName: is empty\n"),
        ),
        (
            "menus",
            &menus,
            format!(
                "{menus}/k/2024/19.json: day 2024-05-06, dish 1 \"Rice\": dish_type: is empty or missing\n"
            ),
        ),
    ] {
        for (strict, success) in [(true, false), (false, true)] {
            let mut arguments = vec!["import", what, path];
            arguments.extend(strict.then_some("--strict"));
            let output = thali(&files, &arguments);
            assert_eq!(output.status.success(), success, "{arguments:?}");
            let (said, reported) = (
                String::from_utf8(output.stdout),
                String::from_utf8(output.stderr),
            );
            let reported = reported.unwrap();
            assert!(reported.contains(&problem), "{arguments:?}: {reported}");
            let rejected = format!(
                "rejected: 1 of {} records; {} of",
                if what == "menus" { 1 } else { 2 },
                u8::from(strict)
            );
            assert!(said.unwrap().contains(&rejected), "{arguments:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_fails_with_a_reason() {
    let files = Files::new();
    files
        .write("list.csv", "Name,City\nA,B\n")
        .write("empty/readme", "");
    let list = files.shown("list.csv");
    for (arguments, reason) in [
        (
            &["import", "hospitals", &list][..],
            "the column OrganisationCode is missing",
        ),
        (
            &["import", "hospitals", "nowhere.csv"],
            "cannot read nowhere.csv",
        ),
        (
            &["import", "menus", &files.shown("empty")],
            "there is neither canteens.json nor a folder of menus",
        ),
        (
            &["seed", "--scale", "big"],
            "it must be demo, rush or a number of hospitals",
        ),
    ] {
        let output = thali(&files, arguments);
        let reported = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && reported.contains(reason),
            "{arguments:?}: {reported}"
        );
    }
}
