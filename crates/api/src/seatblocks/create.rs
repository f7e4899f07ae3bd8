//! `POST /seatblocks`: block seats of an event.

use super::block::SeatBlock;
use super::body::SeatBlockBody;
use crate::answer::Created;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::seatblocks::create::create as block;
use slotkeeper_domain::id::SeatBlockId;

/// Blocks all of it, or nothing.
pub(crate) async fn create(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    JsonBody(body): JsonBody<SeatBlockBody>,
) -> Result<Created<SeatBlock>, ApiError> {
    let created = block(&app, caller.may(), body.new_block()?).await.map_err(ApiError::blocking::<SeatBlockId>)?;
    let path = format!("/seatblocks/{}", created.id);
    Ok(Created::new(&app, &path, SeatBlock::of(&created, &caller.may().account().zone)))
}
