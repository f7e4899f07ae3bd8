//! List bookings.

use super::rights::ReadBookings;
use crate::App;
use crate::access::Access;
use crate::changes::settle::settle;
use slotkeeper_store::tables::booking_search::{self, BookingSearch};
use slotkeeper_store::tables::bookings::Booking;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The bookings that a search finds and the key may know of, by start and number: those that are wanted.
pub async fn list(
    app: &App,
    access: &Access<ReadBookings>,
    mut search: BookingSearch,
    wanted: PageRequest,
) -> Result<ListPage<Booking>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    if let Some((_, end)) = &mut search.touched {
        settle(app, &account, *end).await?;
        // Answers show times of changes in whole minutes, and those of starts in whole seconds.
        *end = end.end_of_minute();
    }
    if let Some((_, end)) = &mut search.starts {
        *end = end.end_of_second();
    }
    app.store()
        .read(move |db| {
            let count = |db: &mut Snapshot| booking_search::count(db, &account, &visibility, &search);
            page(db, &account, wanted, count, |db, cut| booking_search::list(db, &account, &visibility, &search, cut))
        })
        .await
}
