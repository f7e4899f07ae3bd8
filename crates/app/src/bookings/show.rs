//! Show a booking.

use super::rights::ReadBookings;
use crate::App;
use crate::access::Access;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings::{self, Booking};

/// The booking with this number; nothing if the key may not know of it.
pub async fn show(
    app: &App,
    access: &Access<ReadBookings>,
    number: BookingNumber,
) -> Result<Option<Booking>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let found = app.store().read(move |db| bookings::find(db, &account, &number)).await?;
    Ok(found.filter(|booking| visibility.shows(booking.application.as_ref())))
}
