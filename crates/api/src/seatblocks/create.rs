//! `POST /seatblocks`: block seats of an event.

use super::block::SeatBlock;
use super::body::SeatBlockBody;
use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::document::Complete;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::seatblocks::create::create as block;
use slotkeeper_domain::id::SeatBlockId;
use slotkeeper_store::tables::seatblocks;

/// Blocks all of it, or nothing.
pub(crate) async fn create(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    NewBody { body: Complete(body), key }: NewBody<Complete<SeatBlockBody>>,
) -> Result<Created<SeatBlock>, ApiError> {
    let (answers, account, new) = (app.clone(), caller.access().account().clone(), body.new_block()?);
    let respond = move |created: &seatblocks::SeatBlock| {
        Created::new(&answers, &format!("/seatblocks/{}", created.id), &SeatBlock::of(created, &account))
    };
    let created = app.write_once(caller.access(), key, move |cx| block(cx, &new), respond).await;
    created.map_err(ApiError::blocking::<SeatBlockId>)
}
