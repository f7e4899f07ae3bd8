//! Single-use links in e-mails. Only a keyed hash of the token is stored.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, UserId};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO one_time_link (account_id, token_hash, user_id, purpose, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    FIND = "SELECT user_id, purpose FROM one_time_link WHERE account_id = ?1 AND token_hash = ?2 AND expires_at > ?3";
    CONSUME = "DELETE FROM one_time_link WHERE account_id = ?1 AND token_hash = ?2 AND expires_at > ?3";
    DELETE_OF_USER = "DELETE FROM one_time_link WHERE account_id = ?1 AND user_id = ?2";
    SWEEP = "DELETE FROM one_time_link WHERE (account_id, token_hash) IN
             (SELECT account_id, token_hash FROM one_time_link WHERE expires_at <= ?1 LIMIT ?2)";
}

pub fn insert(
    tx: &mut Tx,
    account: &AccountId,
    token_hash: &[u8],
    user: &UserId,
    purpose: Purpose,
    expires_at: Instant,
) -> Result<(), StoreError> {
    tx.run(INSERT, &[account, &token_hash, user, &purpose, &expires_at])?;
    Ok(())
}

/// The user and the purpose of the link, unless it has expired or was used.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    token_hash: &[u8],
    now: Instant,
) -> Result<Option<(UserId, Purpose)>, StoreError> {
    db.one(FIND, &[account, &token_hash, &now], |row| Ok((row.next()?, row.next()?)))
}

/// Uses the link up; whether it was valid. Of two concurrent calls only one returns true.
pub fn consume(tx: &mut Tx, account: &AccountId, token_hash: &[u8], now: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(CONSUME, &[account, &token_hash, &now])? > 0)
}

/// Deletes all links of a user.
pub fn delete_of_user(tx: &mut Tx, account: &AccountId, user: &UserId) -> Result<(), StoreError> {
    tx.run(DELETE_OF_USER, &[account, user])?;
    Ok(())
}

/// Deletes at most `limit` expired links; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
