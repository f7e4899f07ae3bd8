//! `GET /settings/taxes`: the taxes that prices name.

use crate::answer::Shown;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::right::AnyKey;

/// The list; it has no `info` (wire reference, section 1.7).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TaxList")]
pub(crate) struct Taxes {
    data: Vec<Tax>,
}

/// Wire reference, section 4.2.
#[derive(Debug, Serialize, JsonSchema)]
struct Tax {
    id: String,
    name: String,
    enabled: bool,
}

/// The taxes, in the order of the business.
pub(crate) async fn list(caller: Caller<AnyKey>, State(app): State<App>) -> Result<Shown<Taxes>, ApiError> {
    let catalogue = read(&app, caller.may()).await?;
    let taxes = catalogue.taxes.iter().map(|tax| Tax {
        id: tax.id.to_string(),
        name: tax.name.r#in(caller.language()).to_owned(),
        enabled: tax.enabled,
    });
    Ok(Shown(Taxes { data: taxes.collect() }))
}
