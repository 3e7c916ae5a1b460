//! The demo data: files in the import's format, inside the binary.

use anyhow::bail;
use include_dir::{Dir, include_dir};

use crate::{
    app::App,
    command::import::{
        hospitals,
        menus::{self, Options},
        report::{Progress, Summary},
        source::Source,
    },
};

static HOSPITALS: &[u8] = include_bytes!("../../../demo/hospitals.csv");
static MENUS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo/menus");

/// Loads the demo data, or extends its menus to the current weeks. What is there stays as it
/// is, so this may run at every start.
pub async fn seed_demo(app: &App, progress: &Progress) -> anyhow::Result<Summary> {
    let mut summary = hospitals::import(app, "demo/hospitals.csv", HOSPITALS, true).await?;
    if let Some(problem) = summary.problems.first() {
        bail!("the demo data is wrong: {problem}");
    }
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let menus = menus::import(app, &Source::Embedded(&MENUS), options, progress).await?;
    if let Some(problem) = menus.problems.first() {
        bail!("the demo data is wrong: {problem}");
    }
    summary.add(menus);
    Ok(summary)
}
