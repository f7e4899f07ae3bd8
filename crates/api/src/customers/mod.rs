//! `/customers` (wire reference, section 3.3).

pub(crate) mod authenticate;
pub(crate) mod body;
pub(crate) mod bookings;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod person;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod update;

use crate::error::ApiError;
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// The answer for a customer in the path, or somebody linked to it, who was not changed or removed.
pub(crate) fn refused(error: BookingError) -> ApiError {
    match error {
        BookingError::NoCustomer => ApiError::absent::<CustomerId>(),
        BookingError::NotYours => {
            ApiError::forbidden("This API key can change only customers that its application created.")
        }
        BookingError::NoLinkedPerson => ApiError::absent::<LinkedPersonId>(),
        other => ApiError::context::<CustomerId>(other),
    }
}
