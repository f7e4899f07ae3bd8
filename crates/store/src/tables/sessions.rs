//! Sessions of signed-in users. Only a keyed hash of the token is stored.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, UserId};
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO session (account_id, token_hash, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    FIND = "SELECT user_id FROM session WHERE account_id = ?1 AND token_hash = ?2 AND expires_at > ?3";
    FIND_LOCKED = "SELECT user_id FROM session WHERE account_id = ?1 AND token_hash = ?2 AND expires_at > ?3 {FOR UPDATE}";
    DELETE = "DELETE FROM session WHERE account_id = ?1 AND token_hash = ?2";
    DELETE_OF_USER = "DELETE FROM session WHERE account_id = ?1 AND user_id = ?2";
    SWEEP = "DELETE FROM session WHERE (account_id, token_hash) IN
             (SELECT account_id, token_hash FROM session WHERE expires_at <= ?1 LIMIT ?2)";
}

pub fn insert(
    tx: &mut Tx,
    account: &AccountId,
    token_hash: &[u8],
    user: &UserId,
    now: Instant,
    expires_at: Instant,
) -> Result<(), StoreError> {
    tx.run(INSERT, &[account, &token_hash, user, &now, &expires_at])?;
    Ok(())
}

/// The user of the session, unless it has expired.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    token_hash: &[u8],
    now: Instant,
) -> Result<Option<UserId>, StoreError> {
    db.one(FIND, &[account, &token_hash, &now], |row| row.next())
}

/// As [`find`], locked until the transaction ends.
pub fn find_locked(
    tx: &mut Tx,
    account: &AccountId,
    token_hash: &[u8],
    now: Instant,
) -> Result<Option<UserId>, StoreError> {
    tx.one(FIND_LOCKED, &[account, &token_hash, &now], |row| row.next())
}

pub fn delete(tx: &mut Tx, account: &AccountId, token_hash: &[u8]) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, &token_hash])?;
    Ok(())
}

/// Deletes all sessions of a user.
pub fn delete_of_user(tx: &mut Tx, account: &AccountId, user: &UserId) -> Result<(), StoreError> {
    tx.run(DELETE_OF_USER, &[account, user])?;
    Ok(())
}

/// Deletes at most `limit` expired sessions; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
