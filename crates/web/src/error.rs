//! What a handler returns instead of a page when there is nothing to show.

use crate::page::{error_page, refusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use slotkeeper_store::StoreError;

/// What a handler returns: a page, or why there is none.
pub(crate) type PageResult = Result<Response, PageError>;

/// Why there is no page. What is wrong with a form, or refused by a rule, is no error: that has a page of its own.
pub(crate) enum PageError {
    /// What the address names does not exist, or not for whoever asks.
    NotFound,
    /// The store did not do what it was asked.
    Store(StoreError),
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => error_page(StatusCode::NOT_FOUND),
            Self::Store(error) => store_failed(&error),
        }
    }
}

fn store_failed(error: &StoreError) -> Response {
    // Both come of load, not of a fault, and pass by themselves: nothing to log.
    if matches!(error, StoreError::Busy | StoreError::Contended { .. }) {
        return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "The server is busy",
            "Nothing was lost and nothing was done. Try again in a moment.",
        );
    }
    if matches!(error, StoreError::Moving) {
        return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "Bookings are being moved",
            "The clock of this business is set by other rules from now on. Nothing was done. Try again in a few seconds.",
        );
    }
    tracing::error!(%error, "the store failed");
    match error {
        StoreError::Unavailable { .. } => error_page(StatusCode::SERVICE_UNAVAILABLE),
        _ => error_page(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
