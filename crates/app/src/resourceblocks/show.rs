//! Read one block of resources.

use crate::blocks::rights::ReadBlocks;
use crate::context::Read;
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// The block with this id; `None` when there is none that the principal may see.
pub fn show(cx: &mut Read<'_, ReadBlocks>, id: &ResourceBlockId) -> Result<Option<ResourceBlock>, StoreError> {
    let (db, unit) = cx.db();
    let found = resourceblocks::find(db, unit.account_id(), id)?;
    Ok(found.filter(|block| unit.visibility().shows(block.application.as_ref())))
}
