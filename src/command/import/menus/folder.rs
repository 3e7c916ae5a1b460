//! The files of a kitchen, by what they are.

use super::cycle;
use crate::command::import::source::Source;

/// The paths of a kitchen's menus below the root.
#[derive(Clone, Debug)]
pub struct Folder {
    pub slug: String,
    /// Oldest first; `combined` last.
    pub weeks: Vec<String>,
    pub cycle: Vec<String>,
}

impl Folder {
    pub fn empty(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            weeks: Vec::new(),
            cycle: Vec::new(),
        }
    }

    /// The number of sheets that will be written.
    pub fn steps(&self) -> u64 {
        let laid = if self.cycle.is_empty() {
            0
        } else {
            cycle::WEEKS
        };
        self.weeks.len() as u64 + laid
    }
}

/// The folders that hold menus, sorted.
pub fn list(source: &Source) -> anyhow::Result<Vec<Folder>> {
    let mut folders = Vec::new();
    for slug in source.folders("")? {
        let mut folder = Folder::empty(&slug);
        let mut combined = Vec::new();
        let mut holds_menus = false;
        for kind in source.folders(&slug)? {
            let path = format!("{slug}/{kind}");
            let is_year = kind.len() == 4 && kind.bytes().all(|byte| byte.is_ascii_digit());
            let paths = match kind.as_str() {
                "cycle" => &mut folder.cycle,
                "combined" => &mut combined,
                _ if is_year => &mut folder.weeks,
                _ => continue,
            };
            holds_menus = true;
            let files = source.files(&path)?;
            paths.extend(files.into_iter().map(|file| format!("{path}/{file}")));
        }
        folder.weeks.append(&mut combined);
        if holds_menus {
            folders.push(folder);
        }
    }
    Ok(folders)
}
