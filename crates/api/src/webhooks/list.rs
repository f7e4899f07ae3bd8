//! `GET /webhooks`: the webhooks of this key.

use super::webhook::Webhook;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::webhooks::list::list as find;

/// Most webhooks on a page.
const MOST: u32 = 100;

/// What this key registered, by domain and type. There are so few that they are read at once.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<Webhook>>, ApiError> {
    let account = caller.access().account();
    let authorization = caller.holder().authorization().id.clone();
    let operation = format!("GET /webhooks of {authorization}");
    let paging = Paging::<()>::read(&app, &account.id, &operation, &page, MOST, || Ok(()))?;
    let found = find(&app, caller.access(), authorization).await?;
    let (limit, offset) = (usize::try_from(paging.page.limit()), usize::try_from(paging.page.offset()));
    let page = found.iter().skip(offset.unwrap_or(usize::MAX)).take(limit.unwrap_or(0));
    let data = page.map(|webhook| Webhook::of(webhook, &account.zone)).collect();
    Ok(OkJson(paging.list(found.len() as u64, data)))
}
