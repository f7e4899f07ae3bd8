//! List bookings.

use super::rights::ReadBookings;
use crate::App;
use crate::changes::settle::settle;
use crate::right::May;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings::{self, Booking, BookingSearch};

/// The bookings that a search finds and the key may know of, by start and number: how many there are, and at most `limit`
/// of those after the first `offset`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadBookings>,
    mut search: BookingSearch,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Booking>), StoreError> {
    let (account, sight) = (may.account().id.clone(), may.sight().clone());
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
            let count = bookings::count(db, &account, &sight, &search)?;
            Ok((count, bookings::list(db, &account, &sight, &search, limit, offset)?))
        })
        .await
}
