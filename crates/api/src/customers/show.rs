//! `GET /customers/{id}`: one customer.

use super::person::{Customer, Viewer};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::customers::show::show as find;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::StoreError;

/// The customer, if the key may know of it.
pub(crate) async fn show(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
) -> Result<OkJson<Customer>, ApiError> {
    let found = app.read(caller.access(), move |cx| Ok::<_, StoreError>((find(cx, &id)?, cx.catalogue()?))).await?;
    let (customer, catalogue) = (found.0.ok_or_else(ApiError::absent::<CustomerId>)?, found.1);
    Ok(OkJson(Viewer::of(&app, &caller).with(&catalogue).customer(&customer)))
}
