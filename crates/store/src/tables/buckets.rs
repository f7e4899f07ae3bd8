//! The state of rate limits. A bucket is identified by a keyed hash of what is limited; see
//! `slotkeeper_domain::throttle`.

use crate::{StoreError, Tx, statements};
use slotkeeper_domain::time::Instant;

statements! {
    /// Creates, locks and reads the bucket in one statement, because the sweeper may delete it in between.
    FIND_LOCKED = "INSERT INTO bucket (id, busy_until) VALUES (?1, 0)
                   ON CONFLICT (id) DO UPDATE SET busy_until = bucket.busy_until RETURNING busy_until";
    SET = "UPDATE bucket SET busy_until = ?2 WHERE id = ?1";
    DELETE = "DELETE FROM bucket WHERE id = ?1";
    /// The condition is repeated: a bucket that is used while this waits for its lock is busy again.
    SWEEP = "DELETE FROM bucket
             WHERE busy_until <= ?1 AND id IN (SELECT id FROM bucket WHERE busy_until <= ?1 LIMIT ?2)";
}

/// Until when the bucket is busy. Locked until the transaction ends.
pub fn find_locked(tx: &mut Tx, id: &[u8]) -> Result<Option<Instant>, StoreError> {
    tx.one(FIND_LOCKED, &[&id], |row| row.next())
}

pub fn set(tx: &mut Tx, id: &[u8], busy_until: Instant) -> Result<(), StoreError> {
    tx.run(SET, &[&id, &busy_until])?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: &[u8]) -> Result<(), StoreError> {
    tx.run(DELETE, &[&id])?;
    Ok(())
}

/// Deletes at most `limit` buckets that are no longer busy; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
