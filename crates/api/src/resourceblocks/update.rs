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
use slotkeeper_app::blocks::BlockError;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::context::Write;
use slotkeeper_app::resourceblocks::update::update as change;
use slotkeeper_domain::id::ResourceBlockId;

/// Takes what it is to be of in place of what it has.
pub(crate) async fn update(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    Id(id): Id<ResourceBlockId>,
    JsonBody(body): JsonBody<ResourceBlockBody>,
) -> Result<Changed<ResourceBlock>, ApiError> {
    let account = caller.access().account();
    let (path, wanted) = (format!("/resourceblocks/{id}"), body.change(&account.zone)?);
    let change =
        move |cx: &mut Write<'_, WriteBlocks>| Ok::<_, BlockError>((change(cx, &id, &wanted)?, cx.catalogue()?));
    let changed = app.write(caller.access(), change).await.map_err(ApiError::blocking::<ResourceBlockId>);
    let (block, catalogue) = changed?;
    Ok(Changed::new(&app, &path, ResourceBlock::of(&block, account, &catalogue, caller.language())))
}
