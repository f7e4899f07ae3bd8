//! The log of an account, to be read. Changes are written by the transaction that makes them.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

/// Entries of the log.
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
    UNTIL = "SELECT changed_until FROM account WHERE id = ?1";
    /// Where it has to be written it waits for who has locked the row, whose changes are committed then.
    SETTLE = "UPDATE account SET changed_until = ?2 WHERE id = ?1 AND changed_until < ?2";
}

/// An entry of the log.
#[derive(Debug, Clone)]
pub struct ChangeEntry {
    /// Its number: those of an account follow one another without gaps.
    pub number: i64,
    pub at: Instant,
    /// What kind of thing changed.
    pub thing: Thing,
    pub thing_id: String,
    /// What happened to it.
    pub kind: Kind,
    /// The application that created the thing, if one did.
    pub creator: Option<ApplicationId>,
    /// The name of the application or the person who did it; absent when it was the server, a customer, or somebody who was
    /// removed since.
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

/// The entries about things of a kind within sight, with numbers above `after`, in order, at most `limit`.
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

/// The latest entries about things of a kind within sight, the last one first, at most `limit`.
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

/// Up to which number the entries of an account were told by their numbers, which tell more than they should. Later ones are
/// told by sealed marks.
pub fn numbered_until(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(NUMBERED_UNTIL, &[account], |row| row.next())?.unwrap_or(0))
}

/// The last entry that was told by its number, if any was.
pub fn last_numbered(db: &mut Snapshot, account: &AccountId) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST_NUMBERED, &[account], |row| Ok((row.next()?, row.next()?)))
}

/// The number of the last entry about a thing of this kind, and when that happened.
pub fn last_of(db: &mut Snapshot, account: &AccountId, thing: Thing) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST_OF, &[account, &thing], |row| Ok((row.next()?, row.next()?)))
}

/// The number of the last entry, and when that happened. Whatever is read of the account in the same snapshot is what these
/// changes made of it.
pub fn last(db: &mut Snapshot, account: &AccountId) -> Result<Option<(i64, Instant)>, StoreError> {
    db.one(LAST, &[account], |row| Ok((row.next()?, row.next()?)))
}

/// The time before which nothing more happens in an account: what is committed later than this was read happened at that time
/// or after it. Nothing for an account that is not there.
pub fn until(db: &mut Snapshot, account: &AccountId) -> Result<Option<Instant>, StoreError> {
    db.one(UNTIL, &[account], |row| row.next())
}

/// Moves that time to `until`, if it is earlier: when this is committed, everything that happened before is there to be read,
/// on whichever node, whatever the clocks there show.
pub fn settle(tx: &mut Tx, account: &AccountId, until: Instant) -> Result<(), StoreError> {
    tx.run(SETTLE, &[account, &until]).map(drop)
}
