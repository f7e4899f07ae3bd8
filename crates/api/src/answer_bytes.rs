//! Counts large answers against the share of the application and account they are for, until their last byte was taken.
//!
//! An answer lies in memory until its client has taken it, and the client decides how long that is. What has no room is
//! answered with 429 or 503 in its place, as long as nothing was changed: an answer to a change is always given.

use crate::error::ApiError;
use crate::response_notes::ResponseNotes;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use slotkeeper_app::App;
use slotkeeper_app::in_flight::{AnswerInFlight, SMALL, TooMuchInFlight};

/// When to try again, in seconds: clients that take their answers do so within moments.
const AGAIN: u64 = 2;

/// An answer's bytes and what is counted for them; both go when the connection has written them.
struct Counted {
    bytes: Bytes,
    _load: AnswerInFlight,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Around all operations, within what compresses.
pub(crate) async fn weigh(State(app): State<App>, request: Request, next: Next) -> Response {
    let noted = request.extensions().get::<ResponseNotes>().cloned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    // Answers are written as a whole, so their size is known.
    let bytes = response.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
    let Some((account, application)) = noted.as_ref().and_then(ResponseNotes::caller).filter(|_| bytes > SMALL) else {
        return response;
    };
    let load = match app.in_flight().load(account, application, bytes) {
        Ok(load) => load,
        Err(_) if !reads => app.in_flight().load_anyway(account, application, bytes),
        Err(error) => return refused(error).into_response(),
    };
    let (head, body) = response.into_parts();
    match to_bytes(body, bytes).await {
        Ok(bytes) => Response::from_parts(head, Body::from(Bytes::from_owner(Counted { bytes, _load: load }))),
        Err(error) => {
            tracing::error!(%error, "an answer could not be read");
            ApiError::internal().into_response()
        }
    }
}

fn refused(error: TooMuchInFlight) -> ApiError {
    let (status, message) = match error {
        TooMuchInFlight::OfAccount => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many large answers for this account are under way and not read yet. Read them, or ask for smaller pages.",
        ),
        TooMuchInFlight::OfAll => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many large answers are under way on this server. Nothing was done; try again in a moment.",
        ),
    };
    ApiError::new(status, message).with_retry_after(AGAIN)
}
