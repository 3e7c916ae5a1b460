//! `thali import menus`: kitchens, their dishes and their menus, from a folder.
//!
//! The folder is laid out as the eat-api project publishes the menus of canteens:
//! `canteens.json`, and a folder per canteen with `YEAR/WEEK.json` and
//! `combined/combined.json`. Two things are ours: `dishes.json`, a catalogue, and
//! `<canteen>/cycle/N.json`, plans that take turns.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::bail;
use chrono::{DateTime, NaiveDate, Utc};
use entity::kitchen;
use uuid::Uuid;

use super::{
    failed,
    report::{Progress, Read, Summary},
    source::Source,
};
use crate::{
    app::App,
    db::{Meter, Transaction},
    event::Event,
    outbox,
};

mod catalogue;
mod changes;
mod cycle;
mod dishes;
mod folder;
mod json;
mod kitchens;
pub mod labels;
mod price;
mod publish;
mod published;
mod said;
mod serve;
mod week;
mod writes;

use catalogue::{Catalogues, Described};
use changes::Changes;
use dishes::Dishes;
use folder::Folder;
use kitchens::Canteen;
use said::Said;
use serve::Reader;
use week::{Day, Sheet};

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Attach each kitchen to so many of its nearest hospitals.
    pub serve_hospitals: Option<usize>,
    /// Refuse a file whole when a record in it is bad.
    pub strict: bool,
}

/// Reads everything in `source`, a transaction per file.
pub async fn import(
    app: &App,
    source: &Source,
    options: Options,
    progress: &Progress,
) -> anyhow::Result<Summary> {
    let folders = folder::list(source)?;
    if folders.is_empty() && source.read("canteens.json")?.is_none() {
        let root = source.shown("");
        bail!("{root}: there is neither canteens.json nor a folder of menus");
    }
    let mut import = Import {
        app,
        source,
        options,
        progress,
        now: app.clock.now(),
        counted: HashSet::new(),
        summary: Summary::default(),
    };
    let kitchens = import.kitchens(&folders).await?;
    let mut ready = import.catalogue(&folders, &kitchens).await?;
    progress.expect(folders.iter().map(Folder::steps).sum());
    for folder in &folders {
        let Some(kitchen) = kitchens.get(&folder.slug) else {
            continue;
        };
        let ready = match ready.remove(&folder.slug) {
            Some(ready) => ready,
            None => import.read(folder, kitchen, BTreeMap::new()).await?,
        };
        import.menus(kitchen, ready).await?;
    }
    Ok(import.summary)
}

/// A kitchen that menus are imported for.
struct Kitchen {
    id: Uuid,
    readers: Vec<Reader>,
}

/// A kitchen's files, read and ready to be written.
struct Ready {
    sheets: Vec<Sheet>,
    said: Said,
    dishes: Dishes,
}

struct Import<'a> {
    app: &'a App,
    source: &'a Source,
    options: Options,
    progress: &'a Progress,
    now: DateTime<Utc>,
    /// The menus that were met so far.
    counted: HashSet<Uuid>,
    summary: Summary,
}

impl Import<'_> {
    /// Reports what is bad in a file; answers what is good, or nothing when that is refused.
    fn accept<T>(&mut self, read: Read<T>) -> Option<Vec<T>> {
        let refused = self.options.strict && !read.problems.is_empty();
        self.summary.files += 1;
        self.summary.records += read.records;
        self.summary.refused += u64::from(refused);
        for problem in read.problems {
            self.progress.problem(&problem);
            self.summary.problems.push(problem);
        }
        (!refused).then_some(read.good)
    }

    /// Writes the kitchens of `canteens.json`, and of folders that it does not list.
    async fn kitchens(&mut self, folders: &[Folder]) -> anyhow::Result<HashMap<String, Kitchen>> {
        let meter = Meter::new("import menus");
        let file = self.source.shown("canteens.json");
        let mut canteens: Vec<Canteen> = Vec::new();
        if let Some(bytes) = self.source.read("canteens.json")? {
            let mut read = kitchens::read(&file, &bytes);
            let unknown = serve::check(&self.app.db.reader(&meter), &file, &read.good).await?;
            read.problems.extend(unknown);
            canteens = self.accept(read).unwrap_or_default();
        }
        for folder in folders {
            if !canteens.iter().any(|canteen| canteen.slug == folder.slug) {
                let slug = &folder.slug;
                let warning = format!("{file} does not list {slug}: a kitchen without a location");
                self.progress.warning(&warning);
                canteens.push(Canteen::unlisted(slug));
            }
        }
        let transaction = self.app.db.begin(&meter).await?;
        let rows = kitchens::write(&transaction, &canteens, self.now, &mut self.summary).await?;
        let nearest = self.options.serve_hospitals;
        let mut readers = serve::attach(&transaction, &rows, &canteens, nearest).await?;
        self.commit(transaction, Vec::new()).await?;
        let kitchens = rows.into_iter().map(|(slug, row): (_, kitchen::Model)| {
            let readers = readers.remove(&row.id).unwrap_or_default();
            let id = row.id;
            (slug, Kitchen { id, readers })
        });
        Ok(kitchens.collect())
    }

    /// Writes the dishes of the catalogue. They also need what the kitchens' files say of
    /// them, so those kitchens are ready when it is done.
    async fn catalogue(
        &mut self,
        folders: &[Folder],
        kitchens: &HashMap<String, Kitchen>,
    ) -> anyhow::Result<HashMap<String, Ready>> {
        let mut catalogues = Catalogues::new();
        if let Some(bytes) = self.source.read("dishes.json")? {
            let file = self.source.shown("dishes.json");
            let (described, read) =
                catalogue::read(&file, &bytes, |slug| kitchens.contains_key(slug));
            if self.accept(read).is_some() {
                catalogues = described;
            }
        }
        let mut ready = HashMap::new();
        for (slug, described) in catalogues {
            if let Some(kitchen) = kitchens.get(&slug) {
                let folder = folders.iter().find(|folder| folder.slug == slug).cloned();
                let folder = folder.unwrap_or_else(|| Folder::empty(&slug));
                ready.insert(slug, self.read(&folder, kitchen, described).await?);
            }
        }
        let transaction = self.app.db.begin(&Meter::new("import menus")).await?;
        let mut changes = Changes::default();
        for kitchen in ready.values_mut() {
            let Ready { said, dishes, .. } = kitchen;
            dishes.of_catalogue(said, self.now, &mut changes);
        }
        let events = changes.write(&transaction, self.now).await;
        self.commit(transaction, events.map_err(failed)?).await?;
        for (_, kitchen) in
            ready.extract_if(|slug, _| !folders.iter().any(|folder| folder.slug == *slug))
        {
            kitchen.dishes.count(&mut self.summary);
        }
        Ok(ready)
    }

    /// Commits, with an event by which running servers hear of it.
    async fn commit(&self, transaction: Transaction, mut events: Vec<Event>) -> anyhow::Result<()> {
        events.push(Event::DataImported {});
        outbox::record(&transaction, events, self.now).await?;
        Ok(transaction.commit().await?)
    }

    /// Reads all files of a kitchen.
    async fn read(
        &mut self,
        folder: &Folder,
        kitchen: &Kitchen,
        described: BTreeMap<String, Described>,
    ) -> anyhow::Result<Ready> {
        let sheets = self.sheets(folder)?;
        let reader = self.app.db.reader(&Meter::new("import menus"));
        Ok(Ready {
            said: Said::new(&sheets, described),
            dishes: Dishes::load(&reader, kitchen.id).await?,
            sheets,
        })
    }

    fn sheets(&mut self, folder: &Folder) -> anyhow::Result<Vec<Sheet>> {
        let mut plans = Vec::new();
        for path in &folder.cycle {
            let name = self.source.shown(path);
            let bytes = self.source.read(path)?.unwrap_or_default();
            plans.extend(
                self.accept(cycle::read(&name, &bytes))
                    .map(|days| (name, days)),
            );
        }
        let mut sheets = cycle::lay(&plans, self.now.date_naive());
        for path in &folder.weeks {
            let name = self.source.shown(path);
            let bytes = self.source.read(path)?.unwrap_or_default();
            match self.accept(week::read(&name, &bytes)) {
                Some(days) => sheets.push(Sheet { name, days }),
                None => self.progress.step(&name, 0),
            }
        }
        Ok(sheets)
    }

    /// Publishes the sheets of a kitchen. A day that stands in several is what the last of
    /// them says: a week file overrules a cycle, and `combined` has the newest weeks.
    async fn menus(&mut self, kitchen: &Kitchen, ready: Ready) -> anyhow::Result<()> {
        let Ready {
            sheets,
            said,
            mut dishes,
        } = ready;
        let mut owner: HashMap<NaiveDate, usize> = HashMap::new();
        for (index, sheet) in sheets.iter().enumerate() {
            owner.extend(sheet.days.iter().map(|day| (day.date, index)));
        }
        for (index, sheet) in sheets.iter().enumerate() {
            let own = |day: &&Day| owner.get(&day.date) == Some(&index);
            let days: Vec<&Day> = sheet.days.iter().filter(own).collect();
            if !days.is_empty() {
                let meter = Meter::new(sheet.name.as_str());
                let lines = days.iter().flat_map(|day| &day.lines);
                let changes = dishes.of_lines(lines, &said, self.now);
                // A transaction of its own: both hold items, each in the order of their ids.
                let transaction = self.app.db.begin(&meter).await?;
                let events = changes.write(&transaction, self.now).await;
                self.commit(transaction, events.map_err(failed)?).await?;
                let transaction = self.app.db.begin(&meter).await?;
                let did = publish::publish(
                    &transaction,
                    (kitchen.id, &kitchen.readers),
                    &days,
                    &dishes,
                    self.now,
                    &mut self.counted,
                );
                let did = did.await?;
                self.commit(transaction, Vec::new()).await?;
                self.summary.add(did);
            }
            let lines = sheet.days.iter().map(|day| day.lines.len() as u64).sum();
            self.progress.step(&sheet.name, lines);
        }
        dishes.count(&mut self.summary);
        Ok(())
    }
}
