//! Errors of handlers, and the pages that show them.

use crate::page::{error_page, refusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use slotkeeper_store::StoreError;

pub(crate) type PageResult = Result<Response, PageError>;

/// Why a handler has no page. Mistakes in a form and refusals by a rule are not errors: they have pages of their own.
pub(crate) enum PageError {
    /// The address names nothing, or nothing that this user can see.
    NotFound,
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
    // Both come from load and pass by themselves, so they are not logged.
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
            "The rules of the time zone of this business are being updated. Nothing was done. Try again in a few seconds.",
        );
    }
    tracing::error!(%error, "the store failed");
    match error {
        StoreError::Unavailable { .. } => error_page(StatusCode::SERVICE_UNAVAILABLE),
        _ => error_page(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
