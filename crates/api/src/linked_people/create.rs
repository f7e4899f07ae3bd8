//! `POST /customers/{id}/linkedpeople`: link somebody new to a customer.

use crate::answer::Created;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::customers::body::PersonBody;
use crate::customers::person::{LinkedPerson, Named};
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_app::linked_people::create::create as add;
use slotkeeper_domain::id::CustomerId;

/// Links somebody new to the customer.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Id(customer): Id<CustomerId>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Created<LinkedPerson>, ApiError> {
    let sees = caller.holder().may::<ReadCustomers>();
    let created = add(&app, caller.may(), sees.as_ref(), customer, body.input()?).await.map_err(refused)?;
    let catalogue = read(&app, caller.may()).await?;
    let path = super::path(&created.customer, &created.id);
    Ok(Created::new(&app, &path, Named::by(&app, &caller, &catalogue).linked(&created)))
}
