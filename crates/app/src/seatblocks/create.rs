//! Block seats of an event.

use super::{Wanted, seize};
use crate::access::Access;
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, record, stamp};
use crate::bookings::place::BookingContext;
use crate::idempotency::{Answering, StoredResponse};
use crate::{App, random};
use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, SeatBlockId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
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
pub async fn create<A: StoredResponse>(
    app: &App,
    access: &Access<WriteBlocks>,
    new: NewSeatBlock,
    answering: Answering<SeatBlock, A>,
) -> Result<A, BlockError> {
    let context = blocking(app, access)?;
    let (unit, id): (_, SeatBlockId) = (app.clone(), random::id());
    let block = move |tx: &mut Tx| {
        answering.run(tx, &unit, context.whose(), context.now, |tx| {
            let mut block = write(tx, &unit, &context, &new, &id)?;
            block.created.at = tx.change_time(&context.account.id)?;
            Ok(block)
        })
    };
    app.store().write(block).await
}

/// Blocks the same within a transaction that others write in as well, as this actor and at this instant: for data that comes
/// from elsewhere.
///
/// # Errors
/// [`BlockError`].
pub fn create_within(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    actor: &Actor,
    at: Instant,
    new: &NewSeatBlock,
) -> Result<SeatBlock, BlockError> {
    let context = BookingContext::within(account, actor, at, true).map_err(|_| BlockError::NoBusiness)?;
    write(tx, app, &context, new, &random::id())
}

fn write(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    new: &NewSeatBlock,
    id: &SeatBlockId,
) -> Result<SeatBlock, BlockError> {
    let NewSeatBlock { product, event, seats, reason } = new.clone();
    let starts_at = seize(tx, app, context, id, &Wanted { product: &product, event: &event, seats })?;
    let (application, created) = (context.application().cloned(), stamp(tx, context)?);
    let block = SeatBlock { id: id.clone(), application, event, starts_at, seats, reason, created, changed: None };
    seatblocks::insert(tx, &context.account.id, &block)?;
    record(tx, context, Subject::seat_block(id, context.application()), Kind::Created);
    Ok(block)
}
