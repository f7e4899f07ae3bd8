//! `POST /resourceblocks`: block resources for some time.

use super::block::ResourceBlock;
use super::body::ResourceBlockBody;
use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::document::Complete;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::WriteBlocks;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::idempotency::Answering;
use slotkeeper_app::resourceblocks::create::create as block;
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_store::tables::resourceblocks;

/// Blocks them, whatever they are needed for: what was booked stays.
pub(crate) async fn create(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    NewBody { body: Complete(body), key }: NewBody<Complete<ResourceBlockBody>>,
) -> Result<Created<ResourceBlock>, ApiError> {
    let (account, catalogue) = (caller.access().account().clone(), read(&app, caller.access()).await?);
    let (unit, language, new) = (app.clone(), caller.language(), body.new_block(&account.zone)?);
    let answering = Answering::new(key, move |created: &resourceblocks::ResourceBlock| {
        let path = format!("/resourceblocks/{}", created.id);
        Created::new(&unit, &path, &ResourceBlock::of(created, &account, &catalogue, language))
    });
    block(&app, caller.access(), new, answering).await.map_err(ApiError::blocking::<ResourceBlockId>)
}
