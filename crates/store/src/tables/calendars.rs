//! Calendar feeds to subscribe to. Only a keyed hash of the token is stored; the entries are in
//! [`calendar_entries`](super::calendar_entries).

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::calendar::CalendarOf;
use slotkeeper_domain::id::{AccountId, CalendarId, UserId};
use slotkeeper_domain::time::Instant;

/// The columns of a [`Calendar`]. The join leaves out calendars whose creator was removed, even while their rows exist.
macro_rules! select_live {
    () => {
        r#"SELECT calendar.account_id, calendar.id, calendar.of_kind, calendar.of_id, "user".name, calendar.created_at,
           calendar.last_used_at
           FROM calendar JOIN "user" ON "user".account_id = calendar.account_id AND "user".id = calendar.made_by
           WHERE calendar.account_id = ?1"#
    };
}

statements! {
    INSERT = "INSERT INTO calendar (account_id, id, of_kind, of_id, token_hash, made_by, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    FIND = concat!(select_live!(), " AND calendar.token_hash = ?2");
    FIND_OF = concat!(select_live!(), " AND calendar.of_kind = ?2 AND calendar.of_id = ?3");
    OF_RESOURCES = concat!(select_live!(), " AND calendar.of_kind = 'resource' ORDER BY calendar.of_id LIMIT ?2");
    DELETE = "DELETE FROM calendar WHERE account_id = ?1 AND id = ?2 AND of_kind = ?3 AND of_id = ?4";
    DELETE_OF_CREATOR = "DELETE FROM calendar WHERE account_id = ?1 AND made_by = ?2 RETURNING id";
    SET_LAST_USED = "UPDATE calendar SET last_used_at = ?3
             WHERE account_id = ?1 AND id = ?2 AND (last_used_at IS NULL OR last_used_at < ?3)";
}

#[derive(Debug, Clone)]
pub struct Calendar {
    pub account: AccountId,
    pub id: CalendarId,
    pub of: CalendarOf,
    /// The name of the user who created it.
    pub made_by: Name,
    pub created_at: Instant,
    /// When a program last requested it.
    pub last_used_at: Option<Instant>,
}

fn calendar(row: &Row) -> Result<Calendar, StoreError> {
    let (account, id) = (row.next()?, row.next()?);
    let (kind, of): (String, String) = (row.next()?, row.next()?);
    let of = CalendarOf::read(&kind, &of).map_err(|_| StoreError::inconsistent("a calendar shows nothing known"))?;
    Ok(Calendar { account, id, of, made_by: row.next()?, created_at: row.next()?, last_used_at: row.next()? })
}

/// Adds a calendar created by this user.
///
/// # Errors
/// [`StoreError::Unique`] if the user or the resource has one.
pub fn insert(
    tx: &mut Tx,
    account: &AccountId,
    id: &CalendarId,
    of: &CalendarOf,
    token_hash: &[u8],
    made_by: &UserId,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(INSERT, &[account, id, &of.kind(), &of.id(), &token_hash, made_by, &now])?;
    Ok(())
}

/// Whether [`insert`] failed because the user or the resource has a calendar.
#[must_use]
pub fn is_taken(error: &StoreError) -> bool {
    error.broke("calendar_of")
}

pub fn find(db: &mut Snapshot, account: &AccountId, token_hash: &[u8]) -> Result<Option<Calendar>, StoreError> {
    db.one(FIND, &[account, &token_hash], calendar)
}

/// The calendar of a user or a resource.
pub fn find_of(db: &mut Snapshot, account: &AccountId, of: &CalendarOf) -> Result<Option<Calendar>, StoreError> {
    db.one(FIND_OF, &[account, &of.kind(), &of.id()], calendar)
}

/// At most `limit` calendars of resources.
pub fn of_resources(db: &mut Snapshot, account: &AccountId, limit: i64) -> Result<Vec<Calendar>, StoreError> {
    db.all(OF_RESOURCES, &[account, &limit], calendar)
}

/// Deletes a calendar if it shows this; whether it did. Of two concurrent calls only one returns true.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &CalendarId, of: &CalendarOf) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE, &[account, id, &of.kind(), &of.id()])? > 0)
}

/// Deletes all calendars that a user created; their ids.
pub fn delete_of_creator(tx: &mut Tx, account: &AccountId, creator: &UserId) -> Result<Vec<CalendarId>, StoreError> {
    tx.all(DELETE_OF_CREATOR, &[account, creator], |row| row.next())
}

/// Sets when a program last requested it, unless a later request is recorded.
pub fn set_last_used(tx: &mut Tx, account: &AccountId, id: &CalendarId, at: Instant) -> Result<(), StoreError> {
    tx.run(SET_LAST_USED, &[account, id, &at])?;
    Ok(())
}
