//! What use cases of bookings and blocks refuse, as answers (wire reference, section 1.5).

use crate::error::ApiError;
use crate::path::PathId;
use axum::http::StatusCode;
use slotkeeper_app::availability::SearchError;
use slotkeeper_app::blocks::BlockError;
use slotkeeper_app::bookings::place::PlaceError;
use slotkeeper_app::idempotency::{KeepError, UsedOtherwise};
use slotkeeper_domain::appointment::NoAppointment;
use slotkeeper_domain::block::BlockRefused;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::LinkedPersonId;
use slotkeeper_domain::order::OrderRefused;

impl ApiError {
    /// The answer for what was not booked, held, changed or removed; `T` is what the path names.
    #[track_caller]
    pub(crate) fn placing<T: PathId>(error: PlaceError) -> Self {
        match error {
            PlaceError::NoBooking => Self::absent::<T>(),
            PlaceError::NoLinkedPerson => Self::absent::<LinkedPersonId>(),
            PlaceError::Store(error) => error.into(),
            PlaceError::UsedOtherwise(error) => error.into(),
            PlaceError::Full(full) => Self::conflict(full.to_string()),
            error @ (PlaceError::Canceled
            | PlaceError::HoldIsBooked
            | PlaceError::PromotionGone(_)
            | PlaceError::PromiseBroken(_)
            | PlaceError::TooLate(_)
            | PlaceError::Order(OrderRefused::Appointment(NoAppointment::Away(_)))) => {
                Self::conflict(error.to_string())
            }
            error @ (PlaceError::NotYours
            | PlaceError::NotYourCustomer
            | PlaceError::NoBusiness
            | PlaceError::TooManyLinked
            | PlaceError::TooManyCustomers(_)
            | PlaceError::Order(
                OrderRefused::Closed | OrderRefused::MembersOnly | OrderRefused::PrepaidOnly,
            )) => Self::forbidden(error.to_string()),
            error @ (PlaceError::Order(_)
            | PlaceError::Participants(_)
            | PlaceError::Person { .. }
            | PlaceError::NoPerson
            | PlaceError::NoEventThen
            | PlaceError::NeedsCustomer
            | PlaceError::NoCustomer
            | PlaceError::NoHold
            | PlaceError::TooMuch
            | PlaceError::Code { .. }
            | PlaceError::Currency(_)) => Self::bad_request(error.to_string()),
        }
    }

    /// The answer for what was not blocked, changed or removed; `T` is what the path names.
    #[track_caller]
    pub(crate) fn blocking<T: PathId>(error: BlockError) -> Self {
        match error {
            BlockError::NoBlock => Self::absent::<T>(),
            BlockError::Store(error) => error.into(),
            BlockError::UsedOtherwise(error) => error.into(),
            BlockError::Full(full) => Self::conflict(full.to_string()),
            error @ (BlockError::NotYours | BlockError::NoBusiness | BlockError::Refused(BlockRefused::Closed)) => {
                Self::forbidden(error.to_string())
            }
            error @ BlockError::Refused(_) => Self::bad_request(error.to_string()),
        }
    }
}

impl From<UsedOtherwise> for ApiError {
    fn from(error: UsedOtherwise) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

impl From<KeepError> for ApiError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::UsedOtherwise(error) => error.into(),
            KeepError::Store(error) => error.into(),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            SearchError::NoBooking => Self::absent::<BookingNumber>(),
            SearchError::Closed => Self::forbidden(error.to_string()),
            SearchError::NoProduct
            | SearchError::NotScheduled
            | SearchError::Party(_)
            | SearchError::Option(_)
            | SearchError::NoResource(_) => Self::bad_request(error.to_string()),
        }
    }
}
