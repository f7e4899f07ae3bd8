//! Show a block of seats.

use crate::App;
use crate::access::Access;
use crate::blocks::rights::ReadBlocks;
use slotkeeper_domain::id::SeatBlockId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::seatblocks::{self, SeatBlock};

/// The block with this id; nothing if the key may not know of it.
pub async fn show(app: &App, access: &Access<ReadBlocks>, id: SeatBlockId) -> Result<Option<SeatBlock>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let found = app.store().read(move |db| seatblocks::find(db, &account, &id)).await?;
    Ok(found.filter(|block| visibility.shows(block.application.as_ref())))
}
