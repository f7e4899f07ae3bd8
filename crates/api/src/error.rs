//! The error body: every answer that is not a success has it (wire reference, section 1.5).

use crate::path::PathId;
use crate::wording::{self, Sentence};
use axum::Json;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotkeeper_app::random;
use slotkeeper_store::StoreError;
use std::borrow::Cow;
use std::panic::Location;

/// For keys that open nothing: the same whatever is wrong with them.
pub(crate) const WRONG_KEYS: &str =
    "These keys do not work: one of them is wrong or has ended, they are swapped, or they do not belong together.";

/// `{ "httpStatus": 403, "message": "…", "errorId": "…" }`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    http_status: u16,
    message: &'a str,
    error_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// An operation did not succeed: a status and a sentence for the developer.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    message: Cow<'static, str>,
    retry_after: Option<u64>,
    /// Where in the program it came about: what the log says of it, because the message may repeat what the client sent.
    place: &'static Location<'static>,
}

impl ApiError {
    /// An error with this status and message. The message never holds a key or a password, and is not logged.
    #[must_use]
    #[track_caller]
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), retry_after: None, place: Location::caller() }
    }

    /// 400: the request cannot be understood.
    #[must_use]
    #[track_caller]
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401: the keys do not open anything, and nobody is told why.
    #[must_use]
    #[track_caller]
    pub(crate) fn wrong_keys() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, WRONG_KEYS)
    }

    /// 403: understood, but not allowed.
    #[must_use]
    #[track_caller]
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: what the path or a token names is not there. For an id in the path, see [`ApiError::absent`].
    #[must_use]
    #[track_caller]
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404: no thing of this kind has the id in the path. The same words whether it does not exist, is out of the key's
    /// sight, or the text is no id at all.
    #[must_use]
    #[track_caller]
    pub fn absent<T: PathId>() -> Self {
        Self::not_found(wording::absent(T::WHAT))
    }

    /// 409: not possible as things are now.
    #[must_use]
    #[track_caller]
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500: our mistake, which the log tells more of.
    #[must_use]
    #[track_caller]
    pub(crate) fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, message_for(status))
    }

    /// The same error, saying after how many seconds to try again: in the header `Retry-After` and in the body (wire
    /// reference, section 1.6).
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<StoreError> for ApiError {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Contended { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.sentence())
            }
            StoreError::Moving => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.sentence()).with_retry_after(5),
            StoreError::KeyEnded => Self::wrong_keys(),
            StoreError::Unavailable { .. } => {
                tracing::error!(%error, "the store is unavailable");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.sentence())
            }
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, message, retry_after, place } = self;
        let error_id = random::id_characters(8);
        // The place tells which rule refused. The message is for the client alone: codes, names and addresses that were
        // typed may stand in it.
        tracing::info!(error_id, status = status.as_u16(), %place, "answered with an error");
        let body = Json(ErrorBody { http_status: status.as_u16(), message: &message, error_id, retry_after });
        let mut response = (status, body).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read, so the connection ends; a client that is not told sends its next request there.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The sentence for a status that comes about before any operation is reached.
pub(crate) fn message_for(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is no such operation. A path of this API looks like /v2/settings/apikeyinfo.",
        StatusCode::METHOD_NOT_ALLOWED => {
            "This path does not support this method. The Allow header names those it does."
        }
        StatusCode::BAD_REQUEST => "The request cannot be understood: it is no HTTP/1.1 that names one Host.",
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large. It can have 1 MiB at most.",
        StatusCode::URI_TOO_LONG => "The address is too long. It can have 16 KiB at most.",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "The head of the request is too large. It can have 31 KiB with the address, and 100 fields at most."
        }
        StatusCode::TOO_MANY_REQUESTS => {
            "There are too many connections from your address, and requests are under way on all of them. Use fewer at once."
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
    ApiError::new(status, message_for(status)).into_response()
}
