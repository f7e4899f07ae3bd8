//! List blocks of seats.

use crate::App;
use crate::blocks::rights::ReadBlocks;
use crate::right::May;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::seatblocks::{self, SeatBlock, SeatBlockSearch};

/// The blocks that a search finds and the key may know of, by start and id: how many there are, and at most `limit` of those
/// after the first `offset`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadBlocks>,
    search: SeatBlockSearch,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<SeatBlock>), StoreError> {
    let (account, sight) = (may.account().id.clone(), may.sight().clone());
    app.store()
        .read(move |db| {
            let count = seatblocks::count(db, &account, &sight, &search)?;
            Ok((count, seatblocks::list(db, &account, &sight, &search, limit, offset)?))
        })
        .await
}
