//! Secret keys of applications: a keyed hash for the check, and the key itself sealed, for signing.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId, SecretKeyId};
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO secret_key (account_id, application_id, id, hash, sealed, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    // Whoever replaces the key locks the application first, so that two at once do not leave two current keys.
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

/// A secret key, without the secret.
#[derive(Debug, Clone)]
pub struct StoredSecretKey {
    /// The id of the row.
    pub id: SecretKeyId,
    /// The keyed hash of the secret.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
    /// When it stops working; absent for the current one.
    pub ends_at: Option<Instant>,
}

/// Adds a key: the current one from now on.
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

/// The keys that work now, the newest first.
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

/// The keys that work now, sealed, the newest first: for signing.
pub fn sealed(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    now: Instant,
) -> Result<Vec<(SecretKeyId, Vec<u8>)>, StoreError> {
    db.all(SEALED, &[account, application, &now], |row| Ok((row.next()?, row.next()?)))
}

/// The keys that work now, the newest first; nobody else can replace them before this transaction ends.
pub fn working_locked(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    now: Instant,
) -> Result<Vec<StoredSecretKey>, StoreError> {
    tx.one(LOCK, &[account, application], |row| row.next::<ApplicationId>())?;
    working(tx, account, application, now)
}

/// Says when every key that works now stops working; one that ends earlier keeps its end.
pub fn end_all(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    ends_at: Instant,
) -> Result<(), StoreError> {
    tx.run(END, &[account, application, &ends_at])?;
    Ok(())
}

/// Tidies away keys that have ended, sealed secret and all, at most `limit`; how many there were.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
