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
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::context::Write;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_app::customers::update::update as change;
use slotkeeper_domain::id::CustomerId;

/// Changes what is known of a customer.
pub(crate) async fn update(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Changed<Customer>, ApiError> {
    let said = body.said()?;
    let (fields, path) = (said.fields(), format!("/customers/{id}"));
    let change = move |cx: &mut Write<'_, WriteCustomers>| {
        let changed = change(cx, &id, fields.as_deref(), |known| said.over(known))?;
        Ok::<_, BookingError>((changed, cx.catalogue()?))
    };
    let (changed, catalogue) = app.write(caller.access(), change).await.map_err(super::refused)?;
    let customer = Viewer::of(&app, &caller).with(&catalogue).customer(&changed);
    Ok(Changed::new(&app, &path, customer))
}
