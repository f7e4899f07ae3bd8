//! By which rules of its time zone an account's instants are made, and the move from one set of rules to another.
//!
//! Whoever gives something away asks [`hold`] first, and whoever looks for what is free [`check`]. Pieces of a move are taken by
//! [`advance`], so that of several servers each does another, or none. What it moves is listed in
//! [`zone_moves`](super::zone_moves).

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::{Instant, RulesId, Zone, ZoneData};
use std::str::FromStr;

statements! {
    KEEP_RULES = "INSERT INTO zone_rules (id, name, tzif) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    RULES = "SELECT name, tzif FROM zone_rules WHERE id = ?1";
    NOTE = "INSERT INTO account_zone (account_id, rules_id) VALUES (?1, ?2) ON CONFLICT (account_id) DO NOTHING";
    /// Held until the transaction ends: a move begins only when nobody is about to give anything away.
    HOLD = "SELECT rules_id FROM account_zone WHERE account_id = ?1 {FOR KEY SHARE}";
    LOOK = "SELECT rules_id FROM account_zone WHERE account_id = ?1";
    LOCK = "SELECT rules_id, stage FROM account_zone WHERE account_id = ?1 {FOR UPDATE}";
    SURVEY = "SELECT a.id, a.time_zone, z.rules_id, z.stage FROM account a LEFT JOIN account_zone z ON z.account_id = a.id
              WHERE a.id > ?1 AND a.kind = 'business' ORDER BY a.id LIMIT ?2";
    BEGIN_MOVE = "UPDATE account_zone SET rules_id = NULL, from_id = ?2, to_id = ?3, stage = ?4, after_key = '', after_id = '',
                         since = ?5, moved = 0
                  WHERE account_id = ?1";
    MOVES = "SELECT account_id FROM account_zone WHERE stage IS NOT NULL ORDER BY account_id LIMIT ?1";
    FIND = "SELECT from_id, to_id, stage, after_key, after_id, since, moved FROM account_zone
            WHERE account_id = ?1 AND stage IS NOT NULL";
    ADVANCE = "UPDATE account_zone SET stage = ?5, after_key = ?6, after_id = ?7
               WHERE account_id = ?1 AND stage = ?2 AND after_key = ?3 AND after_id = ?4";
    SETTLE = "UPDATE account_zone SET rules_id = to_id WHERE account_id = ?1";
    END_MOVE = "UPDATE account_zone SET stage = NULL, from_id = NULL, to_id = NULL WHERE account_id = ?1 AND stage = ?2";
    COUNT_MOVED = "UPDATE account_zone SET moved = moved + ?2 WHERE account_id = ?1";
}

/// Writes down that an account's instants are made by these rules, unless something is known of it.
pub fn note(tx: &mut Tx, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    keep_rules(tx, zone)?;
    tx.run(NOTE, &[account, zone.rules_id()]).map(drop)
}

fn keep_rules(tx: &mut Tx, zone: &Zone) -> Result<(), StoreError> {
    tx.run(KEEP_RULES, &[zone.rules_id(), &zone.name(), &zone.tzif()]).map(drop)
}

/// The rules of a zone that were built into programs that wrote down none.
fn of_before(zone: &Zone) -> Zone {
    // A zone that only data of one's own has was not there before.
    ZoneData::built_in().get(zone.name()).unwrap_or_else(|| zone.clone())
}

/// Makes sure that an account's instants are made by the rules that this program knows for its zone, and stay so until the
/// transaction ends.
///
/// # Errors
/// [`StoreError::Moving`] if they are not, or what lies ahead is being moved to others; when the store fails.
pub fn hold(tx: &mut Tx, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    let mut found = tx.one(HOLD, &[account], |row| row.next::<Option<RulesId>>())?;
    if found.is_none() {
        note(tx, account, &of_before(zone))?;
        found = tx.one(HOLD, &[account], |row| row.next())?;
    }
    same(found.flatten(), zone)
}

/// The same for a look, which nobody relies on afterwards.
///
/// # Errors
/// As [`hold`].
pub fn check(db: &mut Snapshot, account: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    match db.one(LOOK, &[account], |row| row.next::<Option<RulesId>>())? {
        Some(found) => same(found, zone),
        None => same(Some(of_before(zone).rules_id().clone()), zone),
    }
}

fn same(found: Option<RulesId>, zone: &Zone) -> Result<(), StoreError> {
    if found.as_ref() == Some(zone.rules_id()) { Ok(()) } else { Err(StoreError::Moving) }
}

/// A business, and by which rules its instants are made.
#[derive(Debug, Clone)]
pub struct AccountZone {
    pub account: AccountId,
    /// The name of its zone, also one that is not known here.
    pub zone: String,
    /// The rules; absent when nothing was written down, or a move is under way.
    pub rules: Option<RulesId>,
    /// Whether a move is under way.
    pub moving: bool,
}

/// Businesses in the order of their ids: at most `limit` after the one with this id.
pub fn survey(db: &mut Snapshot, after: &str, limit: i64) -> Result<Vec<AccountZone>, StoreError> {
    db.all(SURVEY, &[&after, &limit], |row| {
        let (account, zone, rules) = (row.next()?, row.next()?, row.next()?);
        Ok(AccountZone { account, zone, rules, moving: row.next::<Option<String>>()?.is_some() })
    })
}

/// How far a move has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneMoveStage {
    /// Bookings that move are looked for.
    Bookings,
    /// Events whose resources move are looked for.
    Events,
    SeatBlocks,
    ResourceBlocks,
    /// What was found is moved.
    Move,
    /// What moved is compared with what has the same resources. From here on things are given again.
    Compare,
    /// The list of what moved is removed.
    Forget,
}

impl ZoneMoveStage {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Bookings, Self::Events, Self::SeatBlocks, Self::ResourceBlocks, Self::Move, Self::Compare, Self::Forget];

    /// The word for it.
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

    /// The one after it; the last is followed by itself.
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
    /// The rules by which instants were made.
    pub was: Zone,
    /// Those by which they are made afterwards.
    pub is: Zone,
    /// How far it has come.
    pub stage: ZoneMoveStage,
    /// What of the stage was done last: a start or a day or a kind, and an id.
    pub after: (String, String),
    pub since: Instant,
    /// How many bookings and blocks it has moved.
    pub moved: i64,
}

/// Begins to move an account to the rules of a zone, if its instants are made by these others and no move is under way. Waits
/// for those who are about to give something away; from then on nothing is given.
pub fn begin(tx: &mut Tx, account: &AccountId, was: &RulesId, is: &Zone, now: Instant) -> Result<bool, StoreError> {
    let found = tx.one(LOCK, &[account], |row| Ok((row.next::<Option<RulesId>>()?, row.next::<Option<String>>()?)))?;
    if found != Some((Some(was.clone()), None)) {
        return Ok(false);
    }
    keep_rules(tx, is)?;
    tx.run(BEGIN_MOVE, &[account, was, is.rules_id(), &ZoneMoveStage::Bookings.as_str(), &now])?;
    Ok(true)
}

/// Accounts of which a move is under way.
pub fn under_way(db: &mut Snapshot, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    db.all(MOVES, &[&limit], |row| row.next())
}

/// The move of an account, if one is under way.
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
    let found = db.one(RULES, &[id], |row| Ok((row.next::<String>()?, row.next::<Vec<u8>>()?)))?;
    Ok(found.and_then(|(name, tzif)| Zone::with_rules(&name, tzif).ok()))
}

/// Takes the next piece of a move, and says that it is done when the transaction ends. False when another server has taken it.
pub fn advance(
    tx: &mut Tx,
    account: &AccountId,
    (stage, after): (ZoneMoveStage, &(String, String)),
    (next, then): (ZoneMoveStage, &(String, String)),
) -> Result<bool, StoreError> {
    let (from, to) = (stage.as_str(), next.as_str());
    Ok(tx.run(ADVANCE, &[account, &from, &after.0, &after.1, &to, &then.0, &then.1])? == 1)
}

/// Says that an account's instants are made by the new rules: from now on things are given again.
pub fn settle(tx: &mut Tx, account: &AccountId) -> Result<(), StoreError> {
    tx.run(SETTLE, &[account]).map(drop)
}

/// Ends a move whose list has been removed. False when another server has ended it.
pub fn end(tx: &mut Tx, account: &AccountId) -> Result<bool, StoreError> {
    Ok(tx.run(END_MOVE, &[account, &ZoneMoveStage::Forget.as_str()])? == 1)
}

/// Counts what was moved.
pub fn count_moved(tx: &mut Tx, account: &AccountId, moved: i64) -> Result<(), StoreError> {
    tx.run(COUNT_MOVED, &[account, &moved]).map(drop)
}
