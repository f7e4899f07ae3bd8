//! The only place that allocates seats and resources. It locks events and resources, reads the occupancy, lets the
//! domain decide, and writes the claims.

use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{
    Allocation, AllocationError, AllocationRequest, ClaimOwner, Occupancy, Span, allocation_for, fits_within,
};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::tables::{account_zones, claims, occupancy};
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct NewClaim<'a> {
    pub(crate) request: &'a AllocationRequest,
    /// The owner of the new claims.
    pub(crate) owner: &'a ClaimOwner,
    /// Claim owners whose claims are released in the same step: the hold before a booking, or the booking that moves.
    pub(crate) instead_of: &'a [ClaimOwner],
    /// When the claims expire; `None`: never.
    pub(crate) expires_at: Option<Instant>,
    /// The zone whose rules the instants of the request were made by.
    pub(crate) zone: &'a Zone,
}

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(transparent)]
    Full(#[from] AllocationError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Allocates all of a request or nothing. Locks the events of the request and of the released claims in the order of
/// their ids, then the resources.
///
/// A change that needs no additional capacity keeps its claims without a new availability check.
pub(crate) fn allocate(
    tx: &mut Tx,
    account: &AccountId,
    take: &NewClaim<'_>,
    now: Instant,
) -> Result<Allocation, ClaimError> {
    let request = take.request;
    // First of all locks, so that a zone move that waits for this transaction holds no lock others wait for.
    account_zones::lock_current_rules(tx, account, take.zone)?;
    lock_events(tx, account, take.instead_of, request)?;
    if take.instead_of == std::slice::from_ref(take.owner) && request.absence.is_none() {
        // A new check could fail here: a resource may be blocked meanwhile, or the capacity may have been lowered below
        // what is sold. Neither takes anything from an existing booking.
        let held = claims::current_claims(tx, account, take.owner)?;
        if let Some(grant) = fits_within(request, &held) {
            let span = request.appointment.as_ref().map(|appointment| appointment.span);
            claims::reduce(tx, account, take.owner, (&held, &grant), span, now)?;
            return Ok(grant);
        }
    }
    let resources = resources_of(request);
    claims::lock_resources(tx, account, &resources)?;
    for owner in take.instead_of {
        claims::release(tx, account, owner, now)?;
    }
    // Expired claims still have rows until the sweep deletes them.
    for event in &request.events {
        claims::remove_expired_seats(tx, account, &event.event, now)?;
    }
    for resource in resources.keys() {
        claims::remove_expired_resources(tx, account, resource, now)?;
    }
    let others = occupancy(tx, account, request, now)?;
    let grant = allocation_for(request, &others)?;
    claims::claim_seats(tx, account, take.owner, &grant.seats, take.expires_at)?;
    for event in request.events.iter().filter(|event| !event.resources.is_empty()) {
        let needed: Vec<ResourceId> = event.resources.iter().map(|(id, _)| id.clone()).collect();
        claims::claim_for_event(tx, account, &event.event, &needed, event.span)?;
    }
    if let Some(appointment) = &request.appointment {
        let (resources, span) = (&grant.resources, appointment.span);
        claims::claim_resources(tx, account, take.owner, resources, span, take.expires_at)?;
    }
    if let Some(absence) = &request.absence {
        let away: Vec<ResourceId> = absence.resources.iter().map(|(id, _)| id.clone()).collect();
        claims::claim_exclusively(tx, account, take.owner, &away, absence.span)?;
    }
    Ok(grant)
}

/// Releases all claims of an owner.
pub(crate) fn release(tx: &mut Tx, account: &AccountId, owner: &ClaimOwner, now: Instant) -> Result<(), StoreError> {
    lock_claimed_events(tx, account, [owner])?;
    claims::release(tx, account, owner, now)
}

/// Locks the events that these owners have seats in, so that their claims can be released.
pub(crate) fn lock_claimed_events<'a>(
    tx: &mut Tx,
    account: &AccountId,
    owners: impl IntoIterator<Item = &'a ClaimOwner>,
) -> Result<(), StoreError> {
    lock_events(tx, account, owners, &AllocationRequest::default())
}

fn lock_events<'a>(
    tx: &mut Tx,
    account: &AccountId,
    owners: impl IntoIterator<Item = &'a ClaimOwner>,
    request: &AllocationRequest,
) -> Result<(), StoreError> {
    let mut events: BTreeMap<EventId, Option<u32>> = BTreeMap::new();
    for owner in owners {
        events.extend(claims::events_of(tx, account, owner)?.into_iter().map(|id| (id, None)));
    }
    // The request knows the capacity of its events; for released ones it stays as it is.
    events.extend(request.events.iter().map(|request| (request.event.clone(), Some(request.capacity))));
    claims::lock_events(tx, account, &events)
}

/// Every resource the request could use, with the number of simultaneous uses it allows.
fn resources_of(request: &AllocationRequest) -> BTreeMap<ResourceId, u32> {
    let of_events = request.events.iter().flat_map(|event| &event.resources);
    let absent = request.absence.iter().flat_map(|absence| &absence.resources);
    let needs = request.appointment.iter().flat_map(|appointment| &appointment.needs);
    of_events.chain(absent).chain(needs.flat_map(|need| &need.candidates)).cloned().collect()
}

/// The live claims of others on everything the request could use. Also used without locks, for previews.
pub(crate) fn occupancy(
    db: &mut Snapshot,
    account: &AccountId,
    request: &AllocationRequest,
    now: Instant,
) -> Result<Occupancy, StoreError> {
    let mut occupancy = Occupancy::default();
    for event in &request.events {
        occupancy.events.insert(event.event.clone(), occupancy::occupancy(db, account, &event.event)?);
    }
    // One read for each resource, over the whole time in which it is needed.
    let mut around: BTreeMap<&ResourceId, Span> = BTreeMap::new();
    let mut include = |id, span: Span| {
        let known = around.entry(id).or_insert(span);
        *known = Span { from: known.from.min(span.from), to: known.to.max(span.to) };
    };
    for event in &request.events {
        event.resources.iter().for_each(|(id, _)| include(id, event.span));
    }
    if let Some(appointment) = &request.appointment {
        let candidates: BTreeSet<&ResourceId> =
            appointment.needs.iter().flat_map(|need| &need.candidates).map(|(id, _)| id).collect();
        candidates.into_iter().for_each(|id| include(id, appointment.span));
    }
    for (id, span) in around {
        occupancy.resources.insert(id.clone(), occupancy::timeline(db, account, id, span, now, None)?);
    }
    Ok(occupancy)
}
