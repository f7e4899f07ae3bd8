//! How often something was tried lately. A bucket is a keyed hash of what is limited.

use crate::{StoreError, Tx, statements};
use slotkeeper_domain::time::Instant;

statements! {
    FIND_LOCKED = "SELECT busy_until FROM attempt WHERE bucket = ?1 {FOR UPDATE}";
    ENSURE = "INSERT INTO attempt (bucket, busy_until) VALUES (?1, 0) ON CONFLICT (bucket) DO NOTHING";
    SET = "UPDATE attempt SET busy_until = ?2 WHERE bucket = ?1";
    DELETE = "DELETE FROM attempt WHERE bucket = ?1";
    SWEEP = "DELETE FROM attempt WHERE bucket IN (SELECT bucket FROM attempt WHERE busy_until <= ?1 LIMIT ?2)";
}

/// Until when the bucket is busy; nobody else can change that before this transaction ends.
///
/// # Errors
/// When the store fails.
pub fn find_locked(tx: &mut Tx, bucket: &[u8]) -> Result<Option<Instant>, StoreError> {
    tx.run(ENSURE, &[&bucket])?;
    tx.one(FIND_LOCKED, &[&bucket], |row| row.get(0))
}

/// Notes until when the bucket is busy now.
///
/// # Errors
/// When the store fails.
pub fn set(tx: &mut Tx, bucket: &[u8], busy_until: Instant) -> Result<(), StoreError> {
    tx.run(SET, &[&bucket, &busy_until])?;
    Ok(())
}

/// Empties the bucket.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx, bucket: &[u8]) -> Result<(), StoreError> {
    tx.run(DELETE, &[&bucket])?;
    Ok(())
}

/// Tidies away buckets that are not busy any more, at most `limit`; how many there were.
///
/// # Errors
/// When the store fails.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
