//! `DELETE /seatblocks/{id}`: delete a block of seats.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::{DeleteBlocks, ReadBlocks};
use slotkeeper_app::seatblocks::remove::remove as delete;
use slotkeeper_domain::id::SeatBlockId;

/// Deletes it for good; what it had is free at once.
pub(crate) async fn remove(
    caller: Caller<DeleteBlocks>,
    State(app): State<App>,
    Id(id): Id<SeatBlockId>,
) -> Result<NoContent, ApiError> {
    let sees = caller.holder().access::<ReadBlocks>();
    delete(&app, caller.access(), sees.as_ref(), id).await.map_err(ApiError::blocking::<SeatBlockId>)?;
    Ok(NoContent)
}
