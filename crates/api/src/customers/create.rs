//! `POST /customers`: create a customer.

use super::body::PersonBody;
use super::person::{Customer, Viewer};
use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::context::Write;
use slotkeeper_app::customers::create::create as add;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_app::customers::show::CustomerView;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::CustomerId;
use std::sync::Arc;

/// Creates a customer; one whose e-mail address is known already is another.
pub(crate) async fn create(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    NewBody { body, key }: NewBody<PersonBody>,
) -> Result<Created<Customer>, ApiError> {
    let (answers, viewer, input) = (app.clone(), Viewer::of(&app, &caller), body.input()?);
    let add = move |cx: &mut Write<'_, WriteCustomers>| Ok((add(cx, &input)?, cx.catalogue()?));
    let respond = move |(created, catalogue): &(CustomerView, Arc<Catalogue>)| {
        let path = format!("/customers/{}", created.customer.id);
        Created::new(&answers, &path, &viewer.with(catalogue).customer(created))
    };
    app.write_once(caller.access(), key, add, respond).await.map_err(ApiError::context::<CustomerId>)
}
