//! Models read by the position of their columns: a name costs a search in a map, and a null
//! that is read by name an error text that nobody sees.

use sea_orm::{
    DbErr, QueryResult, TryGetable,
    prelude::{Date, DateTimeUtc, Time, Uuid},
    sqlx::{Decode, Postgres, Row, ValueRef},
};

/// A model that can be read by position.
pub trait ByPosition: Sized {
    /// Its columns, in the order in which they are read.
    const COLUMNS: &'static [&'static str];

    fn read(cells: &mut Cells<'_>) -> Result<Self, DbErr>;
}

/// The columns of a row, from the first of a model on.
pub struct Cells<'a> {
    row: &'a QueryResult,
    next: usize,
    column: u32,
    left_out: u64,
}

impl<'a> Cells<'a> {
    /// The cells of `row` from position `first` on. The bits of `left_out` are the columns of
    /// the model that the row does not have.
    pub fn new(row: &'a QueryResult, first: usize, left_out: u64) -> Self {
        Self {
            row,
            next: first,
            column: 0,
            left_out,
        }
    }

    /// What comes next, and stays there.
    pub fn peek<T: Cell>(&self) -> Result<T, DbErr> {
        T::read(self.row, self.next)
    }

    /// The same cells, with a model next that leaves out these columns.
    pub fn model(self, left_out: u64) -> Self {
        Self {
            column: 0,
            left_out,
            ..self
        }
    }

    /// The next column of the model.
    pub fn column<T: Cell>(&mut self) -> Result<T, DbErr> {
        let bit = 1u64.checked_shl(self.column).unwrap_or_default();
        self.column += 1;
        if self.left_out & bit != 0 {
            return T::left_out();
        }
        self.value()
    }

    /// The next column of the model; `unread` where it is left out though it is never null, and
    /// nothing may show it.
    pub fn column_or<T: Cell>(&mut self, unread: T) -> Result<T, DbErr> {
        let is_read = self.left_out & 1u64.checked_shl(self.column).unwrap_or_default() == 0;
        self.column += 1;
        match is_read {
            true => self.value(),
            false => Ok(unread),
        }
    }

    /// The next value, of the model or behind it.
    pub fn value<T: Cell>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        T::read(self.row, self.next - 1)
    }
}

/// What a column holds.
pub trait Cell: Sized {
    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr>;

    /// The value of a column that was not read: only null says so.
    fn left_out() -> Result<Self, DbErr> {
        Err(DbErr::Type("left out a column that is never null".into()))
    }
}

impl<T: Cell> Cell for Option<T> {
    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr> {
        match is_null(row, at) {
            true => Ok(None),
            false => T::read(row, at).map(Some),
        }
    }

    fn left_out() -> Result<Self, DbErr> {
        Ok(None)
    }
}

fn is_null(row: &QueryResult, at: usize) -> bool {
    if let Some(row) = row.try_as_pg_row() {
        return row.try_get_raw(at).is_ok_and(|value| value.is_null());
    }
    let row = row.try_as_sqlite_row();
    row.is_some_and(|row| row.try_get_raw(at).is_ok_and(|value| value.is_null()))
}

/// Reads a value without a comparison of types, which takes longer than to read it: a test holds
/// every entity against the migrated tables.
fn unchecked<T>(row: &QueryResult, at: usize) -> Result<T, DbErr>
where
    T: TryGetable + for<'r> Decode<'r, Postgres>,
{
    match row.try_as_pg_row() {
        Some(row) => row
            .try_get_unchecked(at)
            .map_err(|error| DbErr::Type(error.to_string())),
        None => row.try_get_by(at),
    }
}

macro_rules! cells {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr> {
                unchecked(row, at)
            }
        }
    )*};
}

cells!(
    bool,
    i16,
    i32,
    i64,
    f64,
    String,
    Uuid,
    Date,
    Time,
    DateTimeUtc
);

/// Makes enums readable that are columns of small integers.
macro_rules! enum_cells {
    ($($type:ty),*) => {$(
        impl $crate::position::Cell for $type {
            fn read(row: &sea_orm::QueryResult, at: usize) -> Result<Self, sea_orm::DbErr> {
                let code = <i16 as $crate::position::Cell>::read(row, at)?;
                <Self as sea_orm::ActiveEnum>::try_from_value(&code)
            }
        }
    )*};
}
pub(crate) use enum_cells;

/// Makes `Model` readable by position. The fields stand in the order of the struct; `field or
/// value` may be left out though it is never null.
macro_rules! by_position {
    ($($field:ident $(or $unread:expr)?),* $(,)?) => {
        impl $crate::position::ByPosition for Model {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn read(cells: &mut $crate::position::Cells<'_>) -> Result<Self, DbErr> {
                Ok(Self { $($field: $crate::position::column!(cells $(, $unread)?)?),* })
            }
        }
    };
}

macro_rules! column {
    ($cells:ident) => {
        $cells.column()
    };
    ($cells:ident, $unread:expr) => {
        $cells.column_or($unread)
    };
}
pub(crate) use by_position;
pub(crate) use column;

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait};

    use super::ByPosition;

    fn check<M: ModelTrait + ByPosition>() {
        let columns = <M::Entity as EntityTrait>::Column::iter();
        let columns: Vec<&str> = columns.map(|column| column.as_str()).collect();
        assert_eq!(M::COLUMNS, columns);
        assert!(columns.len() <= 64, "left-out columns are bits of a u64");
    }

    #[test]
    fn models_are_read_in_the_order_of_their_columns() {
        check::<crate::account::Model>();
        check::<crate::audit_entry::Model>();
        check::<crate::availability::Model>();
        check::<crate::delivery_slot::Model>();
        check::<crate::dish::Model>();
        check::<crate::dish_allergen::Model>();
        check::<crate::hospital::Model>();
        check::<crate::idempotency_key::Model>();
        check::<crate::kitchen::Model>();
        check::<crate::kitchen_hospital::Model>();
        check::<crate::kitchen_hours::Model>();
        check::<crate::meal_window::Model>();
        check::<crate::membership::Model>();
        check::<crate::menu::Model>();
        check::<crate::menu_item::Model>();
        check::<crate::menu_item_price::Model>();
        check::<crate::menu_section::Model>();
        check::<crate::order::Model>();
        check::<crate::order_event::Model>();
        check::<crate::order_line::Model>();
        check::<crate::order_number::Model>();
        check::<crate::order_tally::Model>();
        check::<crate::outbox::Model>();
        check::<crate::patient::Model>();
        check::<crate::patient_allergy::Model>();
        check::<crate::portion_tally::Model>();
        check::<crate::slot_load::Model>();
        check::<crate::ward::Model>();
    }
}
