//! List the bookings of a customer.

use super::rights::ReadCustomers;
use crate::bookings::rights::ReadBookings;
use crate::context::Read;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::booking_search;
use slotkeeper_store::tables::bookings::{self, Booking};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// A page of the customer's bookings that start within the times, both included, by start and number; cancelled ones too.
///
/// `None` when the principal may not know of the customer. It knows of those it may read, of those its application created,
/// and of those with a booking that it may read.
pub fn list(
    cx: &mut Read<'_, ReadBookings>,
    id: &CustomerId,
    times: (Instant, Instant),
    wanted: PageRequest,
) -> Result<Option<ListPage<Booking>>, StoreError> {
    let (db, unit) = cx.db();
    let (account, visibility) = (unit.account_id(), unit.visibility());
    let Some(customer) = customers::find(db, account, id)? else { return Ok(None) };
    let creator = customer.application.as_ref();
    let is_own = creator.is_some() && creator == unit.application();
    let readable = unit.grant().access::<ReadCustomers>();
    let is_known = is_own || readable.is_some_and(|access| access.visibility().shows(creator));
    if !is_known && !bookings::has_any(db, account, visibility, id)? {
        return Ok(None);
    }
    let count = |db: &mut Snapshot| booking_search::count_of_customer(db, account, visibility, id, times);
    let found = page(db, account, wanted, count, |db, cut| {
        booking_search::list_of_customer(db, account, visibility, id, times, cut)
    });
    found.map(Some)
}
