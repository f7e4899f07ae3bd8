//! Claims: seats of events and time of resources, and the rows that are locked before they are allocated.
//!
//! An allocation locks its events, then its resources, each in the order of their ids; removes expired claims; reads
//! what is taken ([`occupancy`](super::occupancy)); and writes claims. Only this module changes the sum in
//! `event.taken`.

use crate::sql::Sql;
use crate::{Param, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{Allocation, ClaimOwner, CurrentClaims, LONGEST_PIECE, SeatClaim, Span};
use slotkeeper_domain::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

statements! {
    /// If more seats are taken than the event has now, it keeps as many as are taken.
    LOCK_EVENT = "INSERT INTO event (account_id, id, day, seats, taken, private) VALUES (?1, ?2, ?3, ?4, 0, FALSE)
                  ON CONFLICT (account_id, id) DO UPDATE
                  SET seats = CASE WHEN event.taken > excluded.seats THEN event.taken ELSE excluded.seats END";
    LOCK_KNOWN_EVENT = "SELECT id FROM event WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}";
    LOCK_RESOURCE = "INSERT INTO resource (account_id, id, capacity) VALUES (?1, ?2, ?3)
                     ON CONFLICT (account_id, id) DO UPDATE SET capacity = excluded.capacity";
    /// `seats` is selected although it is not needed: otherwise SQLite reads all claims of the account in the primary
    /// key's index, which has the other columns.
    EVENTS_OF = "SELECT event_id, seats FROM seat_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 1000";
    SEATS_OF = "SELECT event_id, seats, private FROM seat_claim
                WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 1000";
    UPDATE_SEATS = "UPDATE seat_claim SET seats = ?5, private = ?6
                   WHERE account_id = ?1 AND event_id = ?2 AND holder_kind = ?3 AND holder_id = ?4";
    DELETE_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND event_id = ?2 AND holder_kind = ?3 AND holder_id = ?4";
    DELETE_EXPIRED_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND event_id = ?2 AND expires_at <= ?3 RETURNING seats, private";
    RELEASE_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3
                     RETURNING event_id, seats, private";
    SUBTRACT_TAKEN = "UPDATE event SET taken = taken - ?3, private = CASE WHEN ?4 THEN FALSE ELSE private END
                 WHERE account_id = ?1 AND id = ?2";
    ADD_TAKEN = "UPDATE event SET taken = taken + ?3, private = ?4, changes = changes + CASE WHEN ?5 THEN 1 ELSE 0 END
            WHERE account_id = ?1 AND id = ?2";
    /// Adds the changes of the booking that leaves, so that the sum over the event's bookings, which calendars use,
    /// does not fall.
    RECORD_DEPARTURE = "UPDATE event SET changed_at = ?4, changes = changes + 1 + COALESCE(
                 (SELECT b.changes FROM booking b WHERE b.account_id = ?1 AND b.number = ?3), 0)
             WHERE account_id = ?1 AND id = ?2";
    INSERT_SEATS = "INSERT INTO seat_claim (account_id, event_id, holder_kind, holder_id, day, seats, private, expires_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    DELETE_EXPIRED_RESOURCES = "DELETE FROM resource_claim WHERE account_id = ?1 AND resource_id = ?2 AND expires_at <= ?3";
    RELEASE_RESOURCES = "DELETE FROM resource_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3";
    RESOURCES_OF = "SELECT resource_id, starts_at, ends_at FROM resource_claim
                    WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 10000";
    DELETE_TIME = "DELETE FROM resource_claim
               WHERE account_id = ?1 AND resource_id = ?2 AND starts_at = ?3 AND holder_kind = ?4 AND holder_id = ?5";
    UPDATE_TIME = "UPDATE resource_claim SET starts_at = ?6, ends_at = ?7
                 WHERE account_id = ?1 AND resource_id = ?2 AND starts_at = ?3 AND holder_kind = ?4 AND holder_id = ?5";
    INSERT_RESOURCE = "INSERT INTO resource_claim (account_id, resource_id, starts_at, holder_kind, holder_id, ends_at, whole,
                                                  expires_at)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// `ends_at` is selected for the same reason as `seats` in `EVENTS_OF`.
    RESOURCES_OF_EVENT = "SELECT resource_id, ends_at FROM resource_claim
                          WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2 LIMIT 1000";
    DELETE_OF_EMPTY_EVENT = "DELETE FROM resource_claim WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2
                      AND NOT EXISTS (SELECT 1 FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)";
    EXPIRE_WITH_SEATS = "UPDATE resource_claim SET expires_at = (
                           SELECT CASE WHEN COUNT(*) = COUNT(expires_at) THEN MAX(expires_at) END
                           FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)
                       WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2";
    /// Not ordered: with ORDER BY SQLite reads all claims of the account in that order.
    PIECES_OF = "SELECT resource_id, starts_at, ends_at, whole, expires_at FROM resource_claim
              WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 10000";
    CLEAR_WHOLE = "UPDATE resource_claim SET whole = FALSE
                 WHERE account_id = ?1 AND resource_id = ?2 AND starts_at >= ?5 AND starts_at < ?6
                       AND holder_kind = ?3 AND holder_id = ?4";
    EVENTS_AFTER = "SELECT id, day FROM event WHERE account_id = ?1 AND (day, id) > (?2, ?3) ORDER BY day, id LIMIT ?4";
    SWEEP_SEATS = "SELECT account_id, event_id FROM seat_claim WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    SWEEP_RESOURCES = "DELETE FROM resource_claim
                       WHERE (account_id, resource_id, starts_at, holder_kind, holder_id) IN (
                           SELECT account_id, resource_id, starts_at, holder_kind, holder_id FROM resource_claim
                           WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
}

/// The events of which the owner has seats.
pub fn events_of(db: &mut Snapshot, account: &AccountId, owner: &ClaimOwner) -> Result<Vec<EventId>, StoreError> {
    db.all(EVENTS_OF, &[account, &owner.kind(), &owner.id()], |row| row.next())
}

/// Locks events until the transaction ends, in the order of their ids. Events with a number of seats are created or get
/// that number; the others are locked if they exist.
pub fn lock_events(
    tx: &mut Tx,
    account: &AccountId,
    events: &BTreeMap<EventId, Option<u32>>,
) -> Result<(), StoreError> {
    for (id, seats) in events {
        match seats {
            Some(seats) => tx.run(LOCK_EVENT, &[account, id, &id.date.to_string(), &i64::from(*seats)])?,
            None => tx.run(LOCK_KNOWN_EVENT, &[account, id])?,
        };
    }
    Ok(())
}

/// Locks resources until the transaction ends, in the order of their ids, and sets their capacities: how many things
/// each can do at the same time.
pub fn lock_resources(
    tx: &mut Tx,
    account: &AccountId,
    resources: &BTreeMap<ResourceId, u32>,
) -> Result<(), StoreError> {
    for (id, capacity) in resources {
        tx.run(LOCK_RESOURCE, &[account, id, &i64::from(*capacity)])?;
    }
    Ok(())
}

/// Removes the expired claims of a locked event.
pub fn remove_expired_seats(tx: &mut Tx, account: &AccountId, event: &EventId, now: Instant) -> Result<(), StoreError> {
    let expired =
        tx.all(DELETE_EXPIRED_SEATS, &[account, event, &now], |row| Ok((row.next::<i64>()?, row.next::<bool>()?)))?;
    if !expired.is_empty() {
        let seats: i64 = expired.iter().map(|(seats, _)| seats).sum();
        tx.run(SUBTRACT_TAKEN, &[account, event, &seats, &expired.iter().any(|(_, private)| *private)])?;
        update_event_resources(tx, account, event)?;
    }
    Ok(())
}

/// Removes the expired claims of a locked resource.
pub fn remove_expired_resources(
    tx: &mut Tx,
    account: &AccountId,
    id: &ResourceId,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(DELETE_EXPIRED_RESOURCES, &[account, id, &now])?;
    Ok(())
}

/// Releases all claims of the owner. Its events must be locked.
pub fn release(tx: &mut Tx, account: &AccountId, owner: &ClaimOwner, now: Instant) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let released: Vec<(EventId, i64, bool)> =
        tx.all(RELEASE_SEATS, &[account, &kind, &id], |row| Ok((row.next()?, row.next()?, row.next()?)))?;
    for (event, seats, private) in released {
        tx.run(SUBTRACT_TAKEN, &[account, &event, &seats, &private])?;
        record_departure(tx, account, &event, owner, now)?;
        update_event_resources(tx, account, &event)?;
    }
    tx.run(RELEASE_RESOURCES, &[account, &kind, &id])?;
    Ok(())
}

/// The owner's claims, expired ones included. Those of resources are in pieces of at most [`LONGEST_PIECE`].
pub fn current_claims(db: &mut Snapshot, account: &AccountId, owner: &ClaimOwner) -> Result<CurrentClaims, StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let seats = db.all(SEATS_OF, &[account, &kind, &id], |row| {
        let (event, seats, private) = (row.next()?, row.next::<i64>()?, row.next()?);
        Ok(SeatClaim { event, seats: u32::try_from(seats).unwrap_or(0), private })
    })?;
    let resources = db.all(RESOURCES_OF, &[account, &kind, &id], |row| {
        Ok((row.next::<ResourceId>()?, Span { from: row.next()?, to: row.next()? }))
    })?;
    Ok(CurrentClaims { seats, resources })
}

/// Reduces the owner's claims to `granted`, resources for this span, and releases the rest. Its events must be locked,
/// and it must hold all of `granted`.
pub fn reduce(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    (held, granted): (&CurrentClaims, &Allocation),
    span: Option<Span>,
    now: Instant,
) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    for had in &held.seats {
        let kept = granted.seats.iter().find(|claim| claim.event == had.event);
        let (seats, private) = kept.map_or((0, false), |claim| (claim.seats, claim.private));
        let back = i64::from(had.seats) - i64::from(seats);
        // The event is open to others again once its private claim is gone.
        let opened = had.private && !private;
        match kept {
            Some(claim) if claim == had => continue,
            Some(_) => tx.run(UPDATE_SEATS, &[account, &had.event, &kind, &id, &i64::from(seats), &private])?,
            None => {
                record_departure(tx, account, &had.event, owner, now)?;
                tx.run(DELETE_SEATS, &[account, &had.event, &kind, &id])?
            }
        };
        tx.run(SUBTRACT_TAKEN, &[account, &had.event, &back, &opened])?;
        update_event_resources(tx, account, &had.event)?;
    }
    for (resource, piece) in &held.resources {
        let kept = span.filter(|_| granted.resources.contains(resource));
        // A piece is cut to the new span; pieces outside it become empty and are deleted.
        let kept = kept.map(|span| Span { from: piece.from.max(span.from), to: piece.to.min(span.to) });
        match kept.filter(|kept| kept.from < kept.to) {
            Some(kept) if kept == *piece => {}
            Some(kept) => {
                tx.run(UPDATE_TIME, &[account, resource, &piece.from, &kind, &id, &kept.from, &kept.to])?;
            }
            None => {
                tx.run(DELETE_TIME, &[account, resource, &piece.from, &kind, &id])?;
            }
        }
    }
    Ok(())
}

/// Records that a booking has left an event. Other owners are in no calendar.
fn record_departure(
    tx: &mut Tx,
    account: &AccountId,
    event: &EventId,
    owner: &ClaimOwner,
    now: Instant,
) -> Result<(), StoreError> {
    if matches!(owner, ClaimOwner::Booking(_)) {
        tx.run(RECORD_DEPARTURE, &[account, event, &owner.id(), &now])?;
    }
    Ok(())
}

/// Lets the event keep its resources exactly as long as any owner has seats of it.
fn update_event_resources(tx: &mut Tx, account: &AccountId, event: &EventId) -> Result<(), StoreError> {
    tx.batch(&[(DELETE_OF_EMPTY_EVENT, &[account, event]), (EXPIRE_WITH_SEATS, &[account, event])])?;
    Ok(())
}

/// Writes claims of seats. The events must be locked and the seats free.
///
/// # Errors
/// [`StoreError::Refused`] if an event would have more seats taken than it has.
pub fn claim_seats(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    claims: &[SeatClaim],
    expires_at: Option<Instant>,
) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    for SeatClaim { event, seats, private } in claims {
        let (day, seats) = (event.date.to_string(), i64::from(*seats));
        tx.batch(&[
            (INSERT_SEATS, &[account, event, &kind, &id, &day, &seats, private, &expires_at]),
            (ADD_TAKEN, &[account, event, &seats, private, &matches!(owner, ClaimOwner::Booking(_))]),
        ])?;
    }
    Ok(())
}

/// Writes claims of resources for a span. They must be locked and free.
///
/// # Errors
/// [`StoreError::Refused`] if a resource would exceed its capacity.
pub fn claim_resources(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    resources: &[ResourceId],
    span: Span,
    expires_at: Option<Instant>,
) -> Result<(), StoreError> {
    write_pieces(tx, account, owner, resources, (span, false), expires_at)
}

/// Writes claims of the whole capacity of these resources for a span. They must be locked, but need not be free.
pub fn claim_exclusively(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    resources: &[ResourceId],
    span: Span,
) -> Result<(), StoreError> {
    write_pieces(tx, account, owner, resources, (span, true), None)
}

fn write_pieces(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    resources: &[ResourceId],
    (span, whole): (Span, bool),
    expires_at: Option<Instant>,
) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let pieces: Vec<Span> = span.pieces(LONGEST_PIECE).collect();
    for resource in resources {
        let params: Vec<[&dyn Param; 8]> = pieces
            .iter()
            .map(|piece| -> [&dyn Param; 8] {
                [account, resource, &piece.from, &kind, &id, &piece.to, &whole, &expires_at]
            })
            .collect();
        // A block of a year has some fifty pieces for each resource: written in one round trip.
        let pieces: Vec<(Sql, &[&dyn Param])> = params.iter().map(|params| (INSERT_RESOURCE, &params[..])).collect();
        tx.batch(&pieces)?;
    }
    Ok(())
}

/// Lets a locked event claim its resources for as long as any owner has seats of it.
///
/// # Errors
/// [`StoreError::Refused`] if a resource would exceed its capacity.
pub fn claim_for_event(
    tx: &mut Tx,
    account: &AccountId,
    event: &EventId,
    resources: &[ResourceId],
    span: Span,
) -> Result<(), StoreError> {
    let held: Vec<ResourceId> = tx.all(RESOURCES_OF_EVENT, &[account, event], |row| row.next())?;
    // Resources that the event has already stay with it, also if its product no longer needs them.
    let missing: Vec<ResourceId> = resources.iter().filter(|id| !held.contains(id)).cloned().collect();
    claim_resources(tx, account, &ClaimOwner::Event(event.clone()), &missing, span, None)?;
    if !held.is_empty() || !missing.is_empty() {
        update_event_resources(tx, account, event)?;
    }
    Ok(())
}

/// Moves the owner's claims of resources in time, also over claims of others: an allocation is not withdrawn.
pub fn move_resources(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    moved: impl Fn(Span) -> Span,
) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let mut pieces: Vec<(ResourceId, Span, bool, Option<Instant>)> =
        tx.all(PIECES_OF, &[account, &kind, &id], |row| {
            Ok((row.next()?, Span { from: row.next()?, to: row.next()? }, row.next()?, row.next()?))
        })?;
    if pieces.is_empty() {
        return Ok(());
    }
    // Sorted by resource and start: the pieces of a resource are contiguous, so it is claimed anew over one span.
    pieces.sort();
    tx.run(RELEASE_RESOURCES, &[account, &kind, &id])?;
    for pieces in pieces.chunk_by(|one, other| one.0 == other.0) {
        let (Some((resource, first, whole, expires_at)), Some((_, last, ..))) = (pieces.first(), pieces.last()) else {
            continue;
        };
        let span = moved(Span { from: first.from, to: last.to });
        // The schema refuses claims over the capacity unless they are exclusive, so these are written as exclusive ones.
        write_pieces(tx, account, owner, std::slice::from_ref(resource), (span, true), *expires_at)?;
        if !whole {
            tx.run(CLEAR_WHOLE, &[account, resource, &kind, &id, &span.from, &span.to])?;
        }
    }
    Ok(())
}

/// At most `limit` events of which seats were ever claimed, after this day and id, by both.
pub fn events_after(
    db: &mut Snapshot,
    account: &AccountId,
    after: &(String, String),
    limit: i64,
) -> Result<Vec<EventId>, StoreError> {
    db.all(EVENTS_AFTER, &[account, &after.0, &after.1, &limit], |row| row.next())
}

/// Locks an existing event until the transaction ends.
pub fn lock_event(tx: &mut Tx, account: &AccountId, event: &EventId) -> Result<(), StoreError> {
    lock_events(tx, account, &BTreeMap::from([(event.clone(), None)]))
}

/// Removes claims that expired by `until`, at most `limit` of seats and `limit` of resources; the larger of the two
/// numbers. Events are locked in the order of their ids, as everywhere.
pub fn sweep(tx: &mut Tx, until: Instant, now: Instant, limit: i64) -> Result<u64, StoreError> {
    let expired: BTreeSet<(AccountId, EventId)> =
        tx.all(SWEEP_SEATS, &[&until, &limit], |row| Ok((row.next()?, row.next()?)))?.into_iter().collect();
    for (account, event) in &expired {
        // Locked and checked again: the claim may have been released since it was read.
        tx.run(LOCK_KNOWN_EVENT, &[account, event])?;
        remove_expired_seats(tx, account, event, now)?;
    }
    let resources = tx.run(SWEEP_RESOURCES, &[&until, &limit])?;
    Ok(resources.max(u64::try_from(expired.len()).unwrap_or(u64::MAX)))
}
