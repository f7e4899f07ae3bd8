//! Bodies of requests: JSON, whatever the client calls it (wire reference, section 1.1).

use crate::error::{ApiError, message_for};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

/// Most bytes a body may have.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// The body of a request, read as JSON. Members that are not known are ignored.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => "The body is JSON, but not as this operation expects it",
                _ => "The body is not JSON",
            };
            // Where, but not what: the error itself would repeat values, and messages are logged.
            ApiError::bad_request(format!("{what}; see line {}, column {}.", error.line(), error.column()))
        })
    }
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    match rejection.into_response().status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(status, message_for(status)),
        _ => ApiError::bad_request("The body could not be read to its end."),
    }
}
