//! Programs of npm and Python that tests run against a server.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// A folder of the project.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Runs a program that must succeed, and returns what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("cannot run {program} ({error}): run the tests with `make test`, which installs it")
    });
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let printed = String::from_utf8_lossy(&text).into_owned();
    let program = command.get_program().display();
    assert!(output.status.success(), "{program}: {printed}");
    printed
}

/// Installs the packages that the folder's lock file names, unless they are there.
pub fn install(folder: &Path) {
    // npm does not expect to meet itself.
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _installing = INSTALLING.lock();
    let script = self::folder("scripts/npm-ci");
    run(Command::new(script).arg(folder));
}
