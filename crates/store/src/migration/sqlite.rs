//! Migrates a SQLite file. The caller holds the lock of the file.

use super::{LEDGER, Migration, pending, translate};
use crate::error::{Code, StoreError};
use rusqlite::{Connection, Error};

/// Runs the pending migrations, each in its own transaction.
pub(crate) fn on_sqlite(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    connection.execute_batch(&translate::for_sqlite(LEDGER)).map_err(|error| failed("the first table", &error))?;
    let done = done(connection).map_err(|error| failed("reading the schema version", &error))?;
    // SQLite changes a column only by copying and dropping the table, and with foreign keys on, dropping it would
    // delete the rows that refer to it. Each migration checks them before its commit instead.
    let keys = |on: bool| format!("PRAGMA foreign_keys = {}", if on { "ON" } else { "OFF" });
    connection.execute_batch(&keys(false)).map_err(|error| failed("foreign keys", &error))?;
    for migration in pending(migrations, &done)? {
        apply(connection, migration)?;
        tracing::info!(version = migration.version, name = migration.name, "brought the schema to a new version");
    }
    connection.execute_batch(&keys(true)).map_err(|error| failed("foreign keys", &error))
}

fn done(connection: &Connection) -> Result<Vec<(i64, String)>, Error> {
    let mut statement = connection.prepare("SELECT version, name FROM schema_migration ORDER BY version")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn apply(connection: &mut Connection, migration: &Migration) -> Result<(), StoreError> {
    let failed = |error: Error| failed(migration.name, &error);
    let transaction = connection.transaction().map_err(failed)?;
    transaction.execute_batch(&translate::for_sqlite(migration.sql)).map_err(failed)?;
    transaction.execute_batch(migration.sqlite).map_err(failed)?;
    let broken = transaction.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    if broken.map_err(failed)? {
        return Err(StoreError::inconsistent(format!("after migration {:?} rows refer to nothing", migration.name)));
    }
    transaction
        .execute("INSERT INTO schema_migration (version, name) VALUES (?1, ?2)", (migration.version, migration.name))
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn failed(what: &str, error: &Error) -> StoreError {
    let code =
        error.sqlite_error().map_or_else(|| "SQLITE".to_owned(), |error| format!("SQLITE_{}", error.extended_code));
    StoreError::Refused { code: Code(code), message: format!("migrating, {what}: {error}") }
}
