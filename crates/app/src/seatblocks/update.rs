//! Change a block of seats. What is not said stays as it was.

use super::{Wanted, seize};
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, changeable, stamp};
use crate::context::Write;
use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, SeatBlockId};
use slotkeeper_store::tables::seatblocks::{self, SeatBlock};

/// What is to be different.
#[derive(Debug, Clone, Default)]
pub struct SeatBlockChange {
    pub product: Option<ProductId>,
    pub event: Option<EventId>,
    /// Another number of seats.
    pub seats: Option<SeatCount>,
    pub reason: Option<String>,
}

/// Changes a block and, if it is to be of other seats, takes those in place of the seats it has, in one transaction. Clients
/// write back what they read: a member that is as it was says nothing, and so a block of all that were left takes no more.
///
/// # Errors
/// [`BlockError`].
pub fn update(
    cx: &mut Write<'_, WriteBlocks>,
    id: &SeatBlockId,
    change: &SeatBlockChange,
) -> Result<SeatBlock, BlockError> {
    let (tx, unit) = cx.tx();
    let (account, context) = (unit.account_id(), blocking(unit)?);
    let found = seatblocks::lock(tx, account, id)?;
    let block = changeable(found, |block: &SeatBlock| block.application.as_ref(), unit)?;
    let SeatBlockChange { product, event, seats, reason } = change.clone();
    let (product, event) =
        (product.unwrap_or_else(|| block.event.product.clone()), event.unwrap_or_else(|| block.event.clone()));
    let seats = seats.unwrap_or(block.seats);
    let same = product == block.event.product && event == block.event && seats == block.seats;
    let starts_at = if same {
        block.starts_at
    } else {
        seize(tx, unit.app(), &context, id, &Wanted { product: &product, event: &event, seats })?
    };
    let (reason, changed) = (reason.or(block.reason), Some(stamp(tx, &context)?));
    let mut changed = SeatBlock { event, starts_at, seats, reason, changed, ..block };
    seatblocks::update(tx, account, &changed)?;
    cx.record(Subject::seat_block(id, changed.application.as_ref()), Kind::Updated);
    let at = cx.change_time()?;
    changed.changed.iter_mut().for_each(|stamp| stamp.at = at);
    Ok(changed)
}
