//! The error body: every answer that is not a success has it (wire reference, section 1.5).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotkeeper_app::random;
use slotkeeper_store::StoreError;
use std::borrow::Cow;

/// `{ "httpStatus": 403, "message": "…", "errorId": "…" }`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    http_status: u16,
    message: &'a str,
    error_id: String,
}

/// An operation did not succeed: a status and a sentence for the developer.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    message: Cow<'static, str>,
}

impl ApiError {
    /// An error with this status and message. The message never holds a key or a password.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400: the request cannot be understood.
    #[must_use]
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Contended { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy; nothing was done. Try again in a moment.",
            ),
            StoreError::Unavailable { .. } => {
                tracing::error!(%error, "the store is unavailable");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The server cannot reach its data. It is not certain whether anything was done: look before you try again.",
                )
            }
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        error_response(self.status, &self.message)
    }
}

/// An answer with the error body. Its `errorId` is in the log, so that whoever runs the server can find out more.
#[must_use]
pub fn error_response(status: StatusCode, message: &str) -> Response {
    let error_id = random::id_characters(8);
    tracing::info!(error_id, status = status.as_u16(), message, "answered with an error");
    (status, Json(ErrorBody { http_status: status.as_u16(), message, error_id })).into_response()
}

/// The sentence for a status that comes about before any operation is reached.
pub(crate) fn message_for(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is no such operation. A path of this API looks like /v2/settings/apikeyinfo.",
        StatusCode::METHOD_NOT_ALLOWED => {
            "This path does not support this method. The Allow header names those it does."
        }
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large. It can have 1 MiB at most.",
        StatusCode::URI_TOO_LONG => "The address is too long. It can have 16 KiB at most.",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "The headers are too large. They can have 32 KiB and 100 fields at most."
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            "The server was too slow. It is not certain whether anything was done: look before you try again."
        }
        status if status.is_client_error() => "The request cannot be understood.",
        _ => "Something went wrong on our side.",
    }
}

/// The answer for a request that reaches no operation.
pub(crate) fn refuse(status: StatusCode) -> Response {
    error_response(status, message_for(status))
}
