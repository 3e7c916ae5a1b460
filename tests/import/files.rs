//! Files for tests: the shared real ones, and small ones made here.

use std::{env, fs, path::PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use thali::{
    app::App,
    command::import::{
        menus::{self, Options},
        report::{Progress, Summary},
        source::Source,
    },
};

/// The folder of real data: THALI_SHARED_DATA, else beside the project.
pub fn shared() -> PathBuf {
    let folder = env::var_os("THALI_SHARED_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")),
        PathBuf::from,
    );
    assert!(
        folder.join("menus").is_dir(),
        "{} does not hold the real data; THALI_SHARED_DATA names another folder",
        folder.display()
    );
    folder
}

/// A folder of menus.
pub struct Files(pub TempDir);

impl Files {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn json(&self, path: &str, value: &Value) -> &Self {
        self.write(path, value.to_string())
    }

    /// The path as reports name it.
    pub fn shown(&self, path: &str) -> String {
        self.0.path().join(path).display().to_string()
    }

    pub async fn import(&self, app: &App, options: Options) -> Summary {
        let source = Source::Folder(self.0.path().to_owned());
        let progress = Progress::silent();
        menus::import(app, &source, options, &progress)
            .await
            .unwrap()
    }
}

/// The problems as they are printed.
pub fn problems(summary: &Summary) -> Vec<String> {
    summary.problems.iter().map(ToString::to_string).collect()
}
