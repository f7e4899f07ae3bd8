//! The ceiling: a minimal program with the server's libraries and database settings that does only what each request
//! needs. It checks no permissions or rules, has one language and no page counts.
//!
//! It answers the same requests as the server, so that one client measures both.

mod database;
mod writer;

use crate::CeilingArgs;
use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, serve};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use writer::Writer;

/// An existing key.
pub const KEY: &str = database::KEY;

/// Serves until the process is ended.
pub async fn ceiling(args: &CeilingArgs) -> anyhow::Result<()> {
    database::make(&args.database).context("cannot make the database of the ceilings")?;
    let reader = Arc::new(Mutex::new(database::reader(&args.database)?));
    let shared = Shared { reader, writer: Writer::start(&args.database)? };
    let router = Router::new()
        .route("/v2/settings/apikeyinfo", get(key))
        .route("/v2/availability/slots", get(slots))
        .route("/v2/bookings", get(bookings).post(book))
        .with_state(shared);
    let listener = TcpListener::bind(args.listen).await?.tap_io(|stream| {
        // A closed connection needs no `TCP_NODELAY`.
        let _gone = stream.set_nodelay(true);
    });
    Ok(serve(listener, router).await?)
}

#[derive(Clone)]
struct Shared {
    reader: Arc<Mutex<Connection>>,
    writer: Writer,
}

impl Shared {
    fn read(&self, job: impl FnOnce(&Connection) -> rusqlite::Result<Vec<u8>>) -> Response {
        let outcome = job(&self.reader.lock().unwrap_or_else(PoisonError::into_inner));
        match outcome {
            Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => failed(&error),
        }
    }
}

fn failed(error: &impl ToString) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}

async fn key(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let key = headers.get("x-bookeo-apikey").and_then(|value| value.to_str().ok()).unwrap_or_default();
    shared.read(|db| database::key(db, key))
}

async fn slots(State(shared): State<Shared>) -> Response {
    shared.read(database::slots)
}

async fn bookings(State(shared): State<Shared>) -> Response {
    shared.read(database::bookings)
}

/// The members of a booking that are read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewBooking {
    event_id: String,
    product_id: String,
    customer: NewCustomer,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewCustomer {
    first_name: String,
    last_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Booked {
    booking_number: String,
}

async fn book(State(shared): State<Shared>, Json(new): Json<NewBooking>) -> Response {
    match shared.writer.book(new).await {
        Ok(booking_number) => (StatusCode::CREATED, Json(Booked { booking_number })).into_response(),
        Err(error) => failed(&error),
    }
}
