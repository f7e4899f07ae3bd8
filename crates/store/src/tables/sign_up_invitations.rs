//! Invitations to sign up, which belong to no account yet.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO sign_up_invitation (token_hash, kind, expires_at) VALUES (?1, ?2, ?3)";
    FIND = "SELECT kind FROM sign_up_invitation WHERE token_hash = ?1 AND expires_at > ?2";
    CONSUME = "DELETE FROM sign_up_invitation WHERE token_hash = ?1 AND kind = ?2 AND expires_at > ?3";
    SWEEP = "DELETE FROM sign_up_invitation WHERE token_hash IN
             (SELECT token_hash FROM sign_up_invitation WHERE expires_at <= ?1 LIMIT ?2)";
}

/// Adds an invitation to open an account of this kind.
pub fn insert(tx: &mut Tx, token_hash: &[u8], kind: AccountKind, expires_at: Instant) -> Result<(), StoreError> {
    tx.run(INSERT, &[&token_hash, &kind, &expires_at])?;
    Ok(())
}

/// The kind of account it is for, unless it has expired or was used.
pub fn find(db: &mut Snapshot, token_hash: &[u8], now: Instant) -> Result<Option<AccountKind>, StoreError> {
    db.one(FIND, &[&token_hash, &now], |row| row.next())
}

/// Uses the invitation up; whether it was valid for this kind. Of two concurrent calls only one returns true.
pub fn consume(tx: &mut Tx, token_hash: &[u8], kind: AccountKind, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(CONSUME, &[&token_hash, &kind, &now])? > 0)
}

/// Deletes at most `limit` expired invitations; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
