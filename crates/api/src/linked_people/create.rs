//! `POST /customers/{id}/linkedpeople`: link somebody new to a customer.

use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::customers::body::PersonBody;
use crate::customers::person::{LinkedPerson, Viewer};
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_app::idempotency::Answering;
use slotkeeper_app::linked_people::create::create as add;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::linked_people;

/// Links somebody new to the customer.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Id(customer): Id<CustomerId>,
    NewBody { body, key }: NewBody<PersonBody>,
) -> Result<Created<LinkedPerson>, ApiError> {
    let catalogue = read(&app, caller.access()).await?;
    let (unit, viewer) = (app.clone(), Viewer::of(&app, &caller));
    let answering = Answering::new(key, move |created: &linked_people::LinkedPerson| {
        let path = super::path(&created.customer, &created.id);
        Created::new(&unit, &path, &viewer.with(&catalogue).linked(created))
    });
    let sees = caller.holder().access::<ReadCustomers>();
    add(&app, caller.access(), sees.as_ref(), customer, body.input()?, answering).await.map_err(refused)
}
