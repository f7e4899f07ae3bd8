//! Delete a block of resources: they are free at once.

use crate::App;
use crate::access::Access;
use crate::allocation::release;
use crate::blocks::rights::{DeleteBlocks, ReadBlocks};
use crate::blocks::{BlockError, blocking, changeable, reach, record};
use crate::webhooks::items::keep_last;
use slotkeeper_domain::change::{Kind, Subject, Thing};
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// Deletes a block for good and gives back what it has.
///
/// # Errors
/// [`BlockError::NoBlock`], [`BlockError::NotYours`]; when the store fails.
pub async fn remove(
    app: &App,
    access: &Access<DeleteBlocks>,
    sees: Option<&Access<ReadBlocks>>,
    id: ResourceBlockId,
) -> Result<(), BlockError> {
    let (context, reach) = (blocking(app, access)?, reach(access, sees));
    let unit = app.clone();
    app.store()
        .write(move |tx| {
            let account = &context.account.id;
            let found = resourceblocks::lock(tx, account, &id)?;
            let block = changeable(found, |block: &ResourceBlock| block.application.as_ref(), &reach)?;
            let gone = (Thing::ResourceBlock, id.as_str(), block.application.as_ref());
            keep_last(tx, &unit, &context.account, gone, context.now)?;
            release(tx, account, &ClaimOwner::ResourceBlock(id.clone()), context.now)?;
            resourceblocks::delete(tx, account, &id)?;
            record(tx, &context, Subject::resource_block(&id, block.application.as_ref()), Kind::Deleted);
            Ok(())
        })
        .await
}
