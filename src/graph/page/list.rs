//! The loader keys of connections: a page of a list, and the length of one.

use std::{fmt::Debug, future::Future, sync::Arc};

use entity::position::Cells;
use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Cursor, ListKey, Listing, Slice,
    beyond::Ends,
    key::{Parents, position},
    statement::{KeyType, Window},
};
use crate::{
    cache::{HotKind, Tag},
    error::{Error, Result},
    graph::{Hot, Reads, Row},
};

/// A list that is read in pages, such as the dishes of a kitchen. The value itself holds what
/// all its parents have in common: filter and ordering. Its name and `Debug` text are what a
/// cursor's fingerprint is made of.
pub trait List: Clone + Debug + PartialEq + Send + Sync + 'static {
    type Item: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// The id of the parent, or `()` for a list of everything.
    type Key: ListKey;

    /// What its pages are kept as, or None where they are live; as in [`Hot`].
    fn kind(&self) -> Option<HotKind> {
        None
    }

    /// What a page below `key` depends on; as in [`Hot`].
    fn tags(&self, _key: &Self::Key) -> Vec<Tag> {
        Vec::new()
    }

    /// The list in SQL.
    fn listing(&self, reads: &Reads) -> impl Future<Output = Result<Listing>> + Send;

    /// A row of the listing as an item.
    fn item(cells: &mut Cells<'_>) -> Result<Self::Item, sea_orm::DbErr>;
}

/// A page that was read.
#[derive(Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<Row<T>>,
    pub has_next: bool,
    pub has_previous: bool,
    cursors: Vec<Cursor>,
    fingerprint: u32,
}

// A page that nobody looks at.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            has_next: false,
            has_previous: false,
            cursors: Vec::new(),
            fingerprint: 0,
        }
    }
}

impl<T> Page<T> {
    pub fn cursor(&self, index: usize) -> Option<String> {
        self.cursors
            .get(index)
            .map(|cursor| cursor.encode(self.fingerprint))
    }
}

/// A page of `L`.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOf<L> {
    list: L,
    window: Window,
    fingerprint: u32,
}

impl<L: List> PageOf<L> {
    pub fn new(list: L, slice: Slice) -> Result<Self> {
        let (backward, size) = slice.size()?;
        let fingerprint = match (&slice.after, &slice.before) {
            // Cursors are made when the page was read.
            (None, None) => 0,
            _ => fingerprint(&list),
        };
        let decode = |cursor: Option<String>| {
            cursor
                .map(|text| Cursor::decode(&text, fingerprint))
                .transpose()
        };
        let window = Window {
            backward,
            size,
            after: decode(slice.after)?,
            before: decode(slice.before)?,
        };
        Ok(Self {
            list,
            window,
            fingerprint,
        })
    }
}

/// FNV-1a: the same in every version of every instance.
fn fingerprint<L: List>(list: &L) -> u32 {
    let text = format!("{list:?}");
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

impl<L: List> Hot for PageOf<L> {
    type Key = L::Key;
    type Value = Arc<Page<L::Item>>;

    fn kind(&self) -> Option<HotKind> {
        self.list.kind()
    }

    fn tags(&self, key: &L::Key) -> Vec<Tag> {
        self.list.tags(key)
    }

    async fn read(&self, keys: &[L::Key], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let listing = self.list.listing(reads).await?;
        let window = &self.window;
        if !listing.accepts(window) {
            return Err(Error::bad_input(
                "The cursor does not fit this list; start without it.",
            ));
        }
        let parents = Parents::of(keys).seen(&listing.only);
        let rows = match parents.is_nobody(&listing) {
            true => Vec::new(),
            false => {
                let shown = Ends {
                    head: reads.selects("PageInfo", "hasPreviousPage"),
                    tail: reads.selects("PageInfo", "hasNextPage"),
                };
                let statement = listing.page(window, shown, &parents, reads.backend());
                reads.conn.query_all(&statement).await?
            }
        };

        // Rows come in the order of the list, for all parents together.
        let mut pages: Vec<Rows<L::Item>> = keys.iter().map(|_| Rows::default()).collect();
        // `parent_`, `head_`, `tail_`, the item, the values of the ordering.
        let has_ends = window.after.is_some() || window.before.is_some();
        for row in &rows {
            let mut cells = Cells::new(row, 0, 0);
            let index = match listing.parent {
                Some(_) => position(keys, cells.value()?)?,
                None => 0,
            };
            let page = &mut pages[index];
            if window.after.is_some() {
                page.head = cells.value()?;
            }
            if window.before.is_some() {
                page.tail = cells.value()?;
            }
            // A parent without rows has one row all the same when cursors are asked about.
            if has_ends && cells.peek::<Option<Uuid>>()?.is_none() {
                continue;
            }
            let id = cells.peek()?;
            let mut cells = cells.model(listing.columns.left_out);
            page.items.push(Row::new(L::item(&mut cells)?));
            page.cursors.push(Cursor {
                keys: listing.order.read(&mut cells)?,
                id,
            });
        }
        let fingerprint = match self.fingerprint {
            0 => fingerprint(&self.list),
            known => known,
        };
        Ok(pages
            .into_iter()
            .map(|rows| Ok(Arc::new(rows.page(window, fingerprint))))
            .collect())
    }

    fn name(&self) -> &'static str {
        list_name::<L>()
    }
}

fn list_name<L>() -> &'static str {
    let path = std::any::type_name::<L>();
    path.rsplit("::").next().unwrap_or(path)
}

/// The rows of one parent, one more than asked when there is one more; whether anything lies
/// at or before `after`, at or behind `before`.
struct Rows<T> {
    items: Vec<Row<T>>,
    cursors: Vec<Cursor>,
    head: bool,
    tail: bool,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            cursors: Vec::new(),
            head: false,
            tail: false,
        }
    }
}

impl<T> Rows<T> {
    fn page(mut self, window: &Window, fingerprint: u32) -> Page<T> {
        let more = self.items.len() > window.size;
        self.items.truncate(window.size);
        self.cursors.truncate(window.size);
        if window.backward {
            self.items.reverse();
            self.cursors.reverse();
        }
        let has_next = self.tail || (more && !window.backward);
        let has_previous = self.head || (more && window.backward);
        Page {
            items: self.items,
            has_next,
            has_previous,
            cursors: self.cursors,
            fingerprint,
        }
    }
}

/// The length of `L`.
#[derive(Clone, Debug, PartialEq)]
pub struct CountOf<L>(pub L);

impl<L: List> Hot for CountOf<L> {
    type Key = L::Key;
    type Value = u64;

    fn kind(&self) -> Option<HotKind> {
        self.0.kind()
    }

    fn tags(&self, key: &L::Key) -> Vec<Tag> {
        self.0.tags(key)
    }

    async fn read(&self, keys: &[L::Key], reads: &Reads) -> Result<Vec<Result<u64>>> {
        let listing = self.0.listing(reads).await?;
        let parents = Parents::of(keys).seen(&listing.only);
        let rows = match parents.is_nobody(&listing) {
            true => Vec::new(),
            false => {
                let count = listing.count(&parents, reads.backend());
                reads.conn.query_all(&count).await?
            }
        };
        let mut counts: Vec<Result<u64>> = keys.iter().map(|_| Ok(0)).collect();
        for row in &rows {
            let mut cells = Cells::new(row, 0, 0);
            let count: i64 = cells.value()?;
            let index = match listing.parent {
                Some(_) => position(keys, cells.value()?)?,
                None => 0,
            };
            counts[index] = Ok(count as u64);
        }
        Ok(counts)
    }

    fn name(&self) -> &'static str {
        "Count"
    }
}

/// Reads a value of the ordering.
pub(super) fn key_value(cells: &mut Cells<'_>, key: KeyType) -> Result<Value, sea_orm::DbErr> {
    Ok(match key {
        KeyType::Integer => cells.value::<i64>()?.into(),
        KeyType::Double => cells.value::<f64>()?.into(),
        KeyType::Text => cells.value::<String>()?.into(),
        KeyType::Date => cells.value::<chrono::NaiveDate>()?.into(),
        KeyType::Moment => cells.value::<chrono::DateTime<chrono::Utc>>()?.into(),
    })
}
