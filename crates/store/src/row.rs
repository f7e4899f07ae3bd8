//! One row of a result.

use crate::error::StoreError;
use crate::value::{Column, decode};
use crate::{postgres, sqlite};

/// One row of a result, read from left to right.
pub struct Row<'a> {
    row: RowOf<'a>,
    at: std::cell::Cell<usize>,
}

pub(crate) enum RowOf<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(crate) fn new(row: RowOf<'a>) -> Self {
        Self { row, at: std::cell::Cell::new(0) }
    }

    /// The value of the next column, in the order of the statement.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if there is none left or it is not a `T`. The text has the index of the column,
    /// from 0, and the kind of value, but not the value.
    pub fn next<T: Column>(&self) -> Result<T, StoreError> {
        let index = self.at.get();
        self.at.set(index + 1);
        let cell = match &self.row {
            RowOf::Sqlite(row) => sqlite::cell(row, index),
            RowOf::Postgres(row) => postgres::cell(row, index),
        }?;
        decode(index, cell)
    }
}
