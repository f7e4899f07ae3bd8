//! Named values that belong to the whole database.

use crate::{Snapshot, StoreError, Tx, statements};

statements! {
    FIND = "SELECT value FROM server_fact WHERE name = ?1";
    INSERT = "INSERT INTO server_fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
    PUT = "INSERT INTO server_fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

pub fn find(db: &mut Snapshot, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    db.one(FIND, &[&name], |row| row.next())
}

/// Adds a value, unless the name has one; whether it was added.
pub fn insert(tx: &mut Tx, name: &str, value: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.run(INSERT, &[&name, &value])? > 0)
}

/// Adds or overwrites a value.
pub fn put(tx: &mut Tx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.run(PUT, &[&name, &value]).map(drop)
}
