//! `POST /bookings`: create a booking, with or without a hold before it. Decides which customers and people a request
//! may name.

use super::body::BookingBody;
use super::booking::{Booking, View};
use crate::answer::Created;
use crate::availability::Mode;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::customers::person::Viewer;
use crate::error::ApiError;
use crate::query::Query;
use axum::extract::State;
use axum::http::StatusCode;
use slotkeeper_app::App;
use slotkeeper_app::access::Action;
use slotkeeper_app::bookings::create::{NewBooking, create as book};
use slotkeeper_app::bookings::party::Naming;
use slotkeeper_app::bookings::rights::WriteBookings;
use slotkeeper_app::context::Write;
use slotkeeper_app::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_app::emails::Notify;
use slotkeeper_app::payments::rights::WritePayments;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::bookings;
use std::sync::Arc;

crate::parameters! {
    /// How a booking is made.
    pub(crate) struct CreateSwitches {
        /// The hold that it takes the place of.
        previous_hold_id: Option<String> = "previousHoldId",
        /// Whether the people of the business are told by e-mail.
        notify_users: bool = "notifyUsers",
        /// Whether the customer is told by e-mail.
        notify_customer: bool = "notifyCustomer",
        /// Whether the customer is to be reminded.
        send_customer_reminders: Option<bool> = "sendCustomerReminders",
        /// Whether the customer is to be thanked.
        send_customer_thankyou: Option<bool> = "sendCustomerThankyou",
        /// As whom.
        mode: Option<Mode> = "mode",
    }
}

/// The customers that a booking can be for: those the key may read. Without that permission: those that its application
/// created.
pub(crate) fn customers_in_sight(caller: &Caller<WriteBookings>) -> Visibility {
    let reads = caller.holder().access::<ReadCustomers>();
    let own = || Visibility::Own(caller.holder().authorization().application.clone());
    reads.map_or_else(own, |access| access.visibility().clone())
}

/// For which customers a request may name participants: linked people of customers that it can book for; new linked
/// people of customers that the key may change or, without that permission, that its application created.
pub(crate) fn naming(caller: &Caller<WriteBookings>) -> Naming {
    let own = || Visibility::Own(caller.holder().authorization().application.clone());
    let changed = caller.holder().access::<WriteCustomers>().map_or_else(own, |access| access.visibility().clone());
    Naming { seen: customers_in_sight(caller), changed }
}

/// Parses `previousHoldId`. 400 for a text that is no hold's id, as for an unknown hold.
pub(crate) fn hold_id(text: Option<String>) -> Result<Option<slotkeeper_domain::id::HoldId>, ApiError> {
    let id = text.map(|text| text.parse()).transpose();
    id.map_err(|_| ApiError::bad_request("previousHoldId: there is no such hold."))
}

/// Creates the booking with all its claims, or nothing. 409 when seats or resources are taken.
pub(crate) async fn create(
    caller: Caller<WriteBookings>,
    State(app): State<App>,
    Query(switches): Query<CreateSwitches>,
    NewBody { body, key }: NewBody<BookingBody>,
) -> Result<Created<Booking>, ApiError> {
    let zone = &caller.access().account().zone;
    // A new booking has nothing to remove, so an empty text is the same as none.
    let stated = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (source, source_ip) = body.origin();
    let payments = body.payments(zone)?;
    // Recording money is a permission of its own (wire reference, section 2.2).
    if !payments.is_empty() && caller.holder().access::<WritePayments>().is_none() {
        let message =
            format!("initialPayments: this API key does not have permission to {}.", WritePayments::DESCRIPTION);
        return Err(ApiError::new(StatusCode::FORBIDDEN, message));
    }
    let new = NewBooking {
        order: body.order(zone)?,
        customer: body.customer(customers_in_sight(&caller))?,
        participants: body.participant_inputs()?.unwrap_or_default(),
        naming: naming(&caller),
        previous_hold: hold_id(switches.previous_hold_id)?,
        external_ref: stated(body.reference()),
        source: stated(source),
        source_ip: stated(source_ip),
        // On unless the application says otherwise.
        reminders: switches.send_customer_reminders.unwrap_or(true),
        thank_you: switches.send_customer_thankyou.unwrap_or(true),
        codes: body.codes()?,
        payments,
        relaxed: Mode::relaxed(switches.mode),
        notify: Notify { users: switches.notify_users, customer: switches.notify_customer },
    };
    let (answers, viewer) = (app.clone(), Viewer::of(&app, &caller));
    // The catalogue comes from the same transaction, because the response names the product and options.
    let book = move |cx: &mut Write<'_, WriteBookings>| Ok((book(cx, &new)?, cx.catalogue()?));
    let respond = move |(booking, catalogue): &(bookings::Booking, Arc<Catalogue>)| {
        let path = format!("/bookings/{}", booking.number);
        Created::new(&answers, &path, &View::alone(viewer.with(catalogue)).booking(booking))
    };
    app.write_once(caller.access(), key, book, respond).await.map_err(ApiError::context::<BookingNumber>)
}
