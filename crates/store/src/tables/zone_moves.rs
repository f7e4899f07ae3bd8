//! The bookings, events and blocks that a change of time zone rules moves, and the resource conflicts that result.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;

/// Whether an owner of a conflict still has the resource.
#[rustfmt::skip]
macro_rules! still_has {
    ($kind:literal, $id:literal) => {
        concat!(" AND EXISTS (SELECT 1 FROM resource_claim r WHERE r.account_id = c.account_id
                      AND r.resource_id = c.resource_id AND r.starts_at > c.starts_at - 604800000 AND r.starts_at < c.ends_at
                      AND r.ends_at > c.starts_at AND r.holder_kind = c.", $kind, " AND r.holder_id = c.", $id, ")")
    };
}

statements! {
    INSERT = "INSERT INTO zone_move (account_id, kind, id, was_from, was_to) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT (account_id, kind, id) DO NOTHING";
    LOCK_PENDING = "SELECT id FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND moved_at IS NULL
                    ORDER BY id LIMIT ?3 {FOR UPDATE SKIP LOCKED}";
    ANY_PENDING = "SELECT id FROM zone_move WHERE account_id = ?1 AND moved_at IS NULL LIMIT 1";
    MARK_MOVED = "UPDATE zone_move SET moved_at = ?4 WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    DELETE_ONE = "DELETE FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    LIST = "SELECT kind, id, was_from, was_to FROM zone_move WHERE account_id = ?1 AND (kind, id) > (?2, ?3)
             ORDER BY kind, id LIMIT ?4";
    PREVIOUS_SPAN = "SELECT was_from, was_to FROM zone_move WHERE account_id = ?1 AND kind = ?2 AND id = ?3";
    DELETE_SOME = "DELETE FROM zone_move WHERE (account_id, kind, id) IN (
                  SELECT account_id, kind, id FROM zone_move WHERE account_id = ?1 LIMIT ?2)";
    OTHER_CLAIMS = "SELECT holder_kind, holder_id, starts_at, ends_at, whole FROM resource_claim
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

/// A row to move, by the kinds and ids of [`ClaimOwner`](slotkeeper_domain::inventory::ClaimOwner).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub kind: String,
    pub id: String,
    /// Its claims of resources, or else its own span, before the move.
    pub was: Span,
}

/// Adds rows to move.
pub fn add(tx: &mut Tx, account: &AccountId, found: &[Moved]) -> Result<(), StoreError> {
    for Moved { kind, id, was } in found {
        tx.run(INSERT, &[account, kind, id, &was.from, &was.to])?;
    }
    Ok(())
}

/// The ids of at most `limit` rows of this kind still to be moved, locked until the transaction ends. Skips those
/// locked by another server.
pub fn lock_pending(tx: &mut Tx, account: &AccountId, kind: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.all(LOCK_PENDING, &[account, &kind, &limit], |row| row.next())
}

/// Whether any row is still to be moved.
pub fn any_pending(db: &mut Snapshot, account: &AccountId) -> Result<bool, StoreError> {
    Ok(db.one(ANY_PENDING, &[account], |row| row.next::<String>())?.is_some())
}

pub fn mark_moved(tx: &mut Tx, account: &AccountId, kind: &str, id: &str, at: Instant) -> Result<(), StoreError> {
    tx.run(MARK_MOVED, &[account, &kind, &id, &at]).map(drop)
}

/// Removes a row that no longer exists or need not move.
pub fn remove(tx: &mut Tx, account: &AccountId, kind: &str, id: &str) -> Result<(), StoreError> {
    tx.run(DELETE_ONE, &[account, &kind, &id]).map(drop)
}

fn span(row: &Row) -> Result<Span, StoreError> {
    Ok(Span { from: row.next()?, to: row.next()? })
}

/// At most `limit` moved rows after this kind and id, by both.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    after: &(String, String),
    limit: i64,
) -> Result<Vec<Moved>, StoreError> {
    db.all(LIST, &[account, &after.0, &after.1, &limit], |row| {
        Ok(Moved { kind: row.next()?, id: row.next()?, was: span(row)? })
    })
}

/// The claims of resources of a moved row before the move.
pub fn previous_span(db: &mut Snapshot, account: &AccountId, kind: &str, id: &str) -> Result<Option<Span>, StoreError> {
    db.one(PREVIOUS_SPAN, &[account, &kind, &id], span)
}

/// Deletes at most `limit` rows of the list; how many.
pub fn remove_some(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<u64, StoreError> {
    tx.run(DELETE_SOME, &[account, &limit])
}

/// Another owner's claim of a resource.
#[derive(Debug, Clone)]
pub struct Neighbour {
    pub kind: String,
    pub id: String,
    pub span: Span,
    /// Whether it takes the whole capacity.
    pub whole: bool,
}

/// The resource's capacity, and its claims within the span by other owners.
pub fn other_claims(
    db: &mut Snapshot,
    account: &AccountId,
    (resource, within): (&ResourceId, Span),
    (kind, id): (&str, &str),
    now: Instant,
) -> Result<(u32, Vec<Neighbour>), StoreError> {
    let capacity = db.one(CAPACITY, &[account, resource], |row| row.next::<i64>())?.unwrap_or(1);
    let found = db.all(OTHER_CLAIMS, &[account, resource, &within.from, &within.to, &kind, &id, &now], |row| {
        Ok(Neighbour { kind: row.next()?, id: row.next()?, span: span(row)?, whole: row.next()? })
    })?;
    Ok((u32::try_from(capacity).unwrap_or(u32::MAX), found))
}

/// Two owners have the same resource at the same time since a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub resource: ResourceId,
    /// The time that both have it.
    pub span: Span,
    /// Kind and id.
    pub one: (String, String),
    pub other: (String, String),
}

pub fn add_conflicts(tx: &mut Tx, account: &AccountId, found: &[Conflict]) -> Result<(), StoreError> {
    for Conflict { resource, span, one, other } in found {
        tx.run(ADD_CONFLICT, &[account, resource, &span.from, &span.to, &one.0, &one.1, &other.0, &other.1])?;
    }
    Ok(())
}

/// At most `limit` conflicts of the account that are not over and not resolved.
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

/// Deletes at most `limit` conflicts that were over by `until`; how many.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
