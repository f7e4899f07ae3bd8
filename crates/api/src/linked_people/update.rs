//! `PUT /customers/{customerid}/linkedpeople/{id}`: change somebody linked to a customer. A member that is missing keeps its
//! value.

use crate::answer::Changed;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::customers::body::PersonBody;
use crate::customers::person::{LinkedPerson, Viewer};
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Ids;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::context::Write;
use slotkeeper_app::customers::rights::WriteCustomers;
use slotkeeper_app::linked_people::update::update as change;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// Changes what is known of the person.
pub(crate) async fn update(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Ids(customer, id): Ids<CustomerId, LinkedPersonId>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Changed<LinkedPerson>, ApiError> {
    let said = body.said()?;
    let fields = said.fields();
    let change = move |cx: &mut Write<'_, WriteCustomers>| {
        let changed = change(cx, &customer, &id, fields.as_deref(), |known| said.over(known))?;
        Ok::<_, BookingError>((changed, cx.catalogue()?))
    };
    let (changed, catalogue) = app.write(caller.access(), change).await.map_err(refused)?;
    let path = super::path(&changed.customer, &changed.id);
    Ok(Changed::new(&app, &path, Viewer::of(&app, &caller).with(&catalogue).linked(&changed)))
}
