//! Where the files of an import are: a folder, or the demo data inside the binary.

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use include_dir::{Dir, DirEntry};

/// Files under one root, named by their paths below it.
pub enum Source {
    Folder(PathBuf),
    /// A folder of files inside the binary.
    Embedded(&'static Dir<'static>),
}

impl Source {
    /// The file's bytes; nothing when it is not there.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<Cow<'static, [u8]>>> {
        match self {
            Self::Folder(root) => match std::fs::read(root.join(path)) {
                Ok(bytes) => Ok(Some(Cow::Owned(bytes))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error).context(format!("cannot read {}", self.shown(path))),
            },
            Self::Embedded(root) => Ok(root
                .get_file(root.path().join(path))
                .map(|file| Cow::Borrowed(file.contents()))),
        }
    }

    /// The names of the folders in `path`, sorted.
    pub fn folders(&self, path: &str) -> anyhow::Result<Vec<String>> {
        self.names(path, true)
    }

    /// The names of the JSON files in `path`, sorted: numbers by value.
    pub fn files(&self, path: &str) -> anyhow::Result<Vec<String>> {
        let mut names = self.names(path, false)?;
        names.retain(|name| name.ends_with(".json"));
        names.sort_by_key(|name| {
            (
                name.trim_end_matches(".json").parse::<u32>().ok(),
                name.clone(),
            )
        });
        Ok(names)
    }

    /// The path as reports name it.
    pub fn shown(&self, path: &str) -> String {
        match self {
            Self::Folder(root) => root.join(path).display().to_string(),
            Self::Embedded(_) => format!("demo/{path}"),
        }
    }

    fn names(&self, path: &str, folders: bool) -> anyhow::Result<Vec<String>> {
        let mut names = match self {
            Self::Folder(root) => names_on_disk(&root.join(path), folders)
                .with_context(|| format!("cannot list {}", self.shown(path)))?,
            Self::Embedded(root) => {
                let folder = match path {
                    "" => Some(*root),
                    _ => root.get_dir(root.path().join(path)),
                };
                folder
                    .map_or(&[][..], |folder| folder.entries())
                    .iter()
                    .filter(|entry| matches!(entry, DirEntry::Dir(_)) == folders)
                    .filter_map(|entry| entry.path().file_name()?.to_str())
                    .map(str::to_owned)
                    .collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }
}

fn names_on_disk(path: &Path, folders: bool) -> io::Result<Vec<String>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.path().is_dir() == folders {
            names.extend(entry.file_name().to_str().map(str::to_owned));
        }
    }
    Ok(names)
}
