//! Block seats of an event.

use super::{Wanted, seize};
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, stamp};
use crate::bookings::place::BookingContext;
use crate::context::Write;
use crate::{App, random};
use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, SeatBlockId};
use slotkeeper_store::Tx;
use slotkeeper_store::tables::seatblocks::{self, SeatBlock};

/// Seats to be blocked.
#[derive(Debug, Clone)]
pub struct NewSeatBlock {
    pub product: ProductId,
    /// Of which event; of a course, of which class.
    pub event: EventId,
    pub seats: SeatCount,
    pub reason: Option<String>,
}

/// Blocks all of it or nothing.
///
/// # Errors
/// [`BlockError`].
pub fn create(cx: &mut Write<'_, WriteBlocks>, new: &NewSeatBlock) -> Result<SeatBlock, BlockError> {
    let (tx, unit) = cx.tx();
    let mut block = write(tx, unit.app(), &blocking(unit)?, new)?;
    block.created.at = cx.change_time()?;
    Ok(block)
}

fn write(tx: &mut Tx, app: &App, context: &BookingContext, new: &NewSeatBlock) -> Result<SeatBlock, BlockError> {
    let id: SeatBlockId = random::id();
    let NewSeatBlock { product, event, seats, reason } = new.clone();
    let starts_at = seize(tx, app, context, &id, &Wanted { product: &product, event: &event, seats })?;
    let (application, created) = (context.application().cloned(), stamp(tx, context)?);
    let block = SeatBlock { id, application, event, starts_at, seats, reason, created, changed: None };
    seatblocks::insert(tx, &context.account.id, &block)?;
    let subject = Subject::seat_block(&block.id, context.application());
    tx.record(context.actor.change(&context.account.id, context.now, subject, Kind::Created));
    Ok(block)
}
