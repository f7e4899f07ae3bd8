//! Claims: seats of events and time of resources, and the rows that are locked before any is given.
//!
//! Whoever takes something locks the events and resources it takes from, in the order of their ids, events first; removes
//! what has ended there; reads what is left; and writes. The sum in `event.taken` is kept here and nowhere else.

use crate::sql::Sql;
use crate::{Param, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{
    Allocation, ClaimOwner, CurrentClaims, EventOccupancy, LONGEST_PIECE, SeatClaim, Span, Timeline,
};
use slotkeeper_domain::time::{Date, Instant};
use std::collections::{BTreeMap, BTreeSet, HashMap};

statements! {
    /// An event of which more was sold than it has now keeps what was sold.
    LOCK_EVENT = "INSERT INTO event (account_id, id, day, seats, taken, private) VALUES (?1, ?2, ?3, ?4, 0, FALSE)
                  ON CONFLICT (account_id, id) DO UPDATE
                  SET seats = CASE WHEN event.taken > excluded.seats THEN event.taken ELSE excluded.seats END";
    LOCK_KNOWN_EVENT = "SELECT id FROM event WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}";
    LOCK_RESOURCE = "INSERT INTO resource (account_id, id, capacity) VALUES (?1, ?2, ?3)
                     ON CONFLICT (account_id, id) DO UPDATE SET capacity = excluded.capacity";
    /// Asks for the seats as well, or else SQLite reads all claims of the account in the primary key, which has the rest.
    EVENTS_OF = "SELECT event_id, seats FROM seat_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 1000";
    SEATS_OF = "SELECT event_id, seats, private FROM seat_claim
                WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 1000";
    FEWER_SEATS = "UPDATE seat_claim SET seats = ?5, private = ?6
                   WHERE account_id = ?1 AND event_id = ?2 AND holder_kind = ?3 AND holder_id = ?4";
    NO_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND event_id = ?2 AND holder_kind = ?3 AND holder_id = ?4";
    END_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND event_id = ?2 AND expires_at <= ?3 RETURNING seats, private";
    RELEASE_SEATS = "DELETE FROM seat_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3
                     RETURNING event_id, seats, private";
    GIVE_BACK = "UPDATE event SET taken = taken - ?3, private = CASE WHEN ?4 THEN FALSE ELSE private END
                 WHERE account_id = ?1 AND id = ?2";
    STANDING = "SELECT taken, private, EXISTS (SELECT 1 FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)
                FROM event WHERE account_id = ?1 AND id = ?2";
    TAKE = "UPDATE event SET taken = taken + ?3, private = ?4, changes = changes + CASE WHEN ?5 THEN 1 ELSE 0 END
            WHERE account_id = ?1 AND id = ?2";
    /// What calendars add up for the bookings of an event goes on as if the one that leaves it had stayed.
    LEAVE = "UPDATE event SET changed_at = ?4, changes = changes + 1 + COALESCE(
                 (SELECT b.changes FROM booking b WHERE b.account_id = ?1 AND b.number = ?3), 0)
             WHERE account_id = ?1 AND id = ?2";
    CLAIM_SEATS = "INSERT INTO seat_claim (account_id, event_id, holder_kind, holder_id, day, seats, private, expires_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    END_RESOURCES = "DELETE FROM resource_claim WHERE account_id = ?1 AND resource_id = ?2 AND expires_at <= ?3";
    RELEASE_RESOURCES = "DELETE FROM resource_claim WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3";
    RESOURCES_OF = "SELECT resource_id, starts_at, ends_at FROM resource_claim
                    WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 10000";
    NO_TIME = "DELETE FROM resource_claim
               WHERE account_id = ?1 AND resource_id = ?2 AND starts_at = ?3 AND holder_kind = ?4 AND holder_id = ?5";
    LESS_TIME = "UPDATE resource_claim SET starts_at = ?6, ends_at = ?7
                 WHERE account_id = ?1 AND resource_id = ?2 AND starts_at = ?3 AND holder_kind = ?4 AND holder_id = ?5";
    TIMELINE = "SELECT starts_at, ends_at, holder_kind, holder_id, whole FROM resource_claim
                WHERE account_id = ?1 AND resource_id = ?2 AND starts_at > ?3 AND starts_at < ?5 AND ends_at > ?4
                      AND (expires_at IS NULL OR expires_at > ?6)
                LIMIT 100000";
    CLAIM_RESOURCE = "INSERT INTO resource_claim (account_id, resource_id, starts_at, holder_kind, holder_id, ends_at, whole,
                                                  expires_at)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// Asks for the ends for the same reason.
    RESOURCES_OF_EVENT = "SELECT resource_id, ends_at FROM resource_claim
                          WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2 LIMIT 1000";
    END_WITH_EVENT = "DELETE FROM resource_claim WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2
                      AND NOT EXISTS (SELECT 1 FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)";
    LAST_WITH_EVENT = "UPDATE resource_claim SET expires_at = (
                           SELECT CASE WHEN COUNT(*) = COUNT(expires_at) THEN MAX(expires_at) END
                           FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)
                       WHERE account_id = ?1 AND holder_kind = 'event' AND holder_id = ?2";
    /// Not in order, or else SQLite reads all claims of the account in this order in search of the few.
    PIECES = "SELECT resource_id, starts_at, ends_at, whole, expires_at FROM resource_claim
              WHERE account_id = ?1 AND holder_kind = ?2 AND holder_id = ?3 LIMIT 10000";
    NOT_WHOLE = "UPDATE resource_claim SET whole = FALSE
                 WHERE account_id = ?1 AND resource_id = ?2 AND starts_at >= ?5 AND starts_at < ?6
                       AND holder_kind = ?3 AND holder_id = ?4";
    EVENTS_AHEAD = "SELECT id, day FROM event WHERE account_id = ?1 AND (day, id) > (?2, ?3) ORDER BY day, id LIMIT ?4";
    OTHERS_COME = "SELECT 1 FROM seat_claim
                   WHERE account_id = ?1 AND event_id = ?2 AND NOT (holder_kind = ?3 AND holder_id = ?4)
                         AND (expires_at IS NULL OR expires_at > ?5)
                   LIMIT 1";
    EVENTS_BETWEEN = "SELECT id, taken, private FROM event WHERE account_id = ?1 AND day BETWEEN ?2 AND ?3 LIMIT 100000";
    ENDED_BETWEEN = "SELECT event_id, CAST(SUM(seats) AS BIGINT), CAST(SUM(CASE WHEN private THEN 1 ELSE 0 END) AS BIGINT)
                     FROM seat_claim WHERE account_id = ?1 AND day BETWEEN ?2 AND ?3 AND expires_at <= ?4
                     GROUP BY event_id LIMIT 100000";
    SWEEP_SEATS = "SELECT account_id, event_id FROM seat_claim WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    SWEEP_RESOURCES = "DELETE FROM resource_claim
                       WHERE (account_id, resource_id, starts_at, holder_kind, holder_id) IN (
                           SELECT account_id, resource_id, starts_at, holder_kind, holder_id FROM resource_claim
                           WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
}

/// The events that something has seats of.
pub fn events_of(db: &mut Snapshot, account: &AccountId, owner: &ClaimOwner) -> Result<Vec<EventId>, StoreError> {
    db.all(EVENTS_OF, &[account, &owner.kind(), &owner.id()], |row| row.next())
}

/// Locks events until the transaction ends, in the order of their ids. Those with a number of seats are there afterwards,
/// with that many.
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

/// Locks resources until the transaction ends, in the order of their ids; each can do so many things at once.
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

/// Removes the claims of a locked event that have ended.
pub fn end_seats(tx: &mut Tx, account: &AccountId, event: &EventId, now: Instant) -> Result<(), StoreError> {
    let ended = tx.all(END_SEATS, &[account, event, &now], |row| Ok((row.next::<i64>()?, row.next::<bool>()?)))?;
    if !ended.is_empty() {
        let seats: i64 = ended.iter().map(|(seats, _)| seats).sum();
        tx.run(GIVE_BACK, &[account, event, &seats, &ended.iter().any(|(_, private)| *private)])?;
        settle(tx, account, event)?;
    }
    Ok(())
}

/// Removes the claims of a locked resource that have ended.
pub fn end_resources(tx: &mut Tx, account: &AccountId, id: &ResourceId, now: Instant) -> Result<(), StoreError> {
    tx.run(END_RESOURCES, &[account, id, &now])?;
    Ok(())
}

/// Gives back everything that something has. Its events are locked.
pub fn release(tx: &mut Tx, account: &AccountId, owner: &ClaimOwner, now: Instant) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let released: Vec<(EventId, i64, bool)> =
        tx.all(RELEASE_SEATS, &[account, &kind, &id], |row| Ok((row.next()?, row.next()?, row.next()?)))?;
    for (event, seats, private) in released {
        tx.run(GIVE_BACK, &[account, &event, &seats, &private])?;
        left(tx, account, &event, owner, now)?;
        settle(tx, account, &event)?;
    }
    tx.run(RELEASE_RESOURCES, &[account, &kind, &id])?;
    Ok(())
}

/// What something has of events and, as claims of at most [`LONGEST_PIECE`], of resources, the ended ones included.
pub fn held(db: &mut Snapshot, account: &AccountId, owner: &ClaimOwner) -> Result<CurrentClaims, StoreError> {
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

/// Has something keep `granted` of what it has, of resources for this span, and gives back the rest. Its events are locked,
/// and it has all of that.
pub fn keep(
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
        let opened = had.private && !private;
        match kept {
            Some(claim) if claim == had => continue,
            Some(_) => tx.run(FEWER_SEATS, &[account, &had.event, &kind, &id, &i64::from(seats), &private])?,
            None => {
                left(tx, account, &had.event, owner, now)?;
                tx.run(NO_SEATS, &[account, &had.event, &kind, &id])?
            }
        };
        tx.run(GIVE_BACK, &[account, &had.event, &back, &opened])?;
        settle(tx, account, &had.event)?;
    }
    for (resource, piece) in &held.resources {
        let kept = span.filter(|_| granted.resources.contains(resource));
        let kept = kept.map(|span| Span { from: piece.from.max(span.from), to: piece.to.min(span.to) });
        match kept.filter(|kept| kept.from < kept.to) {
            Some(kept) if kept == *piece => {}
            Some(kept) => {
                tx.run(LESS_TIME, &[account, resource, &piece.from, &kind, &id, &kept.from, &kept.to])?;
            }
            None => {
                tx.run(NO_TIME, &[account, resource, &piece.from, &kind, &id])?;
            }
        }
    }
    Ok(())
}

/// Notes that a booking has left an event. Others that do are in no calendar.
fn left(tx: &mut Tx, account: &AccountId, event: &EventId, owner: &ClaimOwner, now: Instant) -> Result<(), StoreError> {
    if matches!(owner, ClaimOwner::Booking(_)) {
        tx.run(LEAVE, &[account, event, &owner.id(), &now])?;
    }
    Ok(())
}

/// An event has what it needs for as long as somebody has seats of it.
fn settle(tx: &mut Tx, account: &AccountId, event: &EventId) -> Result<(), StoreError> {
    tx.batch(&[(END_WITH_EVENT, &[account, event]), (LAST_WITH_EVENT, &[account, event])])?;
    Ok(())
}

/// What others have of an event.
pub fn occupancy(db: &mut Snapshot, account: &AccountId, event: &EventId) -> Result<EventOccupancy, StoreError> {
    let found = db.one(STANDING, &[account, event], |row| {
        let occupancy = event_standing(row.next()?, row.next()?);
        Ok(EventOccupancy { visited: row.next()?, ..occupancy })
    })?;
    Ok(found.unwrap_or_default())
}

fn event_standing(taken: i64, private: bool) -> EventOccupancy {
    EventOccupancy { taken: u32::try_from(taken.max(0)).unwrap_or(u32::MAX), private, visited: taken > 0 || private }
}

/// What would be free without something that is there: what it has, and what events need that nobody else comes to. For a
/// look at where it could be moved; whoever moves it gives back the same in that step.
#[derive(Debug, Clone)]
pub struct FreedClaims {
    owner: ClaimOwner,
    seats: Vec<SeatClaim>,
    alone: BTreeSet<EventId>,
}

impl FreedClaims {
    pub fn owner(db: &mut Snapshot, account: &AccountId, owner: ClaimOwner, now: Instant) -> Result<Self, StoreError> {
        let (seats, mut alone) = (held(db, account, &owner)?.seats, BTreeSet::new());
        for SeatClaim { event, .. } in &seats {
            let others: Option<i64> =
                db.one(OTHERS_COME, &[account, event, &owner.kind(), &owner.id(), &now], |row| row.next())?;
            if others.is_none() {
                alone.insert(event.clone());
            }
        }
        Ok(Self { owner, seats, alone })
    }

    /// Takes its seats out of what is taken.
    pub fn leave(&self, standings: &mut HashMap<EventId, EventOccupancy>) {
        for SeatClaim { event, seats, private } in &self.seats {
            if let Some(occupancy) = standings.get_mut(event) {
                let private = occupancy.private && !private;
                *occupancy = event_standing(i64::from(occupancy.taken.saturating_sub(*seats)), private);
            }
        }
    }

    fn has(&self, kind: &str, id: &str, event: Option<&EventId>) -> bool {
        event.is_some_and(|event| self.alone.contains(event)) || (kind == self.owner.kind() && id == self.owner.id())
    }
}

/// When others have a resource, around a span.
pub fn timeline(
    db: &mut Snapshot,
    account: &AccountId,
    resource: &ResourceId,
    around: Span,
    now: Instant,
    without: Option<&FreedClaims>,
) -> Result<Timeline, StoreError> {
    let earliest = around.from.before(LONGEST_PIECE);
    let claims = db.all(TIMELINE, &[account, resource, &earliest, &around.from, &around.to, &now], |row| {
        let span = Span { from: row.next()?, to: row.next()? };
        let (kind, id): (String, String) = (row.next()?, row.next()?);
        let event: Option<EventId> = if kind == ClaimOwner::EVENT { id.parse().ok() } else { None };
        let counts = without.is_none_or(|without| !without.has(&kind, &id, event.as_ref()));
        Ok((counts, (span, event, row.next()?)))
    })?;
    Ok(Timeline::of(claims.into_iter().filter(|(counts, _)| *counts).map(|(_, claim)| claim)))
}

/// Writes claims of seats: the events are locked, and the seats are there.
///
/// # Errors
/// When the store fails; it refuses what would be more than there is.
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
            (CLAIM_SEATS, &[account, event, &kind, &id, &day, &seats, private, &expires_at]),
            (TAKE, &[account, event, &seats, private, &matches!(owner, ClaimOwner::Booking(_))]),
        ])?;
    }
    Ok(())
}

/// Writes claims of resources for a span: they are locked, and free.
///
/// # Errors
/// When the store fails; it refuses what would be more than there is.
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

/// Writes claims of all of these resources for a span, however many things each can do at once: they are locked, and need not
/// be free.
pub fn claim_whole(
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
        // A block of a year is some fifty pieces for each resource: one round trip, and not fifty.
        let pieces: Vec<(Sql, &[&dyn Param])> = params.iter().map(|params| (CLAIM_RESOURCE, &params[..])).collect();
        tx.batch(&pieces)?;
    }
    Ok(())
}

/// Has a locked event hold what it needs, for as long as somebody has seats of it.
///
/// # Errors
/// When the store fails; it refuses what would be more than there is.
pub fn claim_for_event(
    tx: &mut Tx,
    account: &AccountId,
    event: &EventId,
    resources: &[ResourceId],
    span: Span,
) -> Result<(), StoreError> {
    let held: Vec<ResourceId> = tx.all(RESOURCES_OF_EVENT, &[account, event], |row| row.next())?;
    let missing: Vec<ResourceId> = resources.iter().filter(|id| !held.contains(id)).cloned().collect();
    claim_resources(tx, account, &ClaimOwner::Event(event.clone()), &missing, span, None)?;
    if !held.is_empty() || !missing.is_empty() {
        settle(tx, account, event)?;
    }
    Ok(())
}

/// Moves what something has of resources in time, whoever else has them then: what was given stays given. The last resort of
/// the schema is for what is given anew, and lets pass what takes all of a resource.
pub fn shift(
    tx: &mut Tx,
    account: &AccountId,
    owner: &ClaimOwner,
    moved: impl Fn(Span) -> Span,
) -> Result<(), StoreError> {
    let (kind, id) = (owner.kind(), owner.id());
    let mut pieces: Vec<(ResourceId, Span, bool, Option<Instant>)> = tx.all(PIECES, &[account, &kind, &id], |row| {
        Ok((row.next()?, Span { from: row.next()?, to: row.next()? }, row.next()?, row.next()?))
    })?;
    if pieces.is_empty() {
        return Ok(());
    }
    pieces.sort();
    tx.run(RELEASE_RESOURCES, &[account, &kind, &id])?;
    for pieces in pieces.chunk_by(|one, other| one.0 == other.0) {
        let (Some((resource, first, whole, expires_at)), Some((_, last, ..))) = (pieces.first(), pieces.last()) else {
            continue;
        };
        let span = moved(Span { from: first.from, to: last.to });
        write_pieces(tx, account, owner, std::slice::from_ref(resource), (span, true), *expires_at)?;
        if !whole {
            tx.run(NOT_WHOLE, &[account, resource, &kind, &id, &span.from, &span.to])?;
        }
    }
    Ok(())
}

/// Events that somebody had seats of, by day and id: at most `limit` after this day and id.
pub fn events_ahead(
    db: &mut Snapshot,
    account: &AccountId,
    after: &(String, String),
    limit: i64,
) -> Result<Vec<EventId>, StoreError> {
    db.all(EVENTS_AHEAD, &[account, &after.0, &after.1, &limit], |row| row.next())
}

/// Locks an event that is there until the transaction ends.
pub fn lock_event(tx: &mut Tx, account: &AccountId, event: &EventId) -> Result<(), StoreError> {
    lock_events(tx, account, &BTreeMap::from([(event.clone(), None)]))
}

/// What is taken of the events of some days, both included; an event that is not in it is free.
pub fn standings(
    db: &mut Snapshot,
    account: &AccountId,
    first: Date,
    last: Date,
    now: Instant,
) -> Result<HashMap<EventId, EventOccupancy>, StoreError> {
    let (first, last) = (first.to_string(), last.to_string());
    let mut found: HashMap<EventId, EventOccupancy> = db
        .all(EVENTS_BETWEEN, &[account, &first, &last], |row| {
            Ok((row.next::<EventId>()?, event_standing(row.next()?, row.next()?)))
        })?
        .into_iter()
        .collect();
    let ended = db.all(ENDED_BETWEEN, &[account, &first, &last, &now], |row| {
        Ok((row.next::<EventId>()?, row.next::<i64>()?, row.next::<i64>()?))
    })?;
    for (event, seats, private) in ended {
        if let Some(occupancy) = found.get_mut(&event) {
            occupancy.taken = occupancy.taken.saturating_sub(u32::try_from(seats).unwrap_or(u32::MAX));
            occupancy.private = occupancy.private && private == 0;
        }
    }
    Ok(found)
}

/// Removes claims that ended until then, at most `limit` of seats and of resources; says how many of the one or the other.
/// Events are locked one after the other in the order of their ids, as everybody does.
pub fn sweep(tx: &mut Tx, until: Instant, now: Instant, limit: i64) -> Result<u64, StoreError> {
    let ended: BTreeSet<(AccountId, EventId)> =
        tx.all(SWEEP_SEATS, &[&until, &limit], |row| Ok((row.next()?, row.next()?)))?.into_iter().collect();
    for (account, event) in &ended {
        tx.run(LOCK_KNOWN_EVENT, &[account, event])?;
        end_seats(tx, account, event, now)?;
    }
    let resources = tx.run(SWEEP_RESOURCES, &[&until, &limit])?;
    Ok(resources.max(u64::try_from(ended.len()).unwrap_or(u64::MAX)))
}
