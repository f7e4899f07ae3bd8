//! `POST /resourceblocks`: block resources for some time.

use super::block::ResourceBlock;
use super::body::ResourceBlockBody;
use crate::answer::Created;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::resourceblocks::create::create as block;
use slotkeeper_domain::id::ResourceBlockId;

/// Blocks them, whatever they are needed for: what was booked stays.
pub(crate) async fn create(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    JsonBody(body): JsonBody<ResourceBlockBody>,
) -> Result<Created<ResourceBlock>, ApiError> {
    let zone = &caller.may().account().zone;
    let created = block(&app, caller.may(), body.new_block(zone)?).await;
    let created = created.map_err(ApiError::blocking::<ResourceBlockId>)?;
    let (path, catalogue) = (format!("/resourceblocks/{}", created.id), read(&app, caller.may()).await?);
    Ok(Created::new(&app, &path, ResourceBlock::of(&created, zone, &catalogue, caller.language())))
}
