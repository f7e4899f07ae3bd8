//! `GET /customers/{customerid}/linkedpeople/{id}`: somebody linked to a customer.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::{LinkedPerson, Viewer};
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Ids;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::linked_people::show::show as find;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// The person, if the key may know of the customer.
pub(crate) async fn show(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Ids(customer, id): Ids<CustomerId, LinkedPersonId>,
) -> Result<OkJson<LinkedPerson>, ApiError> {
    let found = app.read(caller.access(), move |cx| {
        let found = find(cx, &customer, &id)?;
        Ok::<_, BookingError>((found, cx.catalogue()?))
    });
    let (found, catalogue) = found.await.map_err(refused)?;
    Ok(OkJson(Viewer::of(&app, &caller).with(&catalogue).linked(&found)))
}
