//! `POST /holds`: hold seats or resources for a while.

use super::{Hold, hold};
use crate::answer::Created;
use crate::availability::Mode;
use crate::body::NewBody;
use crate::bookings::body::BookingBody;
use crate::bookings::create::{customers_in_sight, hold_id, naming};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::query::{Parameter, Query};
use axum::extract::State;
use serde_json::{Value, json};
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::WriteBookings;
use slotkeeper_app::holds::create::{MOST_SECONDS, NewHold, USUAL_SECONDS, create as take};
use slotkeeper_domain::id::HoldId;
use slotkeeper_store::tables::holds;

crate::parameters! {
    /// How a hold is made.
    pub(crate) struct HoldSwitches {
        /// For how many seconds; 300 if it is not said.
        hold_duration_seconds: Option<HoldSeconds> = "holdDurationSeconds",
        /// The hold that it takes the place of.
        previous_hold_id: Option<String> = "previousHoldId",
        /// As whom.
        mode: Option<Mode> = "mode",
    }
}

/// For how many seconds there can be a hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldSeconds(u32);

impl Parameter for HoldSeconds {
    const EXPECTED: &'static str = "a whole number from 1 to 600";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|seconds| (1..=MOST_SECONDS).contains(seconds)).map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": MOST_SECONDS })
    }
}

/// Holds all of it, or nothing, and says what it will cost.
pub(crate) async fn create(
    caller: Caller<WriteBookings>,
    State(app): State<App>,
    Query(switches): Query<HoldSwitches>,
    NewBody { body, key }: NewBody<BookingBody>,
) -> Result<Created<Hold>, ApiError> {
    let zone = &caller.access().account().zone;
    let seconds = switches.hold_duration_seconds.map_or(USUAL_SECONDS, |seconds| seconds.0);
    let new = NewHold {
        order: body.order(zone)?,
        customer: body.customer(customers_in_sight(&caller))?,
        participants: body.participant_inputs()?.unwrap_or_default(),
        naming: naming(&caller),
        codes: body.codes()?,
        previous_hold: hold_id(switches.previous_hold_id)?,
        seconds,
        relaxed: Mode::relaxed(switches.mode),
    };
    let (answers, account_zone) = (app.clone(), zone.clone());
    let respond =
        move |taken: &holds::Hold| Created::new(&answers, &format!("/holds/{}", taken.id), &hold(taken, &account_zone));
    let held = app.write_unlogged_once(caller.access(), key, move |cx| take(cx, &new), respond).await;
    held.map_err(ApiError::context::<HoldId>)
}
