//! `GET /resourceblocks/{id}`: one block of resources.

use super::block::ResourceBlock;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::ReadBlocks;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::resourceblocks::show::show as find;
use slotkeeper_domain::id::ResourceBlockId;

/// The block, if the key may know of it.
pub(crate) async fn show(
    caller: Caller<ReadBlocks>,
    State(app): State<App>,
    Id(id): Id<ResourceBlockId>,
) -> Result<OkJson<ResourceBlock>, ApiError> {
    let block =
        app.read(caller.access(), move |cx| find(cx, &id)).await?.ok_or_else(ApiError::absent::<ResourceBlockId>)?;
    let catalogue = read(&app, caller.access()).await?;
    Ok(OkJson(ResourceBlock::of(&block, caller.access().account(), &catalogue, caller.language())))
}
