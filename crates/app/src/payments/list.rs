//! List payments.

use super::record::payable_bookings;
use super::rights::ReadPayments;
use crate::App;
use crate::access::Access;
use crate::changes::settle::{Settled, settle};
use crate::context::Read;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::tables::payments::{self, Payment, PaymentSearch};
use slotkeeper_store::{Snapshot, StoreError};

/// The search, once its range of times can be answered completely. A search for all payments has no range.
pub async fn settled(
    app: &App,
    access: &Access<ReadPayments>,
    search: PaymentSearch,
) -> Result<Settled<PaymentSearch>, StoreError> {
    let (first, last) = search.received;
    let is_range = first > Instant::from_millis(i64::MIN) || last < Instant::from_millis(i64::MAX);
    settle(app, access, is_range.then_some(last), search).await
}

/// A page of the payments that the search finds, by when the money was received. The end of the range includes its second.
pub fn list(
    cx: &mut Read<'_, ReadPayments>,
    search: &Settled<PaymentSearch>,
    wanted: PageRequest,
) -> Result<ListPage<Payment>, StoreError> {
    let (db, unit) = cx.db();
    let (account, visibility) = (unit.account_id(), unit.visibility());
    let (first, last) = search.received;
    let search = PaymentSearch { received: (first, last.end_of_second()), ..PaymentSearch::clone(search) };
    let count = |db: &mut Snapshot| payments::count(db, account, visibility, &search);
    page(db, account, wanted, count, |db, cut| payments::list(db, account, visibility, &search, cut))
}

/// A page of the payments for one booking; `None` when the principal may see neither the booking nor a payment for it.
pub fn list_of_booking(
    cx: &mut Read<'_, ReadPayments>,
    number: &BookingNumber,
    wanted: PageRequest,
) -> Result<Option<ListPage<Payment>>, StoreError> {
    let (db, unit) = cx.db();
    let (account, visibility) = (unit.account_id(), unit.visibility());
    let count = |db: &mut Snapshot| payments::count_of_booking(db, account, visibility, number);
    let found =
        page(db, account, wanted, count, |db, cut| payments::list_of_booking(db, account, visibility, number, cut))?;
    if found.fixed.total > 0 {
        return Ok(Some(found));
    }
    let booking = bookings::find(db, account, number)?;
    let visible = payable_bookings(unit);
    let is_visible =
        booking.is_some_and(|booking| visible.is_some_and(|visible| visible.shows(booking.application.as_ref())));
    Ok(is_visible.then_some(found))
}
