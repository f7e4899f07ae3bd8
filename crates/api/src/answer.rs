//! What operations answer when they succeed (wire reference, section 1.4).

use crate::error::ApiError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotkeeper_app::App;

/// 200, with a thing or a list as JSON.
#[derive(Debug)]
pub struct Shown<T>(pub T);

/// 201, with what was created as JSON, and its absolute address in `Location`.
#[derive(Debug)]
pub struct Created<T> {
    location: Location,
    body: T,
}

/// 201 without a body: all there is to know is in `Location`.
#[derive(Debug)]
pub struct CreatedUnshown(Location);

/// 200, with what was changed as JSON, and its absolute address in `Location`.
#[derive(Debug)]
pub struct Changed<T> {
    location: Location,
    body: T,
}

/// 204, without a body.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

impl<T> Created<T> {
    /// The path is relative to `/v2` and starts with `/`; a query is left out.
    #[must_use]
    pub fn new(app: &App, path: &str, body: T) -> Self {
        Self { location: Location::of(app, path), body }
    }
}

impl CreatedUnshown {
    /// The path is relative to `/v2` and starts with `/`; a query is left out.
    #[must_use]
    pub fn new(app: &App, path: &str) -> Self {
        Self(Location::of(app, path))
    }
}

impl<T> Changed<T> {
    /// The path is relative to `/v2` and starts with `/`; a query is left out.
    #[must_use]
    pub fn new(app: &App, path: &str, body: T) -> Self {
        Self { location: Location::of(app, path), body }
    }
}

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, None, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, Some(self.location), &self.body)
    }
}

impl IntoResponse for CreatedUnshown {
    fn into_response(self) -> Response {
        respond(StatusCode::CREATED, Some(self.0), None)
    }
}

impl<T: Serialize> IntoResponse for Changed<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, Some(self.location), &self.body)
    }
}

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        respond(StatusCode::NO_CONTENT, None, None)
    }
}

/// An absolute address without a query: clients append one and fetch it.
#[derive(Debug)]
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
    // First of all headers, before the type of the body: a client cuts it out of the text between the two.
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
