//! `POST /customers`: create a customer.

use super::body::PersonBody;
use super::person::{Customer, Named};
use crate::answer::Created;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::create::create as add;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_domain::id::CustomerId;

/// Creates a customer; one whose e-mail address is known already is another.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Created<Customer>, ApiError> {
    let created = add(&app, caller.may(), body.input()?).await.map_err(ApiError::placing::<CustomerId>)?;
    let catalogue = read(&app, caller.may()).await?;
    let path = format!("/customers/{}", created.customer.id);
    let customer = Named::by(&app, &caller, &catalogue).customer(&created);
    Ok(Created::new(&app, &path, customer))
}
