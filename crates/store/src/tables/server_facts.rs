//! Facts about this database as a whole, by name.

use crate::{Snapshot, StoreError, Tx, statements};

statements! {
    FIND = "SELECT value FROM server_fact WHERE name = ?1";
    INSERT = "INSERT INTO server_fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
    PUT = "INSERT INTO server_fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

/// The fact of this name.
pub fn find(db: &mut Snapshot, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    db.one(FIND, &[&name], |row| row.next())
}

/// Writes a fact down, unless it is known already. Whether it was new.
pub fn insert(tx: &mut Tx, name: &str, value: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.run(INSERT, &[&name, &value])? > 0)
}

/// Writes a fact down, in place of what was known.
pub fn put(tx: &mut Tx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.run(PUT, &[&name, &value]).map(drop)
}
