//! Delete a block of resources: they are free at once.

use crate::App;
use crate::blocks::rights::{DeleteBlocks, ReadBlocks};
use crate::blocks::{BlockError, blocking, changeable, reach, record};
use crate::right::May;
use crate::take::give_back;
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_domain::inventory::Holder;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// Deletes a block for good and gives back what it has.
///
/// # Errors
/// [`BlockError::NoBlock`], [`BlockError::NotYours`]; when the store fails.
pub async fn remove(
    app: &App,
    may: &May<DeleteBlocks>,
    sees: Option<&May<ReadBlocks>>,
    id: ResourceBlockId,
) -> Result<(), BlockError> {
    let (placing, reach) = (blocking(app, may)?, reach(may, sees));
    app.store()
        .write(move |tx| {
            let account = &placing.account.id;
            let found = resourceblocks::lock(tx, account, &id)?;
            changeable(found, |block: &ResourceBlock| block.application.as_ref(), &reach)?;
            give_back(tx, account, &Holder::ResourceBlock(id.clone()))?;
            resourceblocks::delete(tx, account, &id)?;
            record(tx, &placing, Thing::ResourceBlock, id.as_str(), Kind::Deleted);
            Ok(())
        })
        .await
}
