//! Connections and their settings.

use super::failure::store_error;
use crate::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

/// More than the program has.
const MAX_CACHED_STATEMENTS: usize = 512;

/// Time limit for a lock held by another program, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Creates the folder and the file if missing. Only the server's user can read the file.
pub(super) fn create_file(path: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| {
        StoreError::unavailable(format!("cannot open or make the database file {}: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(failed)
}

/// The connection that writes. A commit is on disk when it returns; checkpoints are made elsewhere. Deleted content is
/// overwritten with zeros where its page is written anyway.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(
        path,
        flags,
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA secure_delete = FAST;",
    )?;
    // SQLite refuses by keeping the old mode, for example on a network file system.
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(store_error)?;
    if mode == "wal" {
        Ok(connection)
    } else {
        Err(StoreError::Location(format!(
            "{} is on a file system where SQLite keeps no write-ahead log",
            path.display()
        )))
    }
}

pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, "PRAGMA query_only = ON;")
}

pub(super) fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")
}

fn open(path: &Path, flags: OpenFlags, settings: &str) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(store_error)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(store_error)?;
    connection.set_prepared_statement_cache_capacity(MAX_CACHED_STATEMENTS);
    // With QPSG a plan does not depend on the values of parameters. Without it SQLite prepares some statements, such as
    // those with `LIMIT ?1`, anew for each execution, which nearly doubled the time to check a key.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(store_error)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;").map_err(store_error)?;
    connection.execute_batch(settings).map_err(store_error)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::{MIGRATIONS, on_sqlite};
    use rusqlite::StatementStatus;

    /// Preparing takes longer than most executions.
    #[test]
    fn every_statement_is_prepared_once_whatever_its_values() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.sqlite");
        create_file(&path).expect("a file");
        let mut connection = writer(&path).expect("a connection");
        on_sqlite(&mut connection, MIGRATIONS).expect("the real schema");
        for (name, sql) in crate::statements::EVERY.iter().flat_map(|(_, statements)| *statements) {
            let mut statement = connection.prepare(&sql.for_sqlite()).expect(name);
            for value in 5..8 {
                for parameter in 1..=statement.parameter_count() {
                    statement.raw_bind_parameter(parameter, value).expect(name);
                }
                // The schema refuses some of the values, which does not matter here.
                let mut rows = statement.raw_query();
                while let Ok(Some(_)) = rows.next() {}
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{name}");
        }
    }
}
