//! Responses to requests with an idempotency key.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::Instant;

statements! {
    /// Waits for another transaction with the same key, and replaces an expired response.
    RESERVE = "INSERT INTO kept_answer (account_id, application_id, key_hash, request_hash, answer, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (account_id, application_id, key_hash) DO UPDATE
               SET request_hash = ?4, answer = ?5, expires_at = ?6 WHERE kept_answer.expires_at <= ?7";
    FIND = "SELECT request_hash, answer FROM kept_answer WHERE account_id = ?1 AND application_id = ?2 AND key_hash = ?3";
    FILL = "UPDATE kept_answer SET answer = ?4 WHERE account_id = ?1 AND application_id = ?2 AND key_hash = ?3";
    /// The condition is repeated: a key that is reserved while this waits for its lock is kept.
    SWEEP = "DELETE FROM kept_answer WHERE expires_at <= ?1 AND (account_id, application_id, key_hash) IN
             (SELECT account_id, application_id, key_hash FROM kept_answer WHERE expires_at <= ?1 LIMIT ?2)";
}

/// The keyed hash of an idempotency key, and the account and application it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct KeyOf<'a> {
    pub account: &'a AccountId,
    pub application: &'a ApplicationId,
    pub hash: &'a [u8],
}

/// A kept response.
#[derive(Debug, Clone)]
pub struct KeptAnswer {
    /// The keyed hash of the request.
    pub request_hash: Vec<u8>,
    pub answer: Vec<u8>,
}

/// Reserves the key for this request until `expires_at`; whether it was free. Other transactions with the same key wait
/// until this one ends.
pub fn reserve(
    tx: &mut Tx,
    key: KeyOf<'_>,
    request_hash: &[u8],
    now: Instant,
    expires_at: Instant,
) -> Result<bool, StoreError> {
    let none: &[u8] = &[];
    let KeyOf { account, application, hash } = key;
    Ok(tx.run(RESERVE, &[account, application, &hash, &request_hash, &none, &expires_at, &now])? > 0)
}

/// The response kept under the key.
pub fn find(db: &mut Snapshot, key: KeyOf<'_>) -> Result<Option<KeptAnswer>, StoreError> {
    let KeyOf { account, application, hash } = key;
    db.one(FIND, &[account, application, &hash], |row| {
        Ok(KeptAnswer { request_hash: row.next()?, answer: row.next()? })
    })
}

/// Keeps the response under the key, which must be reserved.
pub fn fill(tx: &mut Tx, key: KeyOf<'_>, answer: &[u8]) -> Result<(), StoreError> {
    let KeyOf { account, application, hash } = key;
    tx.run(FILL, &[account, application, &hash, &answer])?;
    Ok(())
}

/// Deletes at most `limit` expired responses; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
