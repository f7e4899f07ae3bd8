//! List the bookings of a customer.

use super::rights::ReadCustomers;
use crate::App;
use crate::access::Access;
use crate::bookings::rights::ReadBookings;
use slotkeeper_domain::id::{ApplicationId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::booking_search;
use slotkeeper_store::tables::bookings::{self, Booking};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The bookings of a customer that the key may know of and that start within the times, both included, the cancelled ones
/// among them, by start and number: those that are wanted.
///
/// Nothing if the key may not know of the customer. It knows of those it may read, of those its application created, and of
/// those whose bookings it sees.
pub async fn list(
    app: &App,
    access: &Access<ReadBookings>,
    (sees, application): (Option<&Access<ReadCustomers>>, &ApplicationId),
    id: CustomerId,
    times: (Instant, Instant),
    wanted: PageRequest,
) -> Result<Option<ListPage<Booking>>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let (sees, application) = (sees.map(|access| access.visibility().clone()), application.clone());
    app.store()
        .read(move |db| {
            let Some(customer) = customers::find(db, &account, &id)? else { return Ok(None) };
            let creator = customer.application.as_ref();
            let known =
                creator == Some(&application) || sees.as_ref().is_some_and(|visibility| visibility.shows(creator));
            if !known && !bookings::has_any(db, &account, &visibility, &id)? {
                return Ok(None);
            }
            let count = |db: &mut Snapshot| booking_search::count_of_customer(db, &account, &visibility, &id, times);
            let found = page(db, &account, wanted, count, |db, cut| {
                booking_search::list_of_customer(db, &account, &visibility, &id, times, cut)
            });
            found.map(Some)
        })
        .await
}
