//! Maps SQLite's errors to the store's.

use crate::error::{Code, StoreError};
use rusqlite::{Connection, Error, ErrorCode, ffi};

/// For errors outside the statements of a unit.
pub(super) fn store_error(error: Error) -> StoreError {
    match error {
        Error::SqliteFailure(failure, message) => from_code(failure, message.unwrap_or_default()),
        // The text of a statement contains no values.
        Error::SqlInputError { error, msg, sql, .. } => {
            StoreError::Refused { code: code(error), message: format!("{msg}: {sql}") }
        }
        // The rest are misuses of the driver, whose texts contain only columns and counts.
        Error::InvalidParameterCount(given, wanted) => {
            StoreError::inconsistent(format!("{given} parameters for a statement that takes {wanted}"))
        }
        Error::InvalidColumnIndex(index) => StoreError::inconsistent(format!("there is no column {index}")),
        _ => StoreError::inconsistent("the driver could not make sense of a call or an answer"),
    }
}

/// For errors of a statement of a unit: a violated key gets the name that PostgreSQL would give.
pub(super) fn statement_error(connection: &Connection, error: Error) -> StoreError {
    if let Error::SqliteFailure(failure, Some(message)) = &error {
        let refused = message.strip_prefix("UNIQUE constraint failed: ");
        let primary = failure.extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            || failure.extended_code == ffi::SQLITE_CONSTRAINT_ROWID;
        if let Some(columns) = refused {
            return StoreError::Unique { constraint: constraint_name(connection, columns, primary) };
        }
    }
    store_error(error)
}

fn from_code(failure: ffi::Error, message: String) -> StoreError {
    let code = code(failure);
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Contended { code },
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::OutOfMemory
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OperationInterrupted => StoreError::Unavailable { code: Some(code), why: message },
        _ => StoreError::Refused { code, message },
    }
}

fn code(failure: ffi::Error) -> Code {
    Code(format!("SQLITE_{}", failure.extended_code))
}

/// `columns` is SQLite's list, `user.account_id, user.id`, or `index 'NAME'` for an index over an expression.
fn constraint_name(connection: &Connection, columns: &str, primary: bool) -> String {
    if let Some(index) = columns.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let table = columns.split('.').next().unwrap_or_default();
    if primary {
        return format!("{table}_pkey");
    }
    let columns: Vec<&str> = columns.split(", ").map(|column| column.rsplit('.').next().unwrap_or(column)).collect();
    let columns = columns.join("_");
    index_over(connection, table, &columns).unwrap_or_else(|| format!("{table}_{columns}_key"))
}

/// The index over these columns that `CREATE UNIQUE INDEX` made, if the key comes from one.
fn index_over(connection: &Connection, table: &str, columns: &str) -> Option<String> {
    const FIND: &str = "
        SELECT list.name FROM pragma_index_list(?1) AS list
        WHERE list.\"unique\" = 1 AND list.origin = 'c'
          AND ?2 = (SELECT group_concat(name, '_') FROM (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno))";
    connection.query_row(FIND, [table, columns], |row| row.get(0)).ok()
}
