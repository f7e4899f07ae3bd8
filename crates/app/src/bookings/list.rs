//! List bookings.

use super::rights::ReadBookings;
use crate::App;
use crate::access::Access;
use crate::changes::settle::{Settled, settle};
use crate::context::Read;
use slotkeeper_store::tables::booking_search::{self, BookingSearch};
use slotkeeper_store::tables::bookings::Booking;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The search, as soon as its range of change times is complete: no later commit gets a time within it.
pub async fn settled(
    app: &App,
    access: &Access<ReadBookings>,
    search: BookingSearch,
) -> Result<Settled<BookingSearch>, StoreError> {
    settle(app, access, search.touched.map(|(_, end)| end), search).await
}

/// A page of the bookings found, by start and number. Ends of ranges are inclusive at the precision of responses: the
/// minute of a change, the second of a start.
pub fn list(
    cx: &mut Read<'_, ReadBookings>,
    search: &Settled<BookingSearch>,
    wanted: PageRequest,
) -> Result<ListPage<Booking>, StoreError> {
    let (db, unit) = cx.db();
    let (account, visibility) = (unit.account_id(), unit.visibility());
    let mut search = BookingSearch::clone(search);
    search.touched.iter_mut().for_each(|(_, end)| *end = end.end_of_minute());
    search.starts.iter_mut().for_each(|(_, end)| *end = end.end_of_second());
    let count = |db: &mut Snapshot| booking_search::count(db, account, visibility, &search);
    page(db, account, wanted, count, |db, cut| booking_search::list(db, account, visibility, &search, cut))
}
