//! The SQL of a page: one statement for all parents, the limit of each applied inside.

use entity::position::Cells;
use sea_orm::{
    Condition, DbBackend, DbErr, Value,
    sea_query::{
        Expr, ExprTrait, Func, JoinType, Order as Direction, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use super::{Cursor, key::Parents, list::key_value};
use crate::{
    graph::fetch::Columns,
    sql::{from_keys, is_any_of, keys_since},
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
    pub fn page(&self, window: &Window, parents: &Parents, backend: DbBackend) -> SelectStatement {
        let descending = self.order.descending != window.backward;
        let direction = if descending {
            Direction::Desc
        } else {
            Direction::Asc
        };

        let mut outer = Query::select();
        match self.parent {
            Some(_) => {
                match parents.since.as_slice() {
                    [] => from_keys(&mut outer, &parents.ids, backend),
                    since => {
                        outer.from_subquery(keys_since(&parents.ids, since, backend), "k");
                    }
                }
                outer.expr_as(Expr::col(("k", "k")), "parent_");
            }
            None => {
                outer.from_subquery(Query::select().expr_as(Expr::val(1), "k").take(), "k");
            }
        }
        if let Some(after) = &window.after {
            outer.expr_as(self.exists(after, self.order.descending), "head_");
        }
        if let Some(before) = &window.before {
            outer.expr_as(self.exists(before, !self.order.descending), "tail_");
        }
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
    fn whole(&self) -> Condition {
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
        for key in &self.order.keys {
            select.order_by_expr(key.expr.clone(), direction.clone());
        }
        select.order_by((self.table, self.row[0]), direction.clone());
        select.limit(window.size as u64 + 1);
    }

    /// Counts the rows below each of `parents`, or all of them.
    pub fn count(&self, parents: &Parents, backend: DbBackend) -> SelectStatement {
        let mut select = self.from.clone();
        select.cond_where(self.whole());
        select.expr_as(Func::cust("COUNT").arg(Expr::cust("*")), "count_");
        if let Some(parent) = &self.parent {
            select.expr_as(parent.clone(), "parent_");
            if parents.since.is_empty() {
                select.and_where(is_any_of(parent.clone(), &parents.ids, backend));
            } else {
                let keys = keys_since(&parents.ids, &parents.since, backend);
                let on = parent.clone().eq(Expr::col(("k", "k")));
                select.join_subquery(JoinType::InnerJoin, keys, "k", on);
            }
            select.add_group_by([parent.clone()]);
        }
        select
    }

    fn below_parent(&self, condition: &Condition) -> SelectStatement {
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

    /// The rows on one side of a cursor. `greater`: those with greater keys; `including` the
    /// cursor's own row.
    fn side(&self, cursor: &Cursor, greater: bool, including: bool) -> Expr {
        let keys = self.order.keys.iter().map(|key| key.expr.clone());
        let row = Expr::tuple(keys.chain([Expr::col((self.table, self.row[0]))]));
        let values = cursor.keys.iter().cloned().map(Expr::val);
        let at = Expr::tuple(values.chain([Expr::val(cursor.id)]));
        match (greater, including) {
            (true, false) => row.gt(at),
            (true, true) => row.gte(at),
            (false, false) => row.lt(at),
            (false, true) => row.lte(at),
        }
    }

    fn exists(&self, cursor: &Cursor, greater: bool) -> Expr {
        let beyond = |condition: &Condition| {
            let mut select = self.below_parent(condition);
            select
                .expr(Expr::val(1))
                .and_where(self.side(cursor, greater, true))
                .limit(1);
            Expr::exists(select)
        };
        match self.parts.as_slice() {
            [] => beyond(&self.whole()),
            [first, more @ ..] => {
                let more = more.iter().map(beyond);
                more.fold(beyond(first), ExprTrait::or)
            }
        }
    }
}
