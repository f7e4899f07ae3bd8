//! Successful responses: status, JSON body and `Location` (wire reference, section 1.4). [`Created`] and
//! [`CreatedEmpty`] can be stored under an idempotency key and sent again.

use crate::error::ApiError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::idempotency::StoredResponse;
use std::marker::PhantomData;

/// 200, with one thing or a list as JSON.
#[derive(Debug)]
pub struct OkJson<T>(pub T);

/// 201, with the created thing as JSON and its absolute address in `Location`. The body is written as JSON when the
/// value is made, so that the same bytes can be stored.
pub struct Created<T> {
    location: Location,
    body: String,
    of: PhantomData<fn() -> T>,
}

/// 201 without a body: the address in `Location` is the whole result.
#[derive(Debug, Clone)]
pub struct CreatedEmpty(Location);

/// 200, with the changed thing as JSON and its absolute address in `Location`.
#[derive(Debug)]
pub struct Changed<T> {
    location: Location,
    body: T,
}

/// 204, without a body.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl<T: Serialize> Created<T> {
    /// `path` is relative to `/v2`, starts with `/`, and loses its query.
    #[must_use]
    pub fn new(app: &App, path: &str, body: &T) -> Self {
        // `new` returns no error, because it may run inside the unit. An empty body stands for the failure;
        // `into_response` turns it into a 500.
        let body = serde_json::to_string(body).unwrap_or_else(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            String::new()
        });
        Self { location: Location::of(app, path), body, of: PhantomData }
    }
}

impl<T> Clone for Created<T> {
    fn clone(&self) -> Self {
        Self { location: self.location.clone(), body: self.body.clone(), of: PhantomData }
    }
}

impl<T: 'static> StoredResponse for Created<T> {
    /// The address on the first line, the body on the second: JSON from serde has no line breaks.
    fn to_text(&self) -> String {
        format!("{}\n{}", self.location.0, self.body)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (location, body) = text.split_once('\n')?;
        Some(Self { location: Location(location.to_owned()), body: body.to_owned(), of: PhantomData })
    }
}

impl StoredResponse for CreatedEmpty {
    fn to_text(&self) -> String {
        self.0.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self(Location(text.to_owned())))
    }
}

impl CreatedEmpty {
    /// `path` is relative to `/v2`, starts with `/`, and loses its query.
    #[must_use]
    pub fn new(app: &App, path: &str) -> Self {
        Self(Location::of(app, path))
    }
}

impl<T> Changed<T> {
    /// `path` is relative to `/v2`, starts with `/`, and loses its query.
    #[must_use]
    pub fn new(app: &App, path: &str, body: T) -> Self {
        Self { location: Location::of(app, path), body }
    }
}

impl<T: Serialize> IntoResponse for OkJson<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, None, &self.0)
    }
}

impl<T> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        if self.body.is_empty() {
            return ApiError::internal().into_response();
        }
        respond(StatusCode::CREATED, Some(self.location), Some(self.body.into_bytes()))
    }
}

impl IntoResponse for CreatedEmpty {
    fn into_response(self) -> Response {
        respond(StatusCode::CREATED, Some(self.0), None)
    }
}

impl<T: Serialize> IntoResponse for Changed<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, Some(self.location), &self.body)
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        respond(StatusCode::NO_CONTENT, None, None)
    }
}

/// An absolute address without a query: clients append their own query and fetch it.
#[derive(Debug, Clone)]
struct Location(String);

impl Location {
    fn of(app: &App, path: &str) -> Self {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        Self(app.address_of(&format!("/v2{path}")))
    }
}

fn json<T: Serialize>(status: StatusCode, location: Option<Location>, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => respond(status, location, Some(body)),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            ApiError::internal().into_response()
        }
    }
}

fn respond(status: StatusCode, location: Option<Location>, body: Option<Vec<u8>>) -> Response {
    let mut headers = HeaderMap::new();
    // Clients in use cut the address out of the raw header text up to `Content-Type`, so `Location` comes first.
    if let Some(Location(address)) = location {
        match HeaderValue::try_from(address) {
            Ok(address) => {
                headers.insert(LOCATION, address);
            }
            Err(error) => {
                tracing::error!(%error, "an address cannot be a header");
                return ApiError::internal().into_response();
            }
        }
    }
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
