//! `GET /settings/languages`: the languages customers can choose from.

use crate::caller::Caller;
use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::access::AnyKey;

/// The languages of the business, never paged (wire reference, sections 1.7 and 4.2).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LanguageList")]
pub(crate) struct LanguagesList {
    data: Vec<Language>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Language {
    tag: &'static str,
    name: &'static str,
    customers_default: bool,
}

/// The account's languages, each by its own name, the default first.
pub(crate) async fn list(caller: Caller<AnyKey>) -> Json<LanguagesList> {
    let languages = &caller.access().account().languages;
    let default = languages.default_language();
    let data = languages
        .iter()
        .map(|language| Language {
            tag: language.as_str(),
            name: language.own_name(),
            customers_default: language == default,
        })
        .collect();
    Json(LanguagesList { data })
}
