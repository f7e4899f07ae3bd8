//! List payments.

use super::record::bookings_in_sight;
use super::rights::ReadPayments;
use crate::App;
use crate::bookings::rights::ReadBookings;
use crate::changes::settle::settle;
use crate::right::May;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings;
use slotkeeper_store::tables::payments::{self, Payment, PaymentSearch};

/// The payments that a search finds and the key may know of, by when the money was received: how many there are, and at
/// most `limit` of those after the first `offset`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadPayments>,
    mut search: PaymentSearch,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Payment>), StoreError> {
    let (account, sight) = (may.account().id.clone(), may.sight().clone());
    let (first, last) = &mut search.received;
    // Whoever asks for all payments asks for no range.
    if *first > Instant::from_millis(i64::MIN) || *last < Instant::from_millis(i64::MAX) {
        settle(app, &account, *last).await?;
    }
    *last = last.end_of_second();
    app.store()
        .read(move |db| {
            let count = payments::count(db, &account, &sight, &search)?;
            Ok((count, payments::list(db, &account, &sight, &search, limit, offset)?))
        })
        .await
}

/// The same of one booking; nothing if there is no such booking, or the key may know neither of it nor of a payment for it.
///
/// # Errors
/// When the store fails.
pub async fn list_of_booking(
    app: &App,
    may: &May<ReadPayments>,
    sees: Option<&May<ReadBookings>>,
    number: BookingNumber,
    limit: i64,
    offset: i64,
) -> Result<Option<(i64, Vec<Payment>)>, StoreError> {
    let (account, sight) = (may.account().id.clone(), may.sight().clone());
    let knows = bookings_in_sight(&sight, sees);
    app.store()
        .read(move |db| {
            let count = payments::count_of_booking(db, &account, &sight, &number)?;
            if count == 0 {
                let booking = bookings::find(db, &account, &number)?;
                let known = booking.is_some_and(|booking| {
                    knows.as_ref().is_some_and(|sight| sight.shows(booking.application.as_ref()))
                });
                if !known {
                    return Ok(None);
                }
            }
            let page = payments::list_of_booking(db, &account, &sight, &number, limit, offset)?;
            Ok(Some((count, page)))
        })
        .await
}
