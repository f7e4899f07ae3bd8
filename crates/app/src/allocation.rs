//! The one place that gives seats and time away: locks, looks, has the domain decide, writes.

use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{
    AllocationError, ClaimOwner, Grant, Occupancy, Span, Wish, allocation_for, fits_within,
};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::tables::{account_zones, claims};
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct NewClaim<'a> {
    /// What is wished for.
    pub(crate) wish: &'a Wish,
    /// What will hold it.
    pub(crate) holder: &'a ClaimOwner,
    /// What gives back what it has, in the same step: a hold that becomes a booking, a booking that moves.
    pub(crate) instead_of: &'a [ClaimOwner],
    /// When it ends by itself.
    pub(crate) expires_at: Option<Instant>,
    /// By which rules the instants in the wish were made.
    pub(crate) zone: &'a Zone,
}

/// Why something cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// There is not so much left.
    #[error(transparent)]
    Full(#[from] AllocationError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes all of a wish or nothing. Locks what is taken from and what is given back to: events in the order of their ids,
/// then resources.
///
/// What is changed to have no more than it has asks nobody, and keeps that: what it needs may be away by now, and it may be
/// one of more than there are today.
pub(crate) fn allocate(
    tx: &mut Tx,
    account: &AccountId,
    take: &NewClaim<'_>,
    now: Instant,
) -> Result<Grant, ClaimError> {
    let wish = take.wish;
    // Before anything else is locked, so that a move that waits for this transaction keeps nobody waiting in turn.
    account_zones::hold(tx, account, take.zone)?;
    lock_events(tx, account, take.instead_of, wish)?;
    if take.instead_of == std::slice::from_ref(take.holder) && wish.absence.is_none() {
        let held = claims::held(tx, account, take.holder)?;
        if let Some(grant) = fits_within(wish, &held) {
            let span = wish.appointment.as_ref().map(|appointment| appointment.span);
            claims::keep(tx, account, take.holder, (&held, &grant), span, now)?;
            return Ok(grant);
        }
    }
    let resources = resources_of(wish);
    claims::lock_resources(tx, account, &resources)?;
    for holder in take.instead_of {
        claims::release(tx, account, holder, now)?;
    }
    for event in &wish.events {
        claims::end_seats(tx, account, &event.event, now)?;
    }
    for resource in resources.keys() {
        claims::end_resources(tx, account, resource, now)?;
    }
    let others = occupancy(tx, account, wish, now)?;
    let grant = allocation_for(wish, &others)?;
    claims::claim_seats(tx, account, take.holder, &grant.seats, take.expires_at)?;
    for event in wish.events.iter().filter(|event| !event.resources.is_empty()) {
        let needed: Vec<ResourceId> = event.resources.iter().map(|(id, _)| id.clone()).collect();
        claims::claim_for_event(tx, account, &event.event, &needed, event.span)?;
    }
    if let Some(appointment) = &wish.appointment {
        let (resources, span) = (&grant.resources, appointment.span);
        claims::claim_resources(tx, account, take.holder, resources, span, take.expires_at)?;
    }
    if let Some(absence) = &wish.absence {
        let away: Vec<ResourceId> = absence.resources.iter().map(|(id, _)| id.clone()).collect();
        claims::claim_whole(tx, account, take.holder, &away, absence.span)?;
    }
    Ok(grant)
}

/// Gives back everything that something has.
pub(crate) fn release(tx: &mut Tx, account: &AccountId, holder: &ClaimOwner, now: Instant) -> Result<(), StoreError> {
    lock_claimed_events(tx, account, [holder])?;
    claims::release(tx, account, holder, now)
}

/// Locks the events that these have seats of, so that all of it can be given back.
pub(crate) fn lock_claimed_events<'a>(
    tx: &mut Tx,
    account: &AccountId,
    holders: impl IntoIterator<Item = &'a ClaimOwner>,
) -> Result<(), StoreError> {
    lock_events(tx, account, holders, &Wish::default())
}

fn lock_events<'a>(
    tx: &mut Tx,
    account: &AccountId,
    holders: impl IntoIterator<Item = &'a ClaimOwner>,
    wish: &Wish,
) -> Result<(), StoreError> {
    let mut events: BTreeMap<EventId, Option<u32>> = BTreeMap::new();
    for holder in holders {
        events.extend(claims::events_of(tx, account, holder)?.into_iter().map(|id| (id, None)));
    }
    events.extend(wish.events.iter().map(|wish| (wish.event.clone(), Some(wish.capacity))));
    claims::lock_events(tx, account, &events)
}

/// Every resource that the wish could take, and how many things it can do at once.
fn resources_of(wish: &Wish) -> BTreeMap<ResourceId, u32> {
    let of_events = wish.events.iter().flat_map(|event| &event.resources);
    let absent = wish.absence.iter().flat_map(|absence| &absence.resources);
    let needs = wish.appointment.iter().flat_map(|appointment| &appointment.needs);
    of_events.chain(absent).chain(needs.flat_map(|need| &need.candidates)).cloned().collect()
}

/// What others have of everything the wish could take, live claims only. Also good for a look without locks.
pub(crate) fn occupancy(
    db: &mut Snapshot,
    account: &AccountId,
    wish: &Wish,
    now: Instant,
) -> Result<Occupancy, StoreError> {
    let mut standing = Occupancy::default();
    for event in &wish.events {
        standing.events.insert(event.event.clone(), claims::standing(db, account, &event.event)?);
    }
    let mut around: BTreeMap<&ResourceId, Span> = BTreeMap::new();
    let mut include = |id, span: Span| {
        let known = around.entry(id).or_insert(span);
        *known = Span { from: known.from.min(span.from), to: known.to.max(span.to) };
    };
    for event in &wish.events {
        event.resources.iter().for_each(|(id, _)| include(id, event.span));
    }
    if let Some(appointment) = &wish.appointment {
        let candidates: BTreeSet<&ResourceId> =
            appointment.needs.iter().flat_map(|need| &need.candidates).map(|(id, _)| id).collect();
        candidates.into_iter().for_each(|id| include(id, appointment.span));
    }
    for (id, span) in around {
        standing.resources.insert(id.clone(), claims::timeline(db, account, id, span, now, None)?);
    }
    Ok(standing)
}
