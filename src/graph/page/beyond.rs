//! Whether anything lies beyond a cursor, and the rows on one side of it.

use sea_orm::{
    Condition, DbBackend,
    sea_query::{Expr, ExprTrait, JoinType, Order as Direction, Query, SelectStatement},
};

use super::{
    Cursor,
    statement::{Listing, Window},
};

/// Which ends of a page are shown: what lies beyond is looked for there alone.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub head: bool,
    pub tail: bool,
}

impl Listing {
    /// Selects whether anything lies beyond the cursors of a window, as `head_` and `tail_`.
    pub(super) fn tell_beyond(
        &self,
        outer: &mut SelectStatement,
        window: &Window,
        shown: Ends,
        backend: DbBackend,
    ) {
        let descending = self.order.descending;
        let end = |cursor, greater, is_shown| match is_shown {
            true => self.exists(cursor, greater),
            false => Expr::cust("FALSE"),
        };
        let (after, before) = (window.after.as_ref(), window.before.as_ref());
        let head = after.map(|after| (end(after, descending, shown.head), "head_"));
        let tail = before.map(|before| (end(before, !descending, shown.tail), "tail_"));
        let ends: Vec<_> = head.into_iter().chain(tail).collect();
        match backend {
            // Asked once for each parent: what has an OFFSET is not asked again for each row.
            DbBackend::Postgres if !ends.is_empty() => {
                let mut asked = Query::select();
                for (end, name) in ends {
                    asked.expr_as(end, name);
                    outer.column(("e", name));
                }
                asked.offset(0);
                outer.join_lateral(JoinType::InnerJoin, asked, "e", Expr::val(true));
            }
            _ => {
                for (end, name) in ends {
                    outer.expr_as(end, name);
                }
            }
        }
    }

    /// The rows on one side of a cursor. `greater`: those with greater keys; `including` the
    /// cursor's own row.
    pub(super) fn side(&self, cursor: &Cursor, greater: bool, including: bool) -> Expr {
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

    /// Whether there are rows on one side of a cursor, its own included. The nearest is looked
    /// for, by the index: for an EXISTS, PostgreSQL may gather them all.
    fn exists(&self, cursor: &Cursor, greater: bool) -> Expr {
        let direction = if greater {
            Direction::Asc
        } else {
            Direction::Desc
        };
        let beyond = |condition: &Condition| {
            let mut select = self.below_parent(condition);
            select
                .expr(Expr::col((self.table, self.row[0])))
                .and_where(self.side(cursor, greater, true));
            self.sort(&mut select, &direction);
            select.limit(1);
            Expr::from(select).is_not_null()
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
