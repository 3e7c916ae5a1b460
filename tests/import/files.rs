//! Files for tests: the shared real ones, and small ones made here.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

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

/// The folder of real data: THALI_SHARED_DATA, else `shared/data` beside the project or above.
pub fn shared() -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = match env::var_os("THALI_SHARED_DATA") {
        Some(folder) => Some(folder.into()),
        None => project
            .ancestors()
            .map(|folder| folder.join("shared/data"))
            .find(|folder| folder.join("menus").is_dir()),
    };
    folder.unwrap_or_else(|| {
        panic!(
            "no shared/data with the real menus beside {} or above; set THALI_SHARED_DATA",
            project.display()
        )
    })
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
