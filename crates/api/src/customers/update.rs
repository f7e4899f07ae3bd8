//! `PUT /customers/{id}`: change a customer. A member that is missing keeps its value.

use super::body::PersonBody;
use super::person::{Customer, Viewer};
use crate::answer::Changed;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_app::customers::update::update as change;
use slotkeeper_domain::id::CustomerId;

/// Changes what is known of a customer.
pub(crate) async fn update(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Changed<Customer>, ApiError> {
    let (said, sees) = (body.said()?, caller.holder().access::<ReadCustomers>());
    let (fields, path) = (said.fields(), format!("/customers/{id}"));
    let changed = change(&app, caller.access(), sees.as_ref(), id, fields, move |known| said.over(known)).await;
    let changed = changed.map_err(super::refused)?;
    let catalogue = read(&app, caller.access()).await?;
    let customer = Viewer::of(&app, &caller).with(&catalogue).customer(&changed);
    Ok(Changed::new(&app, &path, customer))
}
