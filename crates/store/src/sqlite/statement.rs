//! Running one statement.

use super::failure::{statement_error, store_error};
use crate::error::StoreError;
use crate::row::{Row, RowOf};
use crate::sql::Sql;
use crate::value::Cell;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

/// Passes every row of the result to `take`.
pub(crate) fn query(
    connection: &Connection,
    sql: Sql,
    params: &[Cell<'_>],
    take: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = |error| statement_error(connection, error);
    let mut statement = connection.prepare_cached(&sql.for_sqlite()).map_err(failed)?;
    let mut rows = statement.query(params_from_iter(params)).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        take(&Row::new(RowOf::Sqlite(row)))?;
    }
    Ok(())
}

/// How many rows were written or, if the statement reads, found.
pub(crate) fn run(connection: &Connection, sql: Sql, params: &[Cell<'_>]) -> Result<u64, StoreError> {
    let mut found = 0;
    query(connection, sql, params, &mut |_| {
        found += 1;
        Ok(())
    })?;
    Ok(if sql.only_reads() { found } else { connection.changes() })
}

/// The value of a column.
pub(crate) fn cell<'a>(row: &'a rusqlite::Row<'_>, index: usize) -> Result<Cell<'a>, StoreError> {
    match row.get_ref(index).map_err(store_error)? {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(number) => Ok(Cell::Integer(number)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map(|text| Cell::Text(text.into()))
            .map_err(|_| StoreError::inconsistent(format!("column {index} holds text that is not UTF-8"))),
        ValueRef::Blob(bytes) => Ok(Cell::Blob(bytes)),
        ValueRef::Real(_) => Err(StoreError::inconsistent(format!("column {index} holds a floating-point number"))),
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Bool(truth) => ValueRef::Integer(i64::from(*truth)),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Prepares the statement without running it, and checks that its parameters are numbered without gaps: PostgreSQL
/// cannot infer the type of one that is not used.
#[cfg(test)]
pub(crate) fn check(connection: &Connection, sql: Sql) -> Result<(), StoreError> {
    let text = sql.for_sqlite();
    let statement = connection.prepare(&text).map_err(|error| statement_error(connection, error))?;
    match (1..=statement.parameter_count()).find(|number| !text.contains(&format!("?{number}"))) {
        Some(gap) => Err(StoreError::inconsistent(format!("the parameter ?{gap} is not used"))),
        None => Ok(()),
    }
}
