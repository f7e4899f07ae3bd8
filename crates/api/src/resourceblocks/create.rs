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
use slotkeeper_app::context::Write;
use slotkeeper_app::resourceblocks::create::create as block;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::ResourceBlockId;
use slotkeeper_store::tables::resourceblocks;
use std::sync::Arc;

/// Blocks them, whatever they are needed for: what was booked stays.
pub(crate) async fn create(
    caller: Caller<WriteBlocks>,
    State(app): State<App>,
    NewBody { body: Complete(body), key }: NewBody<Complete<ResourceBlockBody>>,
) -> Result<Created<ResourceBlock>, ApiError> {
    let account = caller.access().account().clone();
    let (answers, language, new) = (app.clone(), caller.language(), body.new_block(&account.zone)?);
    let block = move |cx: &mut Write<'_, WriteBlocks>| Ok((block(cx, &new)?, cx.catalogue()?));
    let respond = move |(created, catalogue): &(resourceblocks::ResourceBlock, Arc<Catalogue>)| {
        let path = format!("/resourceblocks/{}", created.id);
        Created::new(&answers, &path, &ResourceBlock::of(created, &account, catalogue, language))
    };
    app.write_once(caller.access(), key, block, respond).await.map_err(ApiError::blocking::<ResourceBlockId>)
}
