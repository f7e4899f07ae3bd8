//! List payments.

use super::record::bookings_in_sight;
use super::rights::ReadPayments;
use crate::App;
use crate::access::Access;
use crate::bookings::rights::ReadBookings;
use crate::changes::settle::settle;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings;
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::tables::payments::{self, Payment, PaymentSearch};
use slotkeeper_store::{Snapshot, StoreError};

/// The payments that a search finds and the key may know of, by when the money was received: those that are
/// wanted.
pub async fn list(
    app: &App,
    access: &Access<ReadPayments>,
    mut search: PaymentSearch,
    wanted: PageRequest,
) -> Result<ListPage<Payment>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let (first, last) = &mut search.received;
    // Whoever asks for all payments asks for no range.
    if *first > Instant::from_millis(i64::MIN) || *last < Instant::from_millis(i64::MAX) {
        settle(app, &account, *last).await?;
    }
    *last = last.end_of_second();
    app.store()
        .read(move |db| {
            let count = |db: &mut Snapshot| payments::count(db, &account, &visibility, &search);
            page(db, &account, wanted, count, |db, cut| payments::list(db, &account, &visibility, &search, cut))
        })
        .await
}

/// The same of one booking; nothing if there is no such booking, or the key may know neither of it nor of a payment for it.
pub async fn list_of_booking(
    app: &App,
    access: &Access<ReadPayments>,
    sees: Option<&Access<ReadBookings>>,
    number: BookingNumber,
    wanted: PageRequest,
) -> Result<Option<ListPage<Payment>>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let knows = bookings_in_sight(&visibility, sees);
    app.store()
        .read(move |db| {
            let count = |db: &mut Snapshot| payments::count_of_booking(db, &account, &visibility, &number);
            let found = page(db, &account, wanted, count, |db, cut| {
                payments::list_of_booking(db, &account, &visibility, &number, cut)
            })?;
            if found.fixed.total == 0 {
                let booking = bookings::find(db, &account, &number)?;
                let known = booking.is_some_and(|booking| {
                    knows.as_ref().is_some_and(|visibility| visibility.shows(booking.application.as_ref()))
                });
                if !known {
                    return Ok(None);
                }
            }
            Ok(Some(found))
        })
        .await
}
