//! Show a block of resources.

use crate::App;
use crate::access::Access;
use crate::blocks::rights::ReadBlocks;
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// The block with this id; nothing if the key may not know of it.
pub async fn show(
    app: &App,
    access: &Access<ReadBlocks>,
    id: ResourceBlockId,
) -> Result<Option<ResourceBlock>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let found = app.store().read(move |db| resourceblocks::find(db, &account, &id)).await?;
    Ok(found.filter(|block| visibility.shows(block.application.as_ref())))
}
