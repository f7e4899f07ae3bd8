//! `DELETE /customers/{id}`: delete a customer.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::customers::remove::{Removal, remove as delete};
use slotkeeper_app::customers::rights::DeleteCustomers;
use slotkeeper_domain::id::CustomerId;

/// Deletes a customer who has no bookings ahead, with those that are over or cancelled.
pub(crate) async fn remove(
    caller: Caller<DeleteCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
) -> Result<NoContent, ApiError> {
    match delete(&app, caller.access(), id).await.map_err(super::refused)? {
        Removal::Removed => Ok(NoContent),
        Removal::HasFutureBookings => {
            Err(ApiError::conflict("This customer has bookings ahead, and cannot be deleted. Cancel them first."))
        }
    }
}
