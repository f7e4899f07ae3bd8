//! `POST /customers`: create a customer.

use super::body::PersonBody;
use super::person::{Customer, Viewer};
use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::create::create as add;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_app::customers::show::CustomerView;
use slotkeeper_app::idempotency::Answering;
use slotkeeper_domain::id::CustomerId;

/// Creates a customer; one whose e-mail address is known already is another.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    NewBody { body, key }: NewBody<PersonBody>,
) -> Result<Created<Customer>, ApiError> {
    let catalogue = read(&app, caller.access()).await?;
    let (unit, viewer) = (app.clone(), Viewer::of(&app, &caller));
    let answering = Answering::new(key, move |created: &CustomerView| {
        let path = format!("/customers/{}", created.customer.id);
        Created::new(&unit, &path, &viewer.with(&catalogue).customer(created))
    });
    add(&app, caller.access(), body.input()?, answering).await.map_err(ApiError::context::<CustomerId>)
}
