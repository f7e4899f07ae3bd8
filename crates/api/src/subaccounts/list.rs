//! `GET /subaccounts`: the businesses of a portal.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::Query;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::subaccounts::list::list as find;
use slotkeeper_app::subaccounts::rights::ManageSubaccounts;
use slotkeeper_domain::id::AccountId;

/// Most subaccounts on a page.
const MOST: u32 = 300;

/// A subaccount, as the wire has it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PortalSubaccount")]
pub(crate) struct Subaccount {
    #[schemars(with = "String")]
    id: AccountId,
    name: String,
}

/// The subaccounts of the portal, oldest first.
pub(crate) async fn list(
    caller: Caller<ManageSubaccounts>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<Subaccount>>, ApiError> {
    let portal = &caller.access().account().id;
    let paging = Paging::read(&app, portal, "GET /subaccounts", &page, MOST, || Ok(()))?;
    let (total, found) = find(&app, caller.access(), paging.page.limit(), paging.page.offset()).await?;
    let data = found.into_iter().map(|named| Subaccount { id: named.id, name: named.name.to_string() }).collect();
    Ok(OkJson(paging.list(u64::try_from(total).unwrap_or(0), data)))
}
