//! Bodies of requests. They are read as JSON whatever `Content-Type` says (wire reference, section 1.1), and
//! idempotency keys are read together with the body they belong to.

use crate::caller::Granted;
use crate::error::{ApiError, message_for};
use crate::plain_types::Documented;
use crate::query::Pairs;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use slotkeeper_app::App;
use slotkeeper_app::idempotency::IdempotencyKey;
use slotkeeper_domain::safe_message::phrase_in;

/// Most bytes of a body.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// The body of a request, read as JSON. Unknown members are ignored.
///
/// A body that cannot be read is answered with 400, which names the member, line and column.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// The body of a request that creates something, and its idempotency key (header `Idempotency-Key`), if it has one. A
/// request that is sent again with the same key gets the stored response.
#[derive(Debug)]
pub struct NewBody<T> {
    /// The body, read as JSON.
    pub body: T,
    /// The idempotency key.
    pub key: Option<IdempotencyKey>,
}

/// Longest `Idempotency-Key`, in bytes.
const LONGEST_KEY: usize = 255;

/// The idempotency key of a request whose body has no meaning and is not parsed.
#[derive(Debug)]
pub struct NewWithoutBody {
    /// The idempotency key.
    pub key: Option<IdempotencyKey>,
}

impl<T: DeserializeOwned> FromRequest<App> for NewBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (bytes, key) = with_key(request, app).await?;
        Ok(Self { body: read(&bytes)?, key })
    }
}

impl FromRequest<App> for NewWithoutBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (_, key) = with_key(request, app).await?;
        Ok(Self { key })
    }
}

/// The body, and the idempotency key with a digest of the request. Two requests are the same if they agree in
/// permissions, method, path, query without API and secret key, and body.
async fn with_key(request: Request, app: &App) -> Result<(Bytes, Option<IdempotencyKey>), ApiError> {
    let key = key_of(request.headers())?;
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // Nesting cuts `/v2` off the URI; the digest takes the one that was sent.
    let uri = request.extensions().get::<OriginalUri>().map_or(uri, |original| original.0.clone());
    let granted = request.extensions().get::<Granted>().map(|granted| granted.0.clone()).unwrap_or_default();
    let bytes = Bytes::from_request(request, app).await.map_err(unreadable)?;
    let key = key.map(|key| {
        let query = Pairs::of(uri.query().unwrap_or_default());
        // A path with and without its last slash is the same operation.
        let path = uri.path().trim_end_matches('/');
        let mut said: Vec<&[u8]> = vec![granted.as_bytes(), method.as_str().as_bytes(), path.as_bytes(), &bytes];
        said.extend(query.without_keys().into_iter().map(str::as_bytes));
        IdempotencyKey::new(app, &key, &said)
    });
    Ok((bytes, key))
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let message =
            format!("The header Idempotency-Key must be a text of 1 to {LONGEST_KEY} visible ASCII characters.");
        return Err(ApiError::bad_request(message));
    }
    Ok(Some(key.to_owned()))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(Documented(&mut json)).map_err(|error| not_as_expected(&error))?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(body)
}

/// Names the place of the mistake. The reason is given only if it is one of our own phrases: serde's messages repeat
/// values of the body.
fn not_as_expected(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let (path, error) = (error.path().to_string(), error.inner());
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    // serde reports a missing member only as text, and at its parent's path.
    if let Some((name, _)) = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        let path = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return ApiError::bad_request(format!("The member {path} is missing; see line {line}, column {column}."));
    }
    let place = if path == "." { "The body".to_owned() } else { format!("The member {path}") };
    if let Some(phrase) = phrase_in(&text) {
        // serde_json appends the place, which is named separately below.
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
