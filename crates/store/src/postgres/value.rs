//! Conversion of values to and from PostgreSQL's types.

use super::failure::store_error;
use crate::error::StoreError;
use crate::value::Cell;
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// The value of a column.
pub(crate) fn cell(row: &Row, index: usize) -> Result<Cell<'_>, StoreError> {
    let column =
        row.columns().get(index).ok_or_else(|| StoreError::inconsistent(format!("there is no column {index}")))?;
    let kind = column.type_();
    if *kind == Type::INT8 {
        get(row, index, Cell::Integer)
    } else if *kind == Type::INT4 {
        // The type of a literal number in a statement.
        get(row, index, |number: i32| Cell::Integer(number.into()))
    } else if *kind == Type::BOOL {
        get(row, index, Cell::Bool)
    } else if *kind == Type::TEXT || *kind == Type::VARCHAR {
        get(row, index, |text: &str| Cell::Text(text.into()))
    } else if *kind == Type::BYTEA {
        get(row, index, Cell::Blob)
    } else {
        Err(StoreError::inconsistent(format!("column {index} is of the type {kind}, which has to be cast")))
    }
}

fn get<'a, T: FromSql<'a>>(
    row: &'a Row,
    index: usize,
    cell: impl FnOnce(T) -> Cell<'a>,
) -> Result<Cell<'a>, StoreError> {
    let value: Option<T> = row.try_get(index).map_err(store_error)?;
    Ok(value.map_or(Cell::Null, cell))
}

/// Whether [`cell`] and [`Cell::to_sql`] know the type.
#[cfg(test)]
pub(super) fn is_known(kind: &Type) -> bool {
    [Type::INT8, Type::INT4, Type::BOOL, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(kind)
}

impl std::fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Bool(truth) if *kind == Type::BOOL => truth.to_sql(kind, out),
            Self::Text(text) if *kind == Type::TEXT || *kind == Type::VARCHAR => text.to_sql(kind, out),
            Self::Blob(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            _ => Err(format!("{} was given for a parameter of the type {kind}", self.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        // `to_sql` checks the type together with the value.
        true
    }

    to_sql_checked!();
}
