//! Counts the bytes of large responses against a limit per application, per account and for the whole node, until the
//! client has read the last byte. A response stays in memory until then, and the client decides how long that takes.
//!
//! Above the limit, a read is answered with 429 (limit of the application or account) or 503 (limit of the node)
//! instead. A change is committed by then, so its response is always sent, and counted beyond the limit.

use crate::error::ApiError;
use crate::response_notes::ResponseNotes;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use slotkeeper_app::App;
use slotkeeper_app::in_flight::{AnswerInFlight, SMALL, TooMuchInFlight};

/// Value of `Retry-After`, in seconds: a client that reads its responses is done within moments.
const AGAIN: u64 = 2;

/// The bytes of a response with their share of the limit. Both are released when the connection has written them.
struct Counted {
    bytes: Bytes,
    _load: AnswerInFlight,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Middleware around all operations. It is inside the compression, so it counts uncompressed bytes.
pub(crate) async fn weigh(State(app): State<App>, request: Request, next: Next) -> Response {
    let noted = request.extensions().get::<ResponseNotes>().cloned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    // Bodies of the API are complete in memory, so their size is known.
    let bytes = response.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
    // Nothing is counted without a caller, or up to `SMALL` bytes: each connection may have one such response.
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
