//! `DELETE /bookings/{bookingNumber}`: cancel a booking, which can still be read.

use crate::answer::NoContent;
use crate::availability::Mode;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use crate::query::{Parameter, Query};
use axum::extract::State;
use serde_json::{Value, json};
use slotkeeper_app::App;
use slotkeeper_app::bookings::cancel::{Cancellation, cancel as cancel_booking};
use slotkeeper_app::bookings::rights::CancelBookings;
use slotkeeper_app::emails::Notify;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::text::{TextShape, check};

/// Longest reason of a cancellation, in characters.
const LONGEST_REASON: usize = 1_000;

/// The reason of a cancellation, as the query gives it.
#[derive(Debug, Clone)]
pub(crate) struct Reason(String);

impl Parameter for Reason {
    const EXPECTED: &'static str =
        "a text of 1000 characters at most, without control characters other than line breaks and tabs";

    fn from_text(text: &str) -> Option<Self> {
        check(text, TextShape::Prose, LONGEST_REASON).is_ok().then(|| Self(text.to_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": LONGEST_REASON })
    }
}

crate::parameters! {
    /// How a booking is cancelled.
    pub(crate) struct CancelSwitches {
        /// Whether the people of the business are told by e-mail.
        notify_users: bool = "notifyUsers",
        /// Whether the customer is told by e-mail.
        notify_customer: bool = "notifyCustomer",
        /// Whether the business's policy applies.
        apply_cancellation_policy: bool = "applyCancellationPolicy",
        /// Whether it counts in the customer's history.
        track_in_customer_history: bool = "trackInCustomerHistory",
        /// Whether later bookings of the same recurring series go with it. No booking is part of one, so there are none.
        cancel_remaining_series: bool = "cancelRemainingSeries",
        /// Why.
        reason: Option<Reason> = "reason",
        /// As whom: staff also cancel what has begun or is over.
        mode: Option<Mode> = "mode",
    }
}

/// Cancels the booking and releases its claims in the same transaction.
pub(crate) async fn cancel(
    caller: Caller<CancelBookings>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    Query(switches): Query<CancelSwitches>,
) -> Result<NoContent, ApiError> {
    // `cancelRemainingSeries` is read so that a wrong value is refused. It has no effect: bookings have no recurring
    // series.
    let CancelSwitches {
        notify_users: users,
        notify_customer: customer,
        apply_cancellation_policy,
        track_in_customer_history,
        cancel_remaining_series: _no_series,
        reason,
        mode,
    } = switches;
    let cancellation = Cancellation {
        apply_policy: apply_cancellation_policy,
        track: track_in_customer_history,
        reason: reason.map(|Reason(text)| text),
        relaxed: Mode::relaxed(mode),
        notify: Notify { users, customer },
    };
    let cancelled = app.write(caller.access(), move |cx| cancel_booking(cx, &number, &cancellation)).await;
    cancelled.map_err(ApiError::context::<BookingNumber>)?;
    Ok(NoContent)
}
