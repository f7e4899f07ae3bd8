//! What use cases of bookings and blocks refuse, as answers (wire reference, section 1.5).

use crate::error::ApiError;
use crate::path::PathId;
use crate::wording::Sentence;
use axum::http::StatusCode;
use slotkeeper_app::availability::SearchError;
use slotkeeper_app::blocks::BlockError;
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::idempotency::{KeepError, KeyReused};
use slotkeeper_domain::appointment::AppointmentNotBookable;
use slotkeeper_domain::block::BlockNotAllowed;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::LinkedPersonId;
use slotkeeper_domain::order::OrderError;

impl ApiError {
    /// The answer for what was not booked, held, changed or removed; `T` is what the path names.
    #[track_caller]
    pub(crate) fn context<T: PathId>(error: BookingError) -> Self {
        match error {
            BookingError::NoBooking => Self::absent::<T>(),
            BookingError::NoLinkedPerson => Self::absent::<LinkedPersonId>(),
            BookingError::Store(error) => error.into(),
            BookingError::UsedOtherwise(error) => error.into(),
            BookingError::Full(full) => Self::conflict(full.sentence()),
            error @ (BookingError::Cancelled
            | BookingError::HoldIsBooked
            | BookingError::PromotionGone(_)
            | BookingError::PromiseBroken(_)
            | BookingError::TooLate(_)
            | BookingError::Order(OrderError::Appointment(AppointmentNotBookable::Away(_)))) => {
                Self::conflict(error.sentence())
            }
            error @ (BookingError::NotYours
            | BookingError::NotYourCustomer
            | BookingError::NoBusiness
            | BookingError::TooManyLinked
            | BookingError::TooManyCustomers(_)
            | BookingError::Order(OrderError::Closed | OrderError::MembersOnly | OrderError::PrepaidOnly)) => {
                Self::forbidden(error.sentence())
            }
            error @ (BookingError::Order(_)
            | BookingError::Participants(_)
            | BookingError::Person { .. }
            | BookingError::NoPerson
            | BookingError::NoEventThen
            | BookingError::NeedsCustomer
            | BookingError::NoCustomer
            | BookingError::NoHold
            | BookingError::TooMuch
            | BookingError::Code { .. }
            | BookingError::Currency(_)) => Self::bad_request(error.sentence()),
        }
    }

    /// The answer for what was not blocked, changed or removed; `T` is what the path names.
    #[track_caller]
    pub(crate) fn blocking<T: PathId>(error: BlockError) -> Self {
        match error {
            BlockError::NoBlock => Self::absent::<T>(),
            BlockError::Store(error) => error.into(),
            BlockError::UsedOtherwise(error) => error.into(),
            BlockError::Full(full) => Self::conflict(full.sentence()),
            error @ (BlockError::NotYours | BlockError::NoBusiness | BlockError::Refused(BlockNotAllowed::Closed)) => {
                Self::forbidden(error.sentence())
            }
            error @ BlockError::Refused(_) => Self::bad_request(error.sentence()),
        }
    }
}

impl From<KeyReused> for ApiError {
    fn from(error: KeyReused) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.sentence())
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
            SearchError::Closed => Self::forbidden(error.sentence()),
            SearchError::NoProduct
            | SearchError::NotScheduled
            | SearchError::Party(_)
            | SearchError::Option(_)
            | SearchError::NoResource(_) => Self::bad_request(error.sentence()),
        }
    }
}
