//! What a move to other rules of a zone moves, and the resources that two things have at the same time afterwards.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;

/// Both holders of a conflict still have the resource.
#[rustfmt::skip]
macro_rules! still_has {
    ($kind:literal, $id:literal) => {
        concat!(" AND EXISTS (SELECT 1 FROM resource_claim r WHERE r.account_id = c.account_id
                      AND r.resource_id = c.resource_id AND r.starts_at > c.starts_at - 604800000 AND r.starts_at < c.ends_at
                      AND r.ends_at > c.starts_at AND r.holder_kind = c.", $kind, " AND r.holder_id = c.", $id, ")")
    };
}

statements! {
    ADD = "INSERT INTO zone_move (account_id, kind, id, was_from, was_to) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT (account_id, kind, id) DO NOTHING";
    TAKE_WAITING = "SELECT id FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND moved_at IS NULL
                    ORDER BY id LIMIT ?3 {FOR UPDATE SKIP LOCKED}";
    ANY_WAITING = "SELECT id FROM zone_move WHERE account_id = ?1 AND moved_at IS NULL LIMIT 1";
    MARK = "UPDATE zone_move SET moved_at = ?4 WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    DROP_ONE = "DELETE FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    MOVED = "SELECT kind, id, was_from, was_to FROM zone_move WHERE account_id = ?1 AND (kind, id) > (?2, ?3)
             ORDER BY kind, id LIMIT ?4";
    WAS = "SELECT was_from, was_to FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    FORGET = "DELETE FROM zone_move WHERE (account_id, kind, id) IN (
                  SELECT account_id, kind, id FROM zone_move WHERE account_id = ?1 LIMIT ?2)";
    NEIGHBOURS = "SELECT holder_kind, holder_id, starts_at, ends_at, whole FROM resource_claim
                  WHERE account_id = ?1 AND resource_id = ?2 AND starts_at > CAST(?3 AS BIGINT) - 604800000 AND starts_at < ?4 AND ends_at > ?3
                        AND (expires_at IS NULL OR expires_at > ?7) AND NOT (holder_kind = ?5 AND holder_id = ?6)
                  ORDER BY starts_at LIMIT 1000";
    CAPACITY = "SELECT capacity FROM resource WHERE account_id = ?1 AND id = ?2";
    ADD_CONFLICT = "INSERT INTO zone_conflict (account_id, resource_id, starts_at, ends_at, one_kind, one_id, other_kind, other_id)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                    ON CONFLICT (account_id, resource_id, starts_at, one_kind, one_id, other_kind, other_id) DO NOTHING";
    CONFLICTS = concat!("SELECT resource_id, starts_at, ends_at, one_kind, one_id, other_kind, other_id FROM zone_conflict c
                         WHERE account_id = ?1 AND ends_at > ?2", still_has!("one_kind", "one_id"),
                        still_has!("other_kind", "other_id"), " ORDER BY resource_id, starts_at LIMIT ?3");
    SWEEP = "DELETE FROM zone_conflict WHERE (account_id, resource_id, starts_at, one_kind, one_id, other_kind, other_id) IN (
                 SELECT account_id, resource_id, starts_at, one_kind, one_id, other_kind, other_id FROM zone_conflict
                 WHERE ends_at <= ?1 ORDER BY ends_at LIMIT ?2)";
}

/// Something that a move moves: what holds claims, or would, by the words of
/// [`Holder`](slotkeeper_domain::inventory::Holder).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The word for its kind.
    pub kind: String,
    pub id: String,
    /// From when to when it took resources before, or else was.
    pub was: Span,
}

/// Adds to the list of what moves.
pub fn add(tx: &mut Tx, account: &AccountId, found: &[Moved]) -> Result<(), StoreError> {
    for Moved { kind, id, was } in found {
        tx.run(ADD, &[account, kind, id, &was.from, &was.to])?;
    }
    Ok(())
}

/// The ids of some things of a kind that are still to be moved. Others leave them alone until the transaction ends.
pub fn take_waiting(tx: &mut Tx, account: &AccountId, kind: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.all(TAKE_WAITING, &[account, &kind, &limit], |row| row.next())
}

/// Whether anything is still to be moved.
pub fn any_waiting(db: &mut Snapshot, account: &AccountId) -> Result<bool, StoreError> {
    Ok(db.one(ANY_WAITING, &[account], |row| row.next::<String>())?.is_some())
}

/// Says that something was moved.
pub fn mark(tx: &mut Tx, account: &AccountId, kind: &str, id: &str, at: Instant) -> Result<(), StoreError> {
    tx.run(MARK, &[account, &kind, &id, &at]).map(drop)
}

/// Takes something off the list that is not there any more, or need not move.
pub fn drop_one(tx: &mut Tx, account: &AccountId, kind: &str, id: &str) -> Result<(), StoreError> {
    tx.run(DROP_ONE, &[account, &kind, &id]).map(drop)
}

fn span(row: &Row) -> Result<Span, StoreError> {
    Ok(Span { from: row.next()?, to: row.next()? })
}

/// What was moved, by kind and id: at most `limit` after this one.
pub fn moved(
    db: &mut Snapshot,
    account: &AccountId,
    after: &(String, String),
    limit: i64,
) -> Result<Vec<Moved>, StoreError> {
    db.all(MOVED, &[account, &after.0, &after.1, &limit], |row| {
        Ok(Moved { kind: row.next()?, id: row.next()?, was: span(row)? })
    })
}

/// From when to when something that moved took resources before.
pub fn was(db: &mut Snapshot, account: &AccountId, kind: &str, id: &str) -> Result<Option<Span>, StoreError> {
    db.one(WAS, &[account, &kind, &id], span)
}

/// Removes some of the list of what moved; how many.
pub fn forget(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<u64, StoreError> {
    tx.run(FORGET, &[account, &limit])
}

/// What else has a resource at the same time.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// The word for its kind.
    pub kind: String,
    pub id: String,
    /// From when to when.
    pub span: Span,
    /// Whether it has all of it, however many things the resource can do at once.
    pub whole: bool,
}

/// What has a resource within a span, without this one thing; and how many things the resource can do at once.
pub fn neighbours(
    db: &mut Snapshot,
    account: &AccountId,
    (resource, within): (&ResourceId, Span),
    (kind, id): (&str, &str),
    now: Instant,
) -> Result<(u32, Vec<Neighbour>), StoreError> {
    let capacity = db.one(CAPACITY, &[account, resource], |row| row.next::<i64>())?.unwrap_or(1);
    let found = db.all(NEIGHBOURS, &[account, resource, &within.from, &within.to, &kind, &id, &now], |row| {
        Ok(Neighbour { kind: row.next()?, id: row.next()?, span: span(row)?, whole: row.next()? })
    })?;
    Ok((u32::try_from(capacity).unwrap_or(u32::MAX), found))
}

/// A resource that two things have at the same time since a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub resource: ResourceId,
    /// From when to when both have it.
    pub span: Span,
    /// The one, by kind and id.
    pub one: (String, String),
    pub other: (String, String),
}

pub fn add_conflicts(tx: &mut Tx, account: &AccountId, found: &[Conflict]) -> Result<(), StoreError> {
    for Conflict { resource, span, one, other } in found {
        tx.run(ADD_CONFLICT, &[account, resource, &span.from, &span.to, &one.0, &one.1, &other.0, &other.1])?;
    }
    Ok(())
}

/// The conflicts of an account that are not over and that nobody has settled, at most `limit`.
pub fn conflicts(
    db: &mut Snapshot,
    account: &AccountId,
    now: Instant,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    db.all(CONFLICTS, &[account, &now, &limit], |row| {
        let (resource, span) = (row.next()?, span(row)?);
        Ok(Conflict { resource, span, one: (row.next()?, row.next()?), other: (row.next()?, row.next()?) })
    })
}

/// Removes conflicts that were over by then, at most `limit`; how many.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
