//! `GET /seatblocks/{id}`: one block of seats.

use super::block::SeatBlock;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::ReadBlocks;
use slotkeeper_app::seatblocks::show::show as find;
use slotkeeper_domain::id::SeatBlockId;

/// The block, if the key may know of it.
pub(crate) async fn show(
    caller: Caller<ReadBlocks>,
    State(app): State<App>,
    Id(id): Id<SeatBlockId>,
) -> Result<OkJson<SeatBlock>, ApiError> {
    let block =
        app.read(caller.access(), move |cx| find(cx, &id)).await?.ok_or_else(ApiError::absent::<SeatBlockId>)?;
    Ok(OkJson(SeatBlock::of(&block, caller.access().account())))
}
