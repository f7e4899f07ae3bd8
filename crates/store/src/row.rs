//! One row of an answer.

use crate::error::StoreError;
use crate::value::{Column, decode};
use crate::{postgres, sqlite};

/// One row of an answer. Columns are counted from 0.
pub struct Row<'a>(pub(crate) RowOf<'a>);

pub(crate) enum RowOf<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of a column.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] when there is no such column, or its value is not a `T`; the text names the
    /// column and the kind of value, and not the value.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, StoreError> {
        let cell = match &self.0 {
            RowOf::Sqlite(row) => sqlite::cell(row, index),
            RowOf::Postgres(row) => postgres::cell(row, index),
        }?;
        decode(index, cell)
    }
}
