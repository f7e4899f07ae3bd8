//! `GET /settings/resources`: the types of resources, each with its resources.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::Query;
use crate::wire::Resource;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::catalogue::read::read;

/// Most types on a page.
const MOST: u32 = 100;

/// A kind of resources, such as guides or boats, with each of them (wire reference, section 4.2).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceType {
    name: String,
    id: String,
    is_public: bool,
    resources: Vec<Resource>,
}

/// The types, in the order of the business.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<ResourceType>>, ApiError> {
    let (account, language) = (caller.access().account(), caller.language());
    let paging = Paging::read(&app, &account.id, "GET /settings/resources", &page, MOST, || Ok(()))?;
    let catalogue = read(&app, caller.access()).await?;
    let types = paging.page.slice_of(&catalogue.resource_types).iter().map(|kind| ResourceType {
        name: kind.name.r#in(language).to_owned(),
        id: kind.id.to_string(),
        is_public: kind.is_public,
        resources: kind
            .resources
            .iter()
            .map(|resource| Resource { id: resource.id.to_string(), name: resource.name.r#in(language).to_owned() })
            .collect(),
    });
    Ok(OkJson(paging.list(catalogue.resource_types.len() as u64, types.collect())))
}
