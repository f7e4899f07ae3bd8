//! Businesses managed by a portal.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::id::AccountId;

statements! {
    LIST = "SELECT id, name FROM account WHERE portal_id = ?1 ORDER BY created_at, id LIMIT ?2 OFFSET ?3";
    COUNT = "SELECT COUNT(*) FROM account WHERE portal_id = ?1";
    LOCK = "SELECT id FROM account WHERE portal_id = ?1 AND id = ?2 {FOR UPDATE}";
    PORTAL_OF = "SELECT p.id, p.name FROM account a JOIN account p ON p.id = a.portal_id WHERE a.id = ?1";
    ADOPT = "UPDATE account SET portal_id = ?1 WHERE id = ?2 AND portal_id IS NULL";
}

/// An account's id and name.
#[derive(Debug, Clone)]
pub struct AccountName {
    pub id: AccountId,
    pub name: Name,
}

fn named(row: &Row) -> Result<AccountName, StoreError> {
    Ok(AccountName { id: row.next()?, name: row.next()? })
}

/// At most `limit` subaccounts of a portal after the first `offset`, oldest first.
pub fn list(db: &mut Snapshot, portal: &AccountId, limit: i64, offset: i64) -> Result<Vec<AccountName>, StoreError> {
    db.all(LIST, &[portal, &limit, &offset], named)
}

pub fn count(db: &mut Snapshot, portal: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[portal], |row| row.next())?.unwrap_or(0))
}

/// Locks a subaccount as [`accounts::lock`](super::accounts::lock) does; whether the portal has it.
pub fn lock(tx: &mut Tx, portal: &AccountId, id: &AccountId) -> Result<bool, StoreError> {
    Ok(tx.one(LOCK, &[portal, id], |row| row.next::<AccountId>())?.is_some())
}

/// The portal that manages the account, if one does.
pub fn portal_of(db: &mut Snapshot, account: &AccountId) -> Result<Option<AccountName>, StoreError> {
    db.one(PORTAL_OF, &[account], named)
}

/// Makes an account a subaccount of the portal, unless a portal manages it; whether it became one.
pub fn adopt(tx: &mut Tx, portal: &AccountId, account: &AccountId) -> Result<bool, StoreError> {
    Ok(tx.run(ADOPT, &[portal, account])? > 0)
}
