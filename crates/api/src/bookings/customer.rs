//! `GET /bookings/{bookingNumber}/customer`: whose a booking is.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::{Customer, PersonContext};
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_app::bookings::show::show as find_booking;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::customers::show::show as find_customer;
use slotkeeper_domain::booking::BookingNumber;

/// The customer of a booking, if the key may know of both.
pub(crate) async fn show(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
) -> Result<OkJson<Customer>, ApiError> {
    let access = caller.holder().access::<ReadBookings>().ok_or_else(ApiError::absent::<BookingNumber>)?;
    let booking = find_booking(&app, &access, number).await?.ok_or_else(ApiError::absent::<BookingNumber>)?;
    let customer = find_customer(&app, caller.access(), booking.customer).await?;
    let customer = customer.ok_or_else(ApiError::absent::<BookingNumber>)?;
    let catalogue = read(&app, caller.access()).await?;
    Ok(OkJson(PersonContext::by(&app, &caller, &catalogue).customer(&customer)))
}
