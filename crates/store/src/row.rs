//! One row of an answer.

use crate::error::StoreError;
use crate::value::{Column, decode};
use crate::{postgres, sqlite};

/// One row of an answer, read from left to right.
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
    /// [`StoreError::Inconsistent`] when there is none left, or its value is not a `T`; the text names the column,
    /// counted from 0, and the kind of value, and not the value.
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
