//! `PUT /resourceblocks/{id}`: change a block of resources. A member that is missing keeps its value.

use super::block::ResourceBlock;
use super::body::ResourceBlockBody;
use crate::answer::Changed;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::{ReadBlocks, WriteBlocks};
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::resourceblocks::update::update as change;
use slotkeeper_domain::id::ResourceBlockId;

/// Takes what it is to be of in place of what it has.
pub(crate) async fn update(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    Id(id): Id<ResourceBlockId>,
    JsonBody(body): JsonBody<ResourceBlockBody>,
) -> Result<Changed<ResourceBlock>, ApiError> {
    let (account, sees) = (caller.access().account(), caller.holder().access::<ReadBlocks>());
    let path = format!("/resourceblocks/{id}");
    let changed = change(&app, caller.access(), sees.as_ref(), id, body.change(&account.zone)?).await;
    let changed = changed.map_err(ApiError::blocking::<ResourceBlockId>)?;
    let catalogue = read(&app, caller.access()).await?;
    Ok(Changed::new(&app, &path, ResourceBlock::of(&changed, account, &catalogue, caller.language())))
}
