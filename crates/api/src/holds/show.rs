//! `GET /holds/{id}`: a hold of the same application.

use super::{Hold, hold};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::WriteBookings;
use slotkeeper_app::holds::show::show as find;
use slotkeeper_domain::id::HoldId;

/// The hold, unless it has ended.
pub(crate) async fn show(
    caller: Caller<WriteBookings>,
    State(app): State<App>,
    Id(id): Id<HoldId>,
) -> Result<OkJson<Hold>, ApiError> {
    let found = app.read(caller.access(), move |cx| find(cx, &id)).await?.ok_or_else(ApiError::absent::<HoldId>)?;
    Ok(OkJson(hold(&found, &caller.access().account().zone)))
}
