//! List blocks of seats.

use crate::App;
use crate::access::Access;
use crate::blocks::rights::ReadBlocks;
use crate::changes::settle::settle_account;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::tables::seatblocks::{self, SeatBlock, SeatBlockSearch};
use slotkeeper_store::{Snapshot, StoreError};

/// The blocks that a search finds and the key may know of, by start and id: those that are wanted.
pub async fn list(
    app: &App,
    access: &Access<ReadBlocks>,
    mut search: SeatBlockSearch,
    wanted: PageRequest,
) -> Result<ListPage<SeatBlock>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    if let Some((_, end)) = &mut search.touched {
        settle_account(app, &account, *end).await?;
        // Answers show times of changes in whole minutes, and those of starts in whole seconds.
        *end = end.end_of_minute();
    }
    if let Some((_, end)) = &mut search.starts {
        *end = end.end_of_second();
    }
    app.store()
        .read(move |db| {
            let count = |db: &mut Snapshot| seatblocks::count(db, &account, &visibility, &search);
            page(db, &account, wanted, count, |db, cut| seatblocks::list(db, &account, &visibility, &search, cut))
        })
        .await
}
