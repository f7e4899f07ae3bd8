//! The time zone rules by which an account's instants are made, and the move from one version of the rules to another.
//!
//! Allocations call [`lock_current_rules`], searches [`require_current_rules`]. A move is done in pieces; [`advance`]
//! claims the next one, so that several servers do not repeat each other's work. The moved rows are in
//! [`zone_moves`](super::zone_moves).

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::{Instant, RulesId, Zone, ZoneData};
use std::str::FromStr;

statements! {
    INSERT_RULES = "INSERT INTO zone_rules (id, name, tzif) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    FIND_RULES = "SELECT name, tzif FROM zone_rules WHERE id = ?1";
    INSERT_ACCOUNT_RULES = "INSERT INTO account_zone (account_id, rules_id) VALUES (?1, ?2) ON CONFLICT (account_id) DO NOTHING";
    /// Locked until COMMIT: a move begins only when no allocation is under way.
    LOCK_ACCOUNT_RULES = "SELECT rules_id FROM account_zone WHERE account_id = ?1 {FOR KEY SHARE}";
    FIND_ACCOUNT_RULES = "SELECT rules_id FROM account_zone WHERE account_id = ?1";
    LOCK = "SELECT rules_id, stage FROM account_zone WHERE account_id = ?1 {FOR UPDATE}";
    LIST_BUSINESSES = "SELECT a.id, a.time_zone, z.rules_id, z.stage FROM account a LEFT JOIN account_zone z ON z.account_id = a.id
              WHERE a.id > ?1 AND a.kind = 'business' ORDER BY a.id LIMIT ?2";
    BEGIN_MOVE = "UPDATE account_zone SET rules_id = NULL, from_id = ?2, to_id = ?3, stage = ?4, after_key = '', after_id = '',
                         since = ?5, moved = 0
                  WHERE account_id = ?1";
    ACCOUNTS_MOVING = "SELECT account_id FROM account_zone WHERE stage IS NOT NULL ORDER BY account_id LIMIT ?1";
    FIND = "SELECT from_id, to_id, stage, after_key, after_id, since, moved FROM account_zone
            WHERE account_id = ?1 AND stage IS NOT NULL";
    ADVANCE = "UPDATE account_zone SET stage = ?5, after_key = ?6, after_id = ?7
               WHERE account_id = ?1 AND stage = ?2 AND after_key = ?3 AND after_id = ?4";
    APPLY_NEW_RULES = "UPDATE account_zone SET rules_id = to_id WHERE account_id = ?1";
    END_MOVE = "UPDATE account_zone SET stage = NULL, from_id = NULL, to_id = NULL WHERE account_id = ?1 AND stage = ?2";
    COUNT_MOVED = "UPDATE account_zone SET moved = moved + ?2 WHERE account_id = ?1";
}

/// Records the rules of a new account; does nothing if it has any.
pub fn record_rules(tx: &mut Tx, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    insert_rules(tx, zone)?;
    tx.run(INSERT_ACCOUNT_RULES, &[account, zone.rules_id()]).map(drop)
}

fn insert_rules(tx: &mut Tx, zone: &Zone) -> Result<(), StoreError> {
    tx.run(INSERT_RULES, &[zone.rules_id(), &zone.name(), &zone.tzif()]).map(drop)
}

/// The rules of a zone that were built into versions that recorded none.
fn legacy_rules(zone: &Zone) -> Zone {
    // A zone missing from the built-in data was not available to those versions.
    ZoneData::built_in().get(zone.name()).unwrap_or_else(|| zone.clone())
}

/// Makes sure that the account uses the rules that this process knows for its zone, and keeps them until the
/// transaction ends.
///
/// # Errors
/// [`StoreError::Moving`] if it uses other rules or a move is under way.
pub fn lock_current_rules(tx: &mut Tx, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    let mut found = tx.one(LOCK_ACCOUNT_RULES, &[account], |row| row.next::<Option<RulesId>>())?;
    // Accounts of earlier versions have no recorded rules. Recording them here makes the row that is then locked.
    if found.is_none() {
        record_rules(tx, account, &legacy_rules(zone))?;
        found = tx.one(LOCK_ACCOUNT_RULES, &[account], |row| row.next())?;
    }
    require_same(found.flatten(), zone)
}

/// As [`lock_current_rules`], without a lock, for searches.
///
/// # Errors
/// As [`lock_current_rules`].
pub fn require_current_rules(db: &mut Snapshot, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    match db.one(FIND_ACCOUNT_RULES, &[account], |row| row.next::<Option<RulesId>>())? {
        Some(found) => require_same(found, zone),
        None => require_same(Some(legacy_rules(zone).rules_id().clone()), zone),
    }
}

fn require_same(found: Option<RulesId>, zone: &Zone) -> Result<(), StoreError> {
    if found.as_ref() == Some(zone.rules_id()) { Ok(()) } else { Err(StoreError::Moving) }
}

/// A business and the rules it uses.
#[derive(Debug, Clone)]
pub struct AccountZone {
    pub account: AccountId,
    /// The name of its zone, also if this process does not know it.
    pub zone: String,
    /// Absent if none were recorded, or during a move.
    pub rules: Option<RulesId>,
    pub moving: bool,
}

/// At most `limit` businesses with ids after `after`, by id.
pub fn list_businesses(db: &mut Snapshot, after: &str, limit: i64) -> Result<Vec<AccountZone>, StoreError> {
    db.all(LIST_BUSINESSES, &[&after, &limit], |row| {
        let (account, zone, rules) = (row.next()?, row.next()?, row.next()?);
        Ok(AccountZone { account, zone, rules, moving: row.next::<Option<String>>()?.is_some() })
    })
}

/// The stages of a move, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneMoveStage {
    /// Collects the bookings to move.
    Bookings,
    /// Collects the events whose resources move.
    Events,
    SeatBlocks,
    ResourceBlocks,
    /// Moves what was collected.
    Move,
    /// Looks for conflicts over resources after the move. Allocations are possible again.
    Compare,
    /// Deletes the list of moved rows.
    Forget,
}

impl ZoneMoveStage {
    pub const ALL: [Self; 7] =
        [Self::Bookings, Self::Events, Self::SeatBlocks, Self::ResourceBlocks, Self::Move, Self::Compare, Self::Forget];

    /// The word stored in the column `stage`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Events => "events",
            Self::SeatBlocks => "seat_blocks",
            Self::ResourceBlocks => "resource_blocks",
            Self::Move => "move",
            Self::Compare => "compare",
            Self::Forget => "forget",
        }
    }

    /// The next stage; for the last one itself.
    #[must_use]
    pub fn next(self) -> Self {
        let position = Self::ALL.iter().position(|stage| *stage == self).unwrap_or_default();
        Self::ALL.get(position + 1).copied().unwrap_or(self)
    }
}

impl FromStr for ZoneMoveStage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(())
    }
}

/// A move that is under way.
#[derive(Debug, Clone)]
pub struct ZoneMove {
    /// The former rules.
    pub was: Zone,
    /// The new rules.
    pub is: Zone,
    pub stage: ZoneMoveStage,
    /// Cursor within the stage: a start, day or kind, and an id.
    pub after: (String, String),
    pub since: Instant,
    /// How many bookings and blocks were moved so far.
    pub moved: i64,
}

/// Begins a move to the rules `is`, if the account uses `was` and no move is under way; whether it began. Waits for
/// allocations under way; further ones are refused until the move is done.
pub fn begin(tx: &mut Tx, account: &AccountId, was: &RulesId, is: &Zone, now: Instant) -> Result<bool, StoreError> {
    let found = tx.one(LOCK, &[account], |row| Ok((row.next::<Option<RulesId>>()?, row.next::<Option<String>>()?)))?;
    if found != Some((Some(was.clone()), None)) {
        return Ok(false);
    }
    insert_rules(tx, is)?;
    tx.run(BEGIN_MOVE, &[account, was, is.rules_id(), &ZoneMoveStage::Bookings.as_str(), &now])?;
    Ok(true)
}

/// At most `limit` accounts with a move under way.
pub fn accounts_moving(db: &mut Snapshot, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    db.all(ACCOUNTS_MOVING, &[&limit], |row| row.next())
}

/// The account's move, if one is under way.
pub fn find(db: &mut Snapshot, account: &AccountId) -> Result<Option<ZoneMove>, StoreError> {
    type Found = (Option<RulesId>, Option<RulesId>, String, (String, String), Option<Instant>, i64);
    let found: Option<Found> = db.one(FIND, &[account], |row| {
        let (from, to, stage) = (row.next()?, row.next()?, row.next()?);
        Ok((from, to, stage, (row.next()?, row.next()?), row.next()?, row.next()?))
    })?;
    let Some((from, to, stage, after, since, moved)) = found else { return Ok(None) };
    let wrong = || StoreError::inconsistent("a move of an account to other rules of its zone");
    let (was, is) = (rules(db, from.as_ref())?.ok_or_else(wrong)?, rules(db, to.as_ref())?.ok_or_else(wrong)?);
    let (stage, since) = (stage.parse().map_err(|()| wrong())?, since.ok_or_else(wrong)?);
    Ok(Some(ZoneMove { was, is, stage, after, since, moved }))
}

fn rules(db: &mut Snapshot, id: Option<&RulesId>) -> Result<Option<Zone>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let found = db.one(FIND_RULES, &[id], |row| Ok((row.next::<String>()?, row.next::<Vec<u8>>()?)))?;
    Ok(found.and_then(|(name, tzif)| Zone::with_rules(&name, tzif).ok()))
}

/// Claims the next piece of a move and sets the cursor behind it. False if another server has claimed it.
pub fn advance(
    tx: &mut Tx,
    account: &AccountId,
    (stage, after): (ZoneMoveStage, &(String, String)),
    (next, then): (ZoneMoveStage, &(String, String)),
) -> Result<bool, StoreError> {
    let (from, to) = (stage.as_str(), next.as_str());
    Ok(tx.run(ADVANCE, &[account, &from, &after.0, &after.1, &to, &then.0, &then.1])? == 1)
}

/// Sets the new rules as the account's: allocations are possible again.
pub fn apply_new_rules(tx: &mut Tx, account: &AccountId) -> Result<(), StoreError> {
    tx.run(APPLY_NEW_RULES, &[account]).map(drop)
}

/// Ends a move whose list was deleted. False if another server has ended it.
pub fn end(tx: &mut Tx, account: &AccountId) -> Result<bool, StoreError> {
    Ok(tx.run(END_MOVE, &[account, &ZoneMoveStage::Forget.as_str()])? == 1)
}

/// Adds to the count of moved bookings and blocks.
pub fn count_moved(tx: &mut Tx, account: &AccountId, moved: i64) -> Result<(), StoreError> {
    tx.run(COUNT_MOVED, &[account, &moved]).map(drop)
}
