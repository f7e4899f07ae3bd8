//! `GET /settings/taxes`: the taxes that prices name.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::List;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::catalogue::read::read;

/// A tax of the business (wire reference, section 4.2).
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Tax {
    id: String,
    name: String,
    enabled: bool,
}

/// The taxes, in the order of the business: always all of them, on one page, for the list takes no parameters. One client
/// expects `info` all the same (wire reference, section 1.7).
pub(crate) async fn list(caller: Caller<AnyKey>, State(app): State<App>) -> Result<OkJson<List<Tax>>, ApiError> {
    let catalogue = read(&app, caller.access()).await?;
    let taxes = catalogue.taxes.iter().map(|tax| Tax {
        id: tax.id.to_string(),
        name: tax.name.r#in(caller.language()).to_owned(),
        enabled: tax.enabled,
    });
    Ok(OkJson(List::whole(taxes.collect())))
}
