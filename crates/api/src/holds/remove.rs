//! `DELETE /holds/{id}`: what it held is free at once.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::WriteBookings;
use slotkeeper_app::holds::remove::remove as end;
use slotkeeper_domain::id::HoldId;

/// Ends a hold of the same application.
pub(crate) async fn remove(
    caller: Caller<WriteBookings>,
    State(app): State<App>,
    Id(id): Id<HoldId>,
) -> Result<NoContent, ApiError> {
    let removed = app.write_unlogged(caller.access(), move |cx| end(cx, &id)).await?;
    if removed { Ok(NoContent) } else { Err(ApiError::absent::<HoldId>()) }
}
