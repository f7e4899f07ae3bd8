//! `GET /seatblocks`: the blocks of seats whose events start, or that were changed, within some time.

use super::block::SeatBlock;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use crate::span::{TimePairs, Within};
use crate::wording::orders::NO_PRODUCT;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::blocks::rights::ReadBlocks;
use slotkeeper_app::seatblocks::list::{list as find, settled};
use slotkeeper_domain::id::ProductId;
use slotkeeper_store::tables::seatblocks::SeatBlockSearch;

/// Most blocks on a page.
const MOST: u32 = 100;

crate::parameters! {
    /// Which blocks are wanted, beside when.
    pub(crate) struct ListSeatBlocks {
        /// Of which product.
        product_id: Option<String> = "productId",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SeatBlocksToken {
    within: Within,
    product: Option<ProductId>,
}

/// The blocks that the key may read, by start and id.
pub(crate) async fn list(
    caller: Caller<ReadBlocks>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    times: UnreadQuery<TimePairs>,
    wanted: UnreadQuery<ListSeatBlocks>,
) -> Result<OkJson<List<SeatBlock>>, ApiError> {
    let account = caller.access().account();
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, "GET /seatblocks", &page, MOST, || {
        let (times, wanted) = (times.read()?, wanted.read()?);
        let no_product = |_| ApiError::bad_request(NO_PRODUCT);
        let product = wanted.product_id.map(|id| id.parse()).transpose().map_err(no_product)?;
        Ok(SeatBlocksToken { within: times.within("seat blocks", &account.zone)?, product })
    })?;
    let SeatBlocksToken { within: Within { starts, touched }, product } = &paging.search;
    let search = SeatBlockSearch { starts: *starts, touched: *touched, product: product.clone() };
    let visibility = caller.access().visibility();
    let search = settled(&app, caller.access(), search).await?;
    let page = paging.wanted(visibility);
    let found = app.read(caller.access(), move |cx| find(cx, &search, page)).await?;
    let data = found.rows.iter().map(|block| SeatBlock::of(block, account)).collect();
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, data)))
}
