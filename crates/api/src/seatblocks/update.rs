//! `PUT /seatblocks/{id}`: change a block of seats. A member that is missing keeps its value.

use super::block::SeatBlock;
use super::body::SeatBlockBody;
use crate::answer::Changed;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::seatblocks::update::update as change;
use slotkeeper_domain::id::SeatBlockId;

/// Takes the seats it is to be of in place of those it has, or leaves it as it was.
pub(crate) async fn update(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    Id(id): Id<SeatBlockId>,
    JsonBody(body): JsonBody<SeatBlockBody>,
) -> Result<Changed<SeatBlock>, ApiError> {
    let (path, wanted) = (format!("/seatblocks/{id}"), body.change()?);
    let changed = app.write(caller.access(), move |cx| change(cx, &id, &wanted)).await;
    let changed = changed.map_err(ApiError::blocking::<SeatBlockId>)?;
    Ok(Changed::new(&app, &path, SeatBlock::of(&changed, caller.access().account())))
}
