//! What is taken of events and resources: read before an allocation, and by searches for free times.

use super::claims::current_claims;
use crate::{Snapshot, StoreError, statements};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{ClaimOwner, EventOccupancy, LONGEST_PIECE, SeatClaim, Span, Timeline};
use slotkeeper_domain::time::{Date, Instant};
use std::collections::{BTreeSet, HashMap};

statements! {
    OCCUPANCY = "SELECT taken, private, EXISTS (SELECT 1 FROM seat_claim WHERE account_id = ?1 AND event_id = ?2)
                FROM event WHERE account_id = ?1 AND id = ?2";
    TIMELINE = "SELECT starts_at, ends_at, holder_kind, holder_id, whole FROM resource_claim
                WHERE account_id = ?1 AND resource_id = ?2 AND starts_at > ?3 AND starts_at < ?5 AND ends_at > ?4
                      AND (expires_at IS NULL OR expires_at > ?6)
                LIMIT 100000";
    HAS_OTHER_SEATS = "SELECT 1 FROM seat_claim
                   WHERE account_id = ?1 AND event_id = ?2 AND NOT (holder_kind = ?3 AND holder_id = ?4)
                         AND (expires_at IS NULL OR expires_at > ?5)
                   LIMIT 1";
    EVENTS_BETWEEN = "SELECT id, taken, private FROM event WHERE account_id = ?1 AND day BETWEEN ?2 AND ?3 LIMIT 100000";
    EXPIRED_BETWEEN = "SELECT event_id, CAST(SUM(seats) AS BIGINT), CAST(SUM(CASE WHEN private THEN 1 ELSE 0 END) AS BIGINT)
                     FROM seat_claim WHERE account_id = ?1 AND day BETWEEN ?2 AND ?3 AND expires_at <= ?4
                     GROUP BY event_id LIMIT 100000";
}

/// What is taken of an event.
pub fn occupancy(db: &mut Snapshot, account: &AccountId, event: &EventId) -> Result<EventOccupancy, StoreError> {
    let found = db.one(OCCUPANCY, &[account, event], |row| {
        let occupancy = event_occupancy(row.next()?, row.next()?);
        Ok(EventOccupancy { visited: row.next()?, ..occupancy })
    })?;
    Ok(found.unwrap_or_default())
}

fn event_occupancy(taken: i64, private: bool) -> EventOccupancy {
    EventOccupancy { taken: u32::try_from(taken.max(0)).unwrap_or(u32::MAX), private, visited: taken > 0 || private }
}

/// What is taken of the events from `first` to `last` (inclusive), without expired claims. An event that is missing is
/// free.
pub fn occupancies(
    db: &mut Snapshot,
    account: &AccountId,
    first: Date,
    last: Date,
    now: Instant,
) -> Result<HashMap<EventId, EventOccupancy>, StoreError> {
    let (first, last) = (first.to_string(), last.to_string());
    let mut found: HashMap<EventId, EventOccupancy> = db
        .all(EVENTS_BETWEEN, &[account, &first, &last], |row| {
            Ok((row.next::<EventId>()?, event_occupancy(row.next()?, row.next()?)))
        })?
        .into_iter()
        .collect();
    let expired = db.all(EXPIRED_BETWEEN, &[account, &first, &last, &now], |row| {
        Ok((row.next::<EventId>()?, row.next::<i64>()?, row.next::<i64>()?))
    })?;
    // `event.taken` still includes expired claims that were not swept; a search must not lock the event to remove
    // them.
    for (event, seats, private) in expired {
        if let Some(occupancy) = found.get_mut(&event) {
            occupancy.taken = occupancy.taken.saturating_sub(u32::try_from(seats).unwrap_or(u32::MAX));
            occupancy.private = occupancy.private && private == 0;
        }
    }
    Ok(found)
}

/// The claims that moving an owner would release: its own, and those of the resources of events to which no other owner
/// comes. Only for searches; the move itself releases and allocates in one transaction.
#[derive(Debug, Clone)]
pub struct FreedClaims {
    owner: ClaimOwner,
    seats: Vec<SeatClaim>,
    sole: BTreeSet<EventId>,
}

impl FreedClaims {
    /// The claims of this owner that a move would release.
    pub fn of_owner(
        db: &mut Snapshot,
        account: &AccountId,
        owner: ClaimOwner,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let (seats, mut sole) = (current_claims(db, account, &owner)?.seats, BTreeSet::new());
        for SeatClaim { event, .. } in &seats {
            let others: Option<i64> =
                db.one(HAS_OTHER_SEATS, &[account, event, &owner.kind(), &owner.id(), &now], |row| row.next())?;
            if others.is_none() {
                sole.insert(event.clone());
            }
        }
        Ok(Self { owner, seats, sole })
    }

    /// Subtracts the owner's seats.
    pub fn subtract_from(&self, occupancies: &mut HashMap<EventId, EventOccupancy>) {
        for SeatClaim { event, seats, private } in &self.seats {
            if let Some(occupancy) = occupancies.get_mut(event) {
                let private = occupancy.private && !private;
                *occupancy = event_occupancy(i64::from(occupancy.taken.saturating_sub(*seats)), private);
            }
        }
    }

    fn frees(&self, kind: &str, id: &str, event: Option<&EventId>) -> bool {
        event.is_some_and(|event| self.sole.contains(event)) || (kind == self.owner.kind() && id == self.owner.id())
    }
}

/// The claims of a resource around a span, without expired ones and those in `without`.
pub fn timeline(
    db: &mut Snapshot,
    account: &AccountId,
    resource: &ResourceId,
    around: Span,
    now: Instant,
    without: Option<&FreedClaims>,
) -> Result<Timeline, StoreError> {
    // No claim is longer than a piece, so one that starts earlier cannot overlap. This bounds the range in the
    // index.
    let earliest = around.from.before(LONGEST_PIECE);
    let claims = db.all(TIMELINE, &[account, resource, &earliest, &around.from, &around.to, &now], |row| {
        let span = Span { from: row.next()?, to: row.next()? };
        let (kind, id): (String, String) = (row.next()?, row.next()?);
        // The event is passed on, because further bookings of it share its resources.
        let event: Option<EventId> = if kind == ClaimOwner::EVENT { id.parse().ok() } else { None };
        let counts = without.is_none_or(|without| !without.frees(&kind, &id, event.as_ref()));
        Ok((counts, (span, event, row.next()?)))
    })?;
    Ok(Timeline::of(claims.into_iter().filter(|(counts, _)| *counts).map(|(_, claim)| claim)))
}
