//! Delete a block of resources: they are free at once.

use crate::allocation::release;
use crate::blocks::rights::DeleteBlocks;
use crate::blocks::{BlockError, changeable};
use crate::context::Write;
use crate::webhooks::items::keep_last;
use slotkeeper_domain::change::{Kind, Subject, Thing};
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// Deletes a block for good and releases what it claims.
///
/// # Errors
/// [`BlockError::NoBlock`], [`BlockError::NotYours`].
pub fn remove(cx: &mut Write<'_, DeleteBlocks>, id: &ResourceBlockId) -> Result<(), BlockError> {
    let (tx, unit) = cx.tx();
    let (account, now) = (unit.account_id(), unit.now());
    let found = resourceblocks::lock(tx, account, id)?;
    let block = changeable(found, |block: &ResourceBlock| block.application.as_ref(), unit)?;
    let gone = (Thing::ResourceBlock, id.as_str(), block.application.as_ref());
    keep_last(tx, unit.app(), unit.account(), gone, now)?;
    release(tx, account, &ClaimOwner::ResourceBlock(id.clone()), now)?;
    resourceblocks::delete(tx, account, id)?;
    cx.record(Subject::resource_block(id, block.application.as_ref()), Kind::Deleted);
    Ok(())
}
