//! List blocks of resources.

use crate::App;
use crate::blocks::rights::ReadBlocks;
use crate::right::May;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock, ResourceBlockSearch};

/// The blocks that a search finds and the key may know of, by start and id: how many there are, and at most `limit` of those
/// after the first `offset`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadBlocks>,
    search: ResourceBlockSearch,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<ResourceBlock>), StoreError> {
    let (account, sight) = (may.account().id.clone(), may.sight().clone());
    app.store()
        .read(move |db| {
            let count = resourceblocks::count(db, &account, &sight, &search)?;
            Ok((count, resourceblocks::list(db, &account, &sight, &search, limit, offset)?))
        })
        .await
}
