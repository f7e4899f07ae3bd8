//! Bodies of requests: JSON, whatever the client calls it (wire reference, section 1.1).

use crate::error::{ApiError, message_for};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use slotkeeper_domain::said::phrase_in;

/// Most bytes a body may have.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// The body of a request, read as JSON. Members that are not known are ignored; what is wrong is said with the member
/// it is wrong in.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        // A list would be read as the members in their order, which nobody means.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(ApiError::bad_request("The body must be an object and not a list."));
        }
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let body = serde_path_to_error::deserialize(&mut json).map_err(|error| not_as_expected(&error))?;
        json.end().map_err(|error| not_json(&error))?;
        Ok(Self(body))
    }
}

/// Where; and what only in words of our own, for an error of serde would repeat values, and messages are logged.
fn not_as_expected(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let (path, error) = (error.path().to_string(), error.inner());
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    if let Some((name, _)) = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        let path = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return ApiError::bad_request(format!("The member {path} is missing; see line {line}, column {column}."));
    }
    let place = if path == "." { "The body".to_owned() } else { format!("The member {path}") };
    if let Some(phrase) = phrase_in(&text) {
        let phrase = phrase.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(phrase);
        return ApiError::bad_request(format!("{place} {phrase}; see line {line}, column {column}."));
    }
    ApiError::bad_request(format!("{place} is not what this operation expects; see line {line}, column {column}."))
}

fn not_json(error: &serde_json::Error) -> ApiError {
    ApiError::bad_request(format!("The body is not JSON; see line {}, column {}.", error.line(), error.column()))
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    match rejection.into_response().status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(status, message_for(status)),
        _ => ApiError::bad_request("The body could not be read to its end."),
    }
}
