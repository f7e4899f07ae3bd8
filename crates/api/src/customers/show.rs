//! `GET /customers/{id}`: one customer.

use super::person::{Customer, PersonContext};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::customers::show::show as find;
use slotkeeper_domain::id::CustomerId;

/// The customer, if the key may know of it.
pub(crate) async fn show(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
) -> Result<OkJson<Customer>, ApiError> {
    let found = find(&app, caller.access(), id).await?.ok_or_else(ApiError::absent::<CustomerId>)?;
    let catalogue = read(&app, caller.access()).await?;
    Ok(OkJson(PersonContext::by(&app, &caller, &catalogue).customer(&found)))
}
