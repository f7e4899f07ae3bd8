//! Secret keys of applications: a keyed hash for the check, and the key itself, sealed, for signing.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId, SecretKeyId};
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO secret_key (account_id, application_id, id, hash, sealed, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    // Replacing a key locks the application first, so that two concurrent calls do not leave two current keys.
    LOCK = "SELECT id FROM application WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}";
    WORKING = "SELECT id, hash, created_at, ends_at FROM secret_key
               WHERE account_id = ?1 AND application_id = ?2 AND (ends_at IS NULL OR ends_at > ?3)
               ORDER BY created_at DESC, id LIMIT 50";
    SEALED = "SELECT id, sealed FROM secret_key
               WHERE account_id = ?1 AND application_id = ?2 AND (ends_at IS NULL OR ends_at > ?3)
               ORDER BY created_at DESC, id LIMIT 50";
    SWEEP = "DELETE FROM secret_key WHERE (account_id, application_id, id) IN
             (SELECT account_id, application_id, id FROM secret_key WHERE ends_at <= ?1 LIMIT ?2)";
    END = "UPDATE secret_key SET ends_at = ?3
           WHERE account_id = ?1 AND application_id = ?2 AND (ends_at IS NULL OR ends_at > ?3)";
}

/// A secret key without the secret.
#[derive(Debug, Clone)]
pub struct StoredSecretKey {
    pub id: SecretKeyId,
    /// The keyed hash of the secret.
    pub hash: Vec<u8>,
    pub created_at: Instant,
    /// When it stops working; absent for the current key.
    pub ends_at: Option<Instant>,
}

/// Adds a key, which becomes the current one.
pub fn insert(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    key: &StoredSecretKey,
    sealed: &[u8],
) -> Result<(), StoreError> {
    tx.run(INSERT, &[account, application, &key.id, &key.hash, &sealed, &key.created_at])?;
    Ok(())
}

/// The keys that work now, newest first.
pub fn working(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    now: Instant,
) -> Result<Vec<StoredSecretKey>, StoreError> {
    db.all(WORKING, &[account, application, &now], |row| {
        Ok(StoredSecretKey { id: row.next()?, hash: row.next()?, created_at: row.next()?, ends_at: row.next()? })
    })
}

/// The keys that work now, sealed, newest first.
pub fn sealed(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    now: Instant,
) -> Result<Vec<(SecretKeyId, Vec<u8>)>, StoreError> {
    db.all(SEALED, &[account, application, &now], |row| Ok((row.next()?, row.next()?)))
}

/// As [`working`]; they cannot be replaced before the transaction ends.
pub fn working_locked(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    now: Instant,
) -> Result<Vec<StoredSecretKey>, StoreError> {
    tx.one(LOCK, &[account, application], |row| row.next::<ApplicationId>())?;
    working(tx, account, application, now)
}

/// Sets the end of all keys that would work longer than `ends_at`.
pub fn end_all(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    ends_at: Instant,
) -> Result<(), StoreError> {
    tx.run(END, &[account, application, &ends_at])?;
    Ok(())
}

/// Deletes at most `limit` keys that have ended, with their sealed secrets; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
