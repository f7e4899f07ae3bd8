//! `DELETE /seatblocks/{id}`: delete a block of seats.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::DeleteBlocks;
use slotkeeper_app::seatblocks::remove::remove as delete;
use slotkeeper_domain::id::SeatBlockId;

/// Deletes it for good; what it had is free at once.
pub(crate) async fn remove(
    caller: Caller<DeleteBlocks>,
    State(app): State<App>,
    Id(id): Id<SeatBlockId>,
) -> Result<NoContent, ApiError> {
    app.write(caller.access(), move |cx| delete(cx, &id)).await.map_err(ApiError::blocking::<SeatBlockId>)?;
    Ok(NoContent)
}
