//! The SQL of a page: one statement for all parents, the limit of each applied inside.

use entity::position::Cells;
use sea_orm::{
    Condition, DbBackend, DbErr, Value,
    sea_query::{
        Expr, ExprTrait, Func, JoinType, Order as Direction, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use super::{Cursor, beyond::Ends, key::Parents, list::key_value};
use crate::{
    graph::fetch::Columns,
    sql::{from_keys, keys_since},
};

/// A list in SQL, without its ends.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The table whose rows are listed.
    pub table: &'static str,
    /// The columns that tell its rows apart. The first holds a UUID and is read first.
    pub row: &'static [&'static str],
    /// What is read of a row.
    pub columns: Columns,
    /// FROM the table, with the joins and conditions of the filter, and nothing selected yet.
    pub from: SelectStatement,
    /// The column that holds the key of the parent.
    pub parent: Option<Expr>,
    /// The parents whose list the viewer may see, where not everybody may see those of all.
    pub only: Option<Vec<Uuid>>,
    /// Conditions that exclude each other and of which one must hold, where each has an index in
    /// the order of the list that all together have not; none where the list has no such parts.
    pub parts: Vec<Condition>,
    pub order: Order,
}

/// A total order: by the keys, then by id, all in one direction.
#[derive(Clone, Debug)]
pub struct Order {
    pub keys: Vec<OrderKey>,
    pub descending: bool,
}

/// What a list is ordered by: an expression over its table that is never NULL.
#[derive(Clone, Debug)]
pub struct OrderKey {
    pub expr: Expr,
    pub kind: KeyType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    Integer,
    Double,
    Text,
    Date,
    Moment,
}

/// Which part of a list is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub backward: bool,
    pub size: usize,
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
}

const NAMES: [&str; 3] = ["key0_", "key1_", "key2_"];

impl OrderKey {
    pub fn new(expr: impl Into<Expr>, kind: KeyType) -> Self {
        Self {
            expr: expr.into(),
            kind,
        }
    }
}

impl Order {
    pub fn by(keys: impl IntoIterator<Item = OrderKey>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            descending: false,
        }
    }

    /// Reads the values of the keys, which stand behind the item.
    pub fn read(&self, cells: &mut Cells<'_>) -> Result<Vec<Value>, DbErr> {
        let keys = self.keys.iter();
        keys.map(|key| key_value(cells, key.kind)).collect()
    }

    /// Whether a cursor of this order was given: as many values, of the same types.
    fn fits(&self, cursor: &Cursor) -> bool {
        let fits = |key: &OrderKey, value: &Value| match (key.kind, value) {
            (KeyType::Integer, Value::BigInt(Some(_))) => true,
            (KeyType::Double, Value::Double(Some(number))) => number.is_finite(),
            // No text in a database has a NUL, and PostgreSQL is not to be sent one.
            (KeyType::Text, Value::String(Some(text))) => !text.contains('\0'),
            (KeyType::Date, Value::ChronoDate(Some(_))) => true,
            (KeyType::Moment, Value::ChronoDateTimeUtc(Some(_))) => true,
            _ => false,
        };
        let mut pairs = self.keys.iter().zip(&cursor.keys);
        self.keys.len() == cursor.keys.len() && pairs.all(|(key, value)| fits(key, value))
    }
}

impl Listing {
    /// Whether both cursors can continue this list.
    pub fn accepts(&self, window: &Window) -> bool {
        [&window.after, &window.before]
            .into_iter()
            .flatten()
            .all(|cursor| self.order.fits(cursor))
    }

    /// Reads a page for each of `parents`, or of the whole list when it has none: at most
    /// `size + 1` rows each, with `parent_`, the values of the order, and, where a cursor was
    /// given, whether anything lies on its other side.
    pub fn page(
        &self,
        window: &Window,
        shown: Ends,
        parents: &Parents,
        backend: DbBackend,
    ) -> SelectStatement {
        let descending = self.order.descending != window.backward;
        let direction = if descending {
            Direction::Desc
        } else {
            Direction::Asc
        };

        let mut outer = Query::select();
        self.select_parents(&mut outer, parents, backend);
        self.tell_beyond(&mut outer, window, shown, backend);
        let join = match window.after.is_some() || window.before.is_some() {
            // A parent whose page is empty still says what lies beyond.
            true => JoinType::LeftJoin,
            false => JoinType::InnerJoin,
        };
        let rows = match backend {
            DbBackend::Postgres => {
                let inner = self.slice(window, &direction);
                outer.join_lateral(join, inner, "r", Expr::val(true));
                outer.expr(Expr::cust("r.*"));
                "r"
            }
            // SQLite has no LATERAL, but lets a subquery on the right side of IN see the left.
            _ => {
                let mut inner = self.below_parent(&self.whole());
                self.cut(&mut inner, window, &direction);
                let columns = || self.row.iter().map(|column| (self.table, *column));
                inner.columns(columns());
                let row = Expr::tuple(columns().map(Expr::col));
                outer.join(join, self.table, row.in_subquery(inner));
                self.select_columns(&mut outer);
                self.table
            }
        };
        for (key, name) in self.order.keys.iter().zip(NAMES) {
            match rows {
                "r" => outer.order_by(("r", name), direction.clone()),
                _ => outer.order_by_expr(key.expr.clone(), direction.clone()),
            };
        }
        outer.order_by((rows, self.row[0]), direction);
        outer
    }

    /// The rows of one parent that a page takes: of each part so many as the page has, then of
    /// all of them.
    fn slice(&self, window: &Window, direction: &Direction) -> SelectStatement {
        let part = |condition: &Condition| {
            let mut part = self.below_parent(condition);
            self.cut(&mut part, window, direction);
            self.select_columns(&mut part);
            part
        };
        let [first, more @ ..] = self.parts.as_slice() else {
            return part(&self.whole());
        };
        if more.is_empty() {
            return part(first);
        }
        let all_of = |part| {
            let all = Expr::cust("p.*");
            Query::select().expr(all).from_subquery(part, "p").take()
        };
        let mut slice = all_of(part(first));
        for condition in more {
            slice.union(UnionType::All, all_of(part(condition)));
        }
        for (_, name) in self.order.keys.iter().zip(NAMES) {
            slice.order_by(name, direction.clone());
        }
        slice.order_by(self.row[0], direction.clone());
        slice.limit(window.size as u64 + 1);
        slice
    }

    /// The condition that all parts are together.
    pub(super) fn whole(&self) -> Condition {
        match self.parts.as_slice() {
            [] => Condition::all(),
            parts => parts.iter().cloned().fold(Condition::any(), Condition::add),
        }
    }

    /// Leaves of `select` what is inside the window, in its order, one row more than it has.
    fn cut(&self, select: &mut SelectStatement, window: &Window, direction: &Direction) {
        if let Some(after) = &window.after {
            select.and_where(self.side(after, !self.order.descending, false));
        }
        if let Some(before) = &window.before {
            select.and_where(self.side(before, self.order.descending, false));
        }
        self.sort(select, direction);
        select.limit(window.size as u64 + 1);
    }

    pub(super) fn sort(&self, select: &mut SelectStatement, direction: &Direction) {
        for key in &self.order.keys {
            select.order_by_expr(key.expr.clone(), direction.clone());
        }
        select.order_by((self.table, self.row[0]), direction.clone());
    }

    /// Counts the rows below each of `parents`, or all of them. Each by itself: joined with all
    /// parents, the whole table would be read where they may have much of it.
    pub fn count(&self, parents: &Parents, backend: DbBackend) -> SelectStatement {
        let all = Func::cust("COUNT").arg(Expr::cust("*"));
        let mut counted = self.below_parent(&self.whole());
        if self.parent.is_none() {
            return counted.expr_as(all, "count_").take();
        }
        let counted = counted.expr(all).take();
        let mut outer = Query::select();
        outer.expr_as(Expr::from(counted), "count_");
        self.select_parents(&mut outer, parents, backend);
        outer
    }

    /// FROM the parents, or from one row where the list has none.
    fn select_parents(&self, outer: &mut SelectStatement, parents: &Parents, backend: DbBackend) {
        if self.parent.is_none() {
            outer.from_subquery(Query::select().expr_as(Expr::val(1), "k").take(), "k");
            return;
        }
        match parents.since.as_slice() {
            [] => from_keys(outer, &parents.ids, backend),
            since => {
                outer.from_subquery(keys_since(&parents.ids, since, backend), "k");
            }
        }
        outer.expr_as(Expr::col(("k", "k")), "parent_");
    }

    pub(super) fn below_parent(&self, condition: &Condition) -> SelectStatement {
        let mut select = self.from.clone();
        select.cond_where(condition.clone());
        if let Some(parent) = &self.parent {
            select.and_where(parent.clone().eq(Expr::col(("k", "k"))));
        }
        select
    }

    fn select_columns(&self, select: &mut SelectStatement) {
        for (expr, name) in &self.columns.read {
            select.expr_as(expr.clone(), *name);
        }
        for (key, name) in self.order.keys.iter().zip(NAMES) {
            let expr = match key.kind {
                KeyType::Integer => key.expr.clone().cast_as("bigint"),
                _ => key.expr.clone(),
            };
            select.expr_as(expr, name);
        }
    }
}
