//! `PUT /bookings/{bookingNumber}`: change a booking. A missing member keeps its value and a list replaces the stored
//! one. Members that are only for creating are ignored (wire reference, section 3.2).

use super::body::{BookedThing, BookingBody, Changing, options};
use super::booking::{Booking, View};
use super::create::naming;
use crate::answer::Changed;
use crate::availability::Mode;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::customers::person::Viewer;
use crate::error::ApiError;
use crate::path::Id;
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::bookings::rights::WriteBookings;
use slotkeeper_app::bookings::update::{BookingChange, update as change};
use slotkeeper_app::context::Write;
use slotkeeper_app::emails::Notify;
use slotkeeper_domain::booking::BookingNumber;

crate::parameters! {
    /// How a booking is changed.
    pub(crate) struct UpdateSwitches {
        /// Whether the people of the business are told by e-mail.
        notify_users: bool = "notifyUsers",
        /// Whether the customer is told by e-mail.
        notify_customer: bool = "notifyCustomer",
        /// As whom.
        mode: Option<Mode> = "mode",
    }
}

/// Changes the booking and computes its price again. 409 when it is too late or the seats or resources are taken; then
/// nothing changes.
pub(crate) async fn update(
    caller: Caller<WriteBookings>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    Query(switches): Query<UpdateSwitches>,
    JsonBody(body): JsonBody<BookingBody<Changing>>,
) -> Result<Changed<Booking>, ApiError> {
    let zone = &caller.access().account().zone;
    let which = body.which()?;
    // An event id contains its product. Without either, the booking keeps its product.
    let product = body.product()?.or(which.product());
    let BookedThing { choice, appointment } = which;
    let (source, source_ip) = body.origin();
    let wanted = BookingChange {
        product,
        choice,
        appointment,
        starts_at: body.starts_at(zone),
        ends_at: body.ends_at(zone),
        party: body.party()?,
        participants: body.participant_inputs()?,
        options: body.options.as_deref().map(options),
        resources: body.resource_ids()?,
        private_event: body.private_event.map(|switch| switch.0),
        adjustments: body.adjustments()?,
        codes: body.codes()?,
        external_ref: body.reference(),
        source,
        source_ip,
        relaxed: Mode::relaxed(switches.mode),
        notify: Notify { users: switches.notify_users, customer: switches.notify_customer },
    };
    let (viewer, naming) = (Viewer::of(&app, &caller), naming(&caller));
    let change = move |cx: &mut Write<'_, WriteBookings>| {
        Ok::<_, BookingError>((change(cx, &number, (&wanted, &naming))?, cx.catalogue()?))
    };
    let (booking, catalogue) = app.write(caller.access(), change).await.map_err(ApiError::context::<BookingNumber>)?;
    let path = format!("/bookings/{}", booking.number);
    Ok(Changed::new(&app, &path, View::alone(viewer.with(&catalogue)).booking(&booking)))
}
