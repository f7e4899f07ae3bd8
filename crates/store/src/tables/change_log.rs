//! Reads an account's change log. Entries are written by the transaction that makes the change.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

/// The columns of a [`ChangeEntry`].
macro_rules! entries {
    () => {
        r#"SELECT c.number, c.at, c.thing, c.thing_id, c.kind, c.creator_id, COALESCE(a.name, u.name)
        FROM change c
        LEFT JOIN application a ON c.actor_kind = 'application' AND a.account_id = c.actor_account_id AND a.id = c.actor_id
        LEFT JOIN "user" u ON c.actor_kind = 'user' AND u.account_id = c.actor_account_id AND u.id = c.actor_id
        WHERE c.account_id = ?1"#
    };
}

statements! {
    AFTER = concat!(entries!(), " AND c.thing = ?2 AND c.number > ?3 ORDER BY c.number LIMIT ?4");
    AFTER_OWN = concat!(entries!(), " AND c.thing = ?2 AND c.number > ?3 AND c.creator_id = ?5 ORDER BY c.number LIMIT ?4");
    LATEST = concat!(entries!(), " AND c.thing = ?2 ORDER BY c.number DESC LIMIT ?3");
    LATEST_OWN = concat!(entries!(), " AND c.thing = ?2 AND c.creator_id = ?4 ORDER BY c.number DESC LIMIT ?3");
    CREATOR = "SELECT creator_id FROM change WHERE account_id = ?1 AND number = ?2";
    NUMBERED_UNTIL = "SELECT numbered_until FROM account WHERE id = ?1";
    LAST_NUMBERED = "SELECT number, at FROM change
                     WHERE account_id = ?1 AND number = (SELECT numbered_until FROM account WHERE id = ?1)";
    LAST_OF = "SELECT number, at FROM change WHERE account_id = ?1 AND thing = ?2 ORDER BY number DESC LIMIT 1";
    LAST = "SELECT number, at FROM change
            WHERE account_id = ?1 AND number = (SELECT change_count FROM account WHERE id = ?1)";
    TIME_FLOOR = "SELECT changed_until FROM account WHERE id = ?1";
    /// Waits for transactions that have locked the row, so their changes are committed when this returns.
    RAISE_TIME_FLOOR = "UPDATE account SET changed_until = ?2 WHERE id = ?1 AND changed_until < ?2";
}

/// An entry of the change log.
#[derive(Debug, Clone)]
pub struct ChangeEntry {
    /// Consecutive within the account.
    pub number: i64,
    pub at: Instant,
    pub thing: Thing,
    pub thing_id: String,
    pub kind: Kind,
    /// The application that created the thing, if one did.
    pub creator: Option<ApplicationId>,
    /// The name of the acting application or user; absent for the server, a customer, and a user who was removed since.
    pub agent: Option<String>,
}

fn entry(row: &Row) -> Result<ChangeEntry, StoreError> {
    Ok(ChangeEntry {
        number: row.next()?,
        at: row.next()?,
        thing: row.next()?,
        thing_id: row.next()?,
        kind: row.next()?,
        creator: row.next()?,
        agent: row.next()?,
    })
}

/// At most `limit` visible entries about things of this kind, with numbers above `after`, by number.
pub fn after(
    db: &mut Snapshot,
    account: &AccountId,
    (thing, visibility): (Thing, &Visibility),
    after: i64,
    limit: i64,
) -> Result<Vec<ChangeEntry>, StoreError> {
    match visibility {
        Visibility::All => db.all(AFTER, &[account, &thing, &after, &limit], entry),
        Visibility::Own(application) => db.all(AFTER_OWN, &[account, &thing, &after, &limit, application], entry),
    }
}

/// At most `limit` visible entries about things of this kind, latest first.
pub fn latest(
    db: &mut Snapshot,
    account: &AccountId,
    (thing, visibility): (Thing, &Visibility),
    limit: i64,
) -> Result<Vec<ChangeEntry>, StoreError> {
    match visibility {
        Visibility::All => db.all(LATEST, &[account, &thing, &limit], entry),
        Visibility::Own(application) => db.all(LATEST_OWN, &[account, &thing, &limit, application], entry),
    }
}

/// The application that created the thing of an entry, if one did.
pub fn creator(db: &mut Snapshot, account: &AccountId, number: i64) -> Result<Option<ApplicationId>, StoreError> {
    Ok(db.one(CREATOR, &[account, &number], |row| row.next())?.flatten())
}

/// The last entry that clients were given by its number, by earlier versions. Numbers show how much happens in an
/// account, so later entries are given as sealed marks.
pub fn numbered_until(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(NUMBERED_UNTIL, &[account], |row| row.next())?.unwrap_or(0))
}

/// The entry at [`numbered_until`]: its number and time.
pub fn last_numbered(db: &mut Snapshot, account: &AccountId) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST_NUMBERED, &[account], |row| Ok((row.next()?, row.next()?)))
}

/// Number and time of the last entry about a thing of this kind.
pub fn last_of(db: &mut Snapshot, account: &AccountId, thing: Thing) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST_OF, &[account, &thing], |row| Ok((row.next()?, row.next()?)))
}

/// Number and time of the account's last entry. All rows of the account in the same snapshot are as of this entry.
pub fn last(db: &mut Snapshot, account: &AccountId) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST, &[account], |row| Ok((row.next()?, row.next()?)))
}

/// The account's time floor: every change committed after this read has this time or a later one. `None` if the account
/// does not exist.
pub fn time_floor(db: &mut Snapshot, account: &AccountId) -> Result<Option<Instant>, StoreError> {
    db.one(TIME_FLOOR, &[account], |row| row.next())
}

/// Raises the time floor to `until`, if it is lower. After the commit, all changes before `until` can be read on every
/// node, whatever the nodes' clocks show.
pub fn raise_time_floor(tx: &mut Tx, account: &AccountId, until: Instant) -> Result<(), StoreError> {
    tx.run(RAISE_TIME_FLOOR, &[account, &until]).map(drop)
}
