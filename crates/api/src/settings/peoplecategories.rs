//! `GET /settings/peoplecategories`: who can come.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::catalogue::read::read;

/// The list; it is called `categories`, and has no `info` (wire reference, section 1.7).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PeopleCategoryList")]
pub(crate) struct Categories {
    categories: Vec<PeopleCategory>,
}

/// A category of people, such as adults, and how many seats one of them takes (wire reference, section 4.2).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PeopleCategory {
    name: String,
    id: String,
    num_seats: u32,
}

/// The people categories, in the order of the business.
pub(crate) async fn list(caller: Caller<AnyKey>, State(app): State<App>) -> Result<OkJson<Categories>, ApiError> {
    let catalogue = read(&app, caller.access()).await?;
    let categories = catalogue.categories.iter().map(|category| PeopleCategory {
        name: category.name.r#in(caller.language()).to_owned(),
        id: category.id.to_string(),
        num_seats: category.seats,
    });
    Ok(OkJson(Categories { categories: categories.collect() }))
}
