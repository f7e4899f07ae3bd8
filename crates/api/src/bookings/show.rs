//! `GET /bookings/{bookingNumber}`: one booking.

use super::booking::{Booking, Expansion, present_one};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::Viewer;
use crate::error::ApiError;
use crate::path::Id;
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_app::bookings::show::show as find;
use slotkeeper_domain::booking::BookingNumber;

crate::parameters! {
    /// Which people are wanted with it.
    pub(crate) struct ShowSwitches {
        /// The customer.
        expand_customer: bool = "expandCustomer",
        /// Everybody who comes.
        expand_participants: bool = "expandParticipants",
    }
}

/// The booking; 404 when there is none with this number that the key may see.
pub(crate) async fn show(
    caller: Caller<ReadBookings>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    Query(switches): Query<ShowSwitches>,
) -> Result<OkJson<Booking>, ApiError> {
    // With all participants, one booking can be as large as a list.
    let _turn = if switches.expand_participants { Some(caller.turn(&app).await) } else { None };
    let expansion = Expansion { customer: switches.expand_customer, participants: switches.expand_participants };
    let viewer = Viewer::of(&app, &caller);
    let booking = app.read(caller.access(), move |cx| {
        let booking = find(cx, &number)?.ok_or_else(ApiError::absent::<BookingNumber>)?;
        present_one(cx, &viewer, &booking, expansion)
    });
    Ok(OkJson(booking.await?))
}
