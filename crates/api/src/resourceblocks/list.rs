//! `GET /resourceblocks`: the blocks of resources that start, or were changed, within some time.

use super::block::ResourceBlock;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use crate::span::{TimePairs, Within};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::ReadBlocks;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::resourceblocks::list::{list as find, settled};
use slotkeeper_domain::id::ResourceId;
use slotkeeper_store::tables::resourceblocks::ResourceBlockSearch;

/// Most blocks on a page.
const MOST: u32 = 100;

crate::parameters! {
    /// Which blocks are wanted, beside when.
    pub(crate) struct ListResourceBlocks {
        /// Of which resource.
        resource_id: Option<String> = "resourceId",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResourceBlocksToken {
    within: Within,
    resource: Option<ResourceId>,
}

/// The blocks that the key may read, by start and id.
pub(crate) async fn list(
    caller: Caller<ReadBlocks>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    times: UnreadQuery<TimePairs>,
    wanted: UnreadQuery<ListResourceBlocks>,
) -> Result<OkJson<List<ResourceBlock>>, ApiError> {
    let account = caller.access().account();
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, "GET /resourceblocks", &page, MOST, || {
        let (times, wanted) = (times.read()?, wanted.read()?);
        let no_resource = |_| ApiError::bad_request("resourceId: this business has no such resource.");
        let resource = wanted.resource_id.map(|id| id.parse()).transpose().map_err(no_resource)?;
        Ok(ResourceBlocksToken { within: times.within("resource blocks", &account.zone)?, resource })
    })?;
    let ResourceBlocksToken { within: Within { starts, touched }, resource } = &paging.search;
    let search = ResourceBlockSearch { starts: *starts, touched: *touched, resource: resource.clone() };
    let visibility = caller.access().visibility();
    let search = settled(&app, caller.access(), search).await?;
    let page = paging.wanted(visibility);
    let found = app.read(caller.access(), move |cx| find(cx, &search, page)).await?;
    let catalogue = read(&app, caller.access()).await?;
    let shown = |block| ResourceBlock::of(block, account, &catalogue, caller.language());
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, found.rows.iter().map(shown).collect())))
}
