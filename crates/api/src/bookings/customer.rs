//! `GET /bookings/{bookingNumber}/customer`: the customer of a booking.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::{Customer, Viewer};
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::customers::show::of_booking;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_store::StoreError;

/// The customer; 404 unless the key may read both the booking and the customer.
pub(crate) async fn show(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
) -> Result<OkJson<Customer>, ApiError> {
    let found = app.read(caller.access(), move |cx| Ok::<_, StoreError>((of_booking(cx, &number)?, cx.catalogue()?)));
    let (customer, catalogue) = found.await?;
    let customer = customer.ok_or_else(ApiError::absent::<BookingNumber>)?;
    Ok(OkJson(Viewer::of(&app, &caller).with(&catalogue).customer(&customer)))
}
