//! Read one block of seats.

use crate::blocks::rights::ReadBlocks;
use crate::context::Read;
use slotkeeper_domain::id::SeatBlockId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::seatblocks::{self, SeatBlock};

/// The block with this id; `None` when there is none that the principal may see.
pub fn show(cx: &mut Read<'_, ReadBlocks>, id: &SeatBlockId) -> Result<Option<SeatBlock>, StoreError> {
    let (db, unit) = cx.db();
    let found = seatblocks::find(db, unit.account_id(), id)?;
    Ok(found.filter(|block| unit.visibility().shows(block.application.as_ref())))
}
