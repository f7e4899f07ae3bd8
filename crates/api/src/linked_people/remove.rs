//! `DELETE /customers/{customerid}/linkedpeople/{id}`: remove somebody linked to a customer.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Ids;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::customers::rights::DeleteCustomers;
use slotkeeper_app::linked_people::remove::remove as delete;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// Removes the person; bookings in which it was named stay.
pub(crate) async fn remove(
    caller: Caller<DeleteCustomers>,
    State(app): State<App>,
    Ids(customer, id): Ids<CustomerId, LinkedPersonId>,
) -> Result<NoContent, ApiError> {
    app.write(caller.access(), move |cx| delete(cx, &customer, &id)).await.map_err(refused)?;
    Ok(NoContent)
}
