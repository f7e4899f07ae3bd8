//! Blocks of seats.

pub mod create;
pub mod list;
pub mod remove;
pub mod show;
pub mod update;

use crate::App;
use crate::allocation::{NewClaim, allocate};
use crate::blocks::BlockError;
use crate::bookings::place::BookingContext;
use slotkeeper_domain::block::{self, SeatCount};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, SeatBlockId};
use slotkeeper_domain::inventory::{AllocationRequest, ClaimOwner, EventRequest};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;

struct Wanted<'a> {
    product: &'a ProductId,
    event: &'a EventId,
    seats: SeatCount,
}

/// Takes the seats of a block in the same step in which it gives back those it has; says when the event starts.
fn seize(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    id: &SeatBlockId,
    wanted: &Wanted<'_>,
) -> Result<Instant, BlockError> {
    let account = &context.account;
    let catalogue = app.catalogues().of(tx, &account.id)?;
    let event = block::event(&catalogue, wanted.product, wanted.event, context.now, &account.zone)?;
    let seats = EventRequest { seats: wanted.seats, ..event.request(0, false, &catalogue) };
    let request = AllocationRequest { events: vec![seats], ..AllocationRequest::default() };
    let owner = ClaimOwner::SeatBlock(id.clone());
    let instead_of = std::slice::from_ref(&owner);
    let zone = &account.zone;
    allocate(
        tx,
        &account.id,
        &NewClaim { request: &request, owner: &owner, instead_of, expires_at: None, zone },
        context.now,
    )?;
    Ok(event.occurrence.starts_at)
}
