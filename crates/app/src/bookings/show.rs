//! Read one booking.

use super::rights::ReadBookings;
use crate::context::Read;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings::{self, Booking};

/// The booking with this number; `None` when there is none that the principal may see.
pub fn show(cx: &mut Read<'_, ReadBookings>, number: &BookingNumber) -> Result<Option<Booking>, StoreError> {
    let (db, unit) = cx.db();
    let found = bookings::find(db, unit.account_id(), number)?;
    Ok(found.filter(|booking| unit.visibility().shows(booking.application.as_ref())))
}
