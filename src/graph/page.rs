//! Pages: Relay connections in both directions over keyset cursors.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Enum, Object, OutputType, SimpleObject, TypeName};

mod beyond;
mod cursor;
mod key;
mod list;
mod statement;

pub use cursor::Cursor;
pub use key::ListKey;
pub use list::{CountOf, List, Page, PageOf};
pub use statement::{KeyType, Listing, Order, OrderKey};

use crate::{
    error::{Error, Result},
    graph::{Listed, Plain, Row},
};

/// How many items a page has when nothing is said, and at most.
const DEFAULT_SIZE: i32 = 20;
const LARGEST_SIZE: i32 = 100;

/// The arguments of a connection, as they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Slice {
    /// Whether the page is taken from the end, and its size.
    fn size(&self) -> Result<(bool, usize)> {
        let (backward, name, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input("Give `first` or `last`, not both."));
            }
            (None, Some(last)) => (true, "last", last),
            (first, None) => (false, "first", first.unwrap_or(DEFAULT_SIZE)),
        };
        if !(0..=LARGEST_SIZE).contains(&size) {
            return Err(Error::bad_input(format!(
                "`{name}` is {size}; it must be from 0 to {LARGEST_SIZE}."
            )));
        }
        Ok((backward, size as usize))
    }
}

/// The direction of an ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// Smallest or earliest first, best match first, A before Z.
    Asc,
    /// Greatest or latest first, worst match first, Z before A.
    Desc,
}

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there are items after this page.
    has_next_page: bool,
    /// Whether there are items before this page.
    has_previous_page: bool,
    /// The cursor of the first item, to go backward with `last` and `before`; null on an empty page.
    start_cursor: Option<String>,
    /// The cursor of the last item, to go on with `first` and `after`; null on an empty page.
    end_cursor: Option<String>,
}

/// A page of a list: what a connection field answers.
pub struct Connection<T> {
    page: Arc<Page<T>>,
    total: Option<u64>,
}

/// An item of a page with its cursor.
pub struct PageEdge<T> {
    page: Arc<Page<T>>,
    index: usize,
}

impl<T> Connection<T> {
    pub fn new(page: Arc<Page<T>>, total: Option<u64>) -> Self {
        Self { page, total }
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for PageEdge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list, and where it stands.
#[Object(name_type)]
impl<T: async_graphql::ObjectType + 'static> Connection<T> {
    /// The items with their cursors. Use `nodes` when the cursors of single items are not needed.
    async fn edges(&self) -> Listed<Vec<Plain<PageEdge<T>>>> {
        let edge = |index| {
            Plain(PageEdge {
                page: self.page.clone(),
                index,
            })
        };
        Listed((0..self.page.items.len()).map(edge).collect())
    }

    /// The items.
    async fn nodes(&self) -> Listed<&[Row<T>]> {
        Listed(&self.page.items)
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> Plain<PageInfo> {
        let page = &self.page;
        Plain(PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.cursor(0),
            end_cursor: page
                .items
                .len()
                .checked_sub(1)
                .and_then(|last| page.cursor(last)),
        })
    }

    /// How many items the whole list has. Costs a statement of its own, which runs only when
    /// this is selected.
    async fn total_count(&self) -> u64 {
        self.total.unwrap_or_default()
    }
}

/// An item of a page.
#[Object(name_type)]
impl<T: async_graphql::ObjectType + 'static> PageEdge<T> {
    /// Where the item stands: give it as `after` or `before` to go on from here.
    async fn cursor(&self) -> String {
        self.page.cursor(self.index).unwrap_or_default()
    }

    /// The item.
    async fn node(&self) -> &Row<T> {
        &self.page.items[self.index]
    }
}
