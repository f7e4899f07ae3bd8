//! Connections and their settings.

use super::failure::store_error;
use crate::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How many statements a connection keeps prepared; more than the program has.
const STATEMENTS: usize = 512;

/// How long to wait for somebody outside this program, such as a backup, to let go of the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes the folder and the file where they are missing; others on the machine cannot read the file.
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

/// The connection that writes. A commit is on the disk when it returns; checkpoints are made elsewhere. What is deleted is
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
    // SQLite says no by keeping the old mode, for example on a network file system.
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

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, "PRAGMA query_only = ON;")
}

/// A connection that only makes checkpoints.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")
}

fn open(path: &Path, flags: OpenFlags, settings: &str) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(store_error)?;
    connection.busy_timeout(PATIENCE).map_err(store_error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan must not depend on the values of parameters. Where it may, as with `LIMIT ?1`, SQLite prepares the statement
    // anew at each execution: checking a key took nearly twice the time.
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
                // Some are refused by the schema. That is all the same here.
                let mut rows = statement.raw_query();
                while let Ok(Some(_)) = rows.next() {}
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{name}");
        }
    }
}
