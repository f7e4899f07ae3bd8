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
use slotkeeper_app::context::Write;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_app::linked_people::create::create as add;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::linked_people;
use std::sync::Arc;

/// Links somebody new to the customer.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Id(customer): Id<CustomerId>,
    NewBody { body, key }: NewBody<PersonBody>,
) -> Result<Created<LinkedPerson>, ApiError> {
    let (answers, viewer, input) = (app.clone(), Viewer::of(&app, &caller), body.input()?);
    let link = move |cx: &mut Write<'_, WriteCustomers>| Ok((add(cx, &customer, &input)?, cx.catalogue()?));
    let respond = move |(created, catalogue): &(linked_people::LinkedPerson, Arc<Catalogue>)| {
        let path = super::path(&created.customer, &created.id);
        Created::new(&answers, &path, &viewer.with(catalogue).linked(created))
    };
    app.write_once(caller.access(), key, link, respond).await.map_err(refused)
}
